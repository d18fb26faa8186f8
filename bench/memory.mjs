import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateData } from '../dist/generate/generate.js';
import { MAIN, timeNode } from './time.mjs';

/** Less than a million events would use without a limit. Otherwise the limit would not affect the smaller load. */
const LIMIT = '600MB';
const PEAK = fileURLToPath(new URL('./peak.mjs', import.meta.url));

/** The peak resident memory of a load on DuckDB: ten million events against one million, with a memory limit. */
export const memory = {
  title: 'memory',
  unit: 'MB',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'starload-bench-'));
    try {
      const figures = {};
      for (const events of [1_000_000, 10_000_000]) {
        figures[`peak of ${events} events, MEMORY_LIMIT = ${LIMIT}`] = await measurePeak(
          join(folder, String(events)),
          events,
        );
      }
      const [one, ten] = Object.values(figures);
      return { figures, ratio: ten / one, limit: 1.2 };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measurePeak(folder, events) {
  await generateData({ songs: 15_000, events, seed: 5, out: folder });
  const config = join(folder, 'dwh.cfg');
  writeFileSync(
    config,
    `[S3]\nLOG_DATA=${folder}/log_data\nSONG_DATA=${folder}/song_data\n[DUCKDB]\nPATH=${folder}/w.duckdb\nMEMORY_LIMIT=${LIMIT}\n`,
  );
  timeNode([MAIN, 'create-tables', '--config', config]);
  const peak = join(folder, 'peak');
  timeNode(['--import', PEAK, MAIN, 'etl', '--config', config], { env: { ...process.env, PEAK_FILE: peak } });
  rmSync(join(folder, 'w.duckdb'));
  return Number(readFileSync(peak, 'utf8')) / 1024;
}
