import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { generateData } from '../dist/generate/generate.js';
import { byName, rebuildBatch } from '../dist/pipeline/batches.js';
import { loadedColumns, tablesOf } from '../dist/sql/catalogue.js';
import { loadModel } from '../dist/sql/read-model.js';
import { openPostgres } from '../dist/warehouse/postgres/warehouse.js';
import { CsvReader } from '../dist/warehouse/reader/csv.js';
import { configFor, startServer } from './postgres-server.mjs';
import { MAIN, medians, timeNode } from './time.mjs';

const EVENTS = 1_000_000;
const SONGS = 15_000;
const RUNS = 3;

/**
 * A whole etl from JSON into PostgreSQL, against the least the server needs: COPY of the same rows from existing CSV
 * files, and a rebuild.
 */
export const postgresLoad = {
  title: 'postgres-load',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'starload-bench-'));
    const server = await startServer();
    try {
      await generateData({ songs: SONGS, events: EVENTS, seed: 5, out: folder });
      return await compare(server, folder);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(server, folder) {
  const config = join(folder, 'dwh.cfg');
  writeFileSync(config, configFor(server, 'bench', folder));
  const csv = await writeCsv(folder);
  const remake = () => timeNode([MAIN, 'create-tables', '--force', '--config', config]);
  const figures = await medians(RUNS, {
    [`etl of ${EVENTS} events and ${SONGS} song files`]: () => {
      remake();
      return timeNode([MAIN, 'etl', '--config', config]);
    },
    'COPY of ready CSV, and a rebuild': () => {
      remake();
      return timeYardstick(server, csv, folder);
    },
  });
  const [etl, yardstick] = Object.values(figures);
  return { figures, ratio: etl / yardstick, limit: 1.5 };
}

/** Writes the CSV of every staging table before the measurement starts. */
async function writeCsv(folder) {
  const out = join(folder, 'csv');
  mkdirSync(out);
  const reader = await CsvReader.open(out, [folder]);
  const tables = [];
  for (const table of tablesOf(loadModel(), 'staging')) {
    const root = join(folder, table.name === 'staging_songs' ? 'song_data' : 'log_data');
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const spellings = new Map(loadedColumns(table).map(({ name }) => [name, [name, ...(CAMEL[name] ?? [])]]));
    const paths = [];
    for (const file of files) {
      const part = { path: join(file.parentPath, file.name), compression: 'none', records: 0, bytes: 0, index: [] };
      paths.push(await reader.write(table, part, { ...byName(table), spellings }));
    }
    tables.push({ table, paths });
  }
  reader.close();
  return tables;
}

/** How the generated files spell keys that are not all lower case. */
const CAMEL = Object.fromEntries(
  ['firstName', 'itemInSession', 'lastName', 'sessionId', 'userAgent', 'userId'].map((key) => [
    key.toLowerCase(),
    [key],
  ]),
);

async function timeYardstick(server, csv, folder) {
  const { host, port, database, user, password } = server;
  const client = new pg.Client({ host, port, database, user, password });
  await client.connect();
  await client.query('SET search_path = bench');
  const began = process.hrtime.bigint();
  for (const { table, paths } of csv) {
    const columns = loadedColumns(table).map(({ name }) => `"${name}"`);
    const sink = client.query(copyFrom(`COPY ${table.name} (${columns}) FROM STDIN (FORMAT csv)`));
    await pipeline(concatenated(paths), sink);
    await client.query(`ANALYZE ${table.name}`);
  }
  await client.end();
  const target = { ...server, schema: 'bench' };
  const warehouse = openPostgres({ target, readable: [], scratch: folder, timeoutMilliseconds: undefined });
  await warehouse.run(rebuildBatch(loadModel(), warehouse.now, 'yardstick'));
  await warehouse.close();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

async function* concatenated(paths) {
  for (const path of paths) {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  }
}
