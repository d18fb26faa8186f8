import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withConfig } from '../dist/cli/session.js';
import { parseConfig } from '../dist/config/parse.js';
import { generateData } from '../dist/generate/generate.js';
import { createTables } from '../dist/pipeline/create-tables.js';
import { etl } from '../dist/pipeline/etl.js';
import { configFor, startServer } from './postgres-server.mjs';

const EVENTS = 1_000_000;

/** The time after staging, for current and star tables and checks: one more day of events against the same for a million events. */
export const postgresIncremental = {
  title: 'postgres-incremental',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'starload-bench-'));
    const server = await startServer();
    try {
      await generateData({ songs: 15_000, events: EVENTS, seed: 5, out: folder });
      return await compare(server, folder);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(server, folder) {
  const text = configFor(server, 'bench', folder);
  const config = parseConfig(text, { file: join(folder, 'dwh.cfg'), directory: folder, env: {} });
  const days = dayFiles(join(folder, 'log_data'));
  const day = days[Math.floor(days.length / 2)];
  const later = join(folder, 'later.json');
  renameSync(day, later);
  await withConfig(config, { readOnly: false }, ({ model, warehouse }) => createTables(model, warehouse));
  const full = await timeAfterStaging(config);
  renameSync(later, day);
  const onwards = await timeAfterStaging(config);
  const figures = {
    [`current and star tables and checks of ${EVENTS} events, but for a day`]: full,
    'of that day': onwards,
  };
  return { figures, ratio: onwards / full, limit: 0.1 };
}

function dayFiles(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** The seconds from the arrival of the last row in staging to the end of the run. */
function timeAfterStaging(config) {
  return withConfig(config, { readOnly: false }, async (context) => {
    let staged = 0n;
    const emit = (event) => {
      if (event.type === 'step' && event.name.startsWith('copy_staging')) staged = process.hrtime.bigint();
    };
    const { status } = await etl({ ...context, emit });
    if (status !== 'loaded') throw new Error(`nothing was loaded: ${status}`);
    return Number(process.hrtime.bigint() - staged) / 1e9;
  });
}
