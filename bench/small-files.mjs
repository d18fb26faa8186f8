import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateData } from '../dist/generate/generate.js';
import { MAIN, medians, timeNode } from './time.mjs';

const SONGS = 15_000;
const READ_GLOB = fileURLToPath(new URL('./read-glob.mjs', import.meta.url));

/** A whole etl of many small files, against DuckDB alone reading the same files with one read_json over the glob. */
export const smallFiles = {
  title: 'small-files',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'starload-bench-'));
    try {
      await generateData({ songs: SONGS, events: 0, seed: 1, out: folder });
      return await compare(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(folder) {
  const figures = await medians(5, {
    [`etl of ${SONGS} song files`]: () => {
      const config = configOfNewWarehouse(folder);
      timeNode([MAIN, 'create-tables', '--config', config]);
      return timeNode([MAIN, 'etl', '--config', config]);
    },
    'DuckDB, one read_json over the glob': () => timeNode([READ_GLOB, join(folder, 'song_data/*/*/*/*.json')]),
  });
  const [etl, glob] = Object.values(figures);
  return { figures, ratio: etl / glob, limit: 1 / 3 };
}

/** The tables of a warehouse that has loaded before have a history, and a load of them is a replay. */
function configOfNewWarehouse(folder) {
  const config = join(mkdtempSync(join(folder, 'warehouse-')), 'dwh.cfg');
  writeFileSync(config, `[S3]\nLOG_DATA=${join(folder, 'log_data')}\nSONG_DATA=${join(folder, 'song_data')}\n`);
  return config;
}
