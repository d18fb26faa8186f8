import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StarloadError } from '../errors.ts';
import { generateData } from '../generate/generate.ts';

/** How much the demo generates. */
export const DEMO_SIZE = { songs: 71, events: 8056 } as const;

const OWN_FILES = ['song_data', 'log_data', 'dwh.cfg', 'sparkify.duckdb', 'sparkify.duckdb.wal'];

const CONFIG = `# Written by npm run demo: an embedded DuckDB file beside this one.
[S3]
LOG_DATA=log_data
SONG_DATA=song_data

[DUCKDB]
PATH=sparkify.duckdb
`;

/** Makes the demo's folder anew: a generated sample and a dwh.cfg. Returns the path of the dwh.cfg. */
export async function prepareDemo(folder: string): Promise<string> {
  const config = join(folder, 'dwh.cfg');
  if (existsSync(folder) && !existsSync(config) && OWN_FILES.some((name) => existsSync(join(folder, name)))) {
    throw new StarloadError(`${folder} holds files that are not the demo's`, {
      next: 'Choose another folder with --dir.',
    });
  }
  for (const name of OWN_FILES) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  await generateData({ ...DEMO_SIZE, seed: 1, out: folder });
  writeFileSync(config, CONFIG);
  return config;
}
