import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkSteps } from '../../src/pipeline/checks.ts';
import { ddlFor, loadedColumns, protocolSql, type Table, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { render } from '../../src/sql/render.ts';
import type { StandinEngine } from '../../standin/engine/engine.ts';
import type { Backend } from '../../standin/executor.ts';
import { objects, openEngine } from './standin-engine-support.ts';

const model = loadModel();
let engine: StandinEngine;

beforeAll(async () => {
  engine = await openEngine({ defaultRole: 'arn:aws:iam::123456789012:role/loader' });
});

afterAll(() => engine.stop());

const PLAY = {
  artist: 'Elena ',
  auth: 'Logged In',
  firstName: 'Ann',
  gender: 'F',
  itemInSession: 3,
  lastName: 'Ö',
  length: 269.58322,
  level: 'free',
  location: 'Lisbon',
  method: 'PUT',
  page: 'NextSong',
  registration: 1540919166796.0,
  sessionId: 139,
  song: 'Setanta matins',
  status: 200,
  ts: 1541121934796,
  userAgent: 'Mozilla',
  userId: '8',
};
const SONG = {
  num_songs: 1,
  artist_id: 'AR1',
  artist_latitude: null,
  artist_longitude: null,
  artist_location: 'Dublin',
  artist_name: 'Elena',
  song_id: 'SO1',
  title: 'Setanta matins',
  duration: 269.58322,
  year: 0,
};

function put(key: string, ...records: readonly object[]): void {
  objects.put(`data/${key}`, records.map((record) => JSON.stringify(record)).join('\n'));
  objects.put(`data/${key}.manifest`, JSON.stringify({ entries: [{ url: `s3://data/${key}`, mandatory: true }] }));
}

function copyOf(table: Table): string {
  const columns = loadedColumns(table).map(({ name }) => `"${name}"`);
  return `COPY "${table.name}" (${columns.join(', ')}) FROM 's3://data/${table.name}.manifest' IAM_ROLE default
    FORMAT AS JSON 'auto ignorecase' MANIFEST REGION 'us-east-1' COMPUPDATE OFF STATUPDATE OFF`;
}

/** Fills the ledger part and both staging parts, as a run does. */
function putRun(): void {
  const [ledger] = tablesOf(model, 'control').filter(({ name }) => name === 'load_ledger');
  const version = {
    run_id: 'R1',
    version: 'v1',
    size_bytes: 10,
    records: 1,
    planned_stamp: '1970-01-01 00:00:00',
    rejected: 0,
    status: 'loaded',
  };
  put(
    ledger?.name ?? '',
    {
      ...version,
      staging_table: 'staging_events',
      uri: 's3://data/e',
      keys_met: 18,
      unknown_keys: '{"keys":1,"first":[]}',
    },
    { ...version, staging_table: 'staging_songs', uri: 's3://data/s' },
    { ...version, staging_table: 'staging_songs', uri: 's3://data/bad', rejected: 1, status: 'quarantined' },
  );
  put('staging_events', PLAY);
  put('staging_songs', SONG);
}

async function createTables(backend: Backend): Promise<void> {
  await backend.begin();
  for (const table of model.tables) {
    await backend.execute(`DROP TABLE IF EXISTS ${table.name}`);
    const ddl = ddlFor(table, 'redshift').replace('DEFAULT CURRENT_TIMESTAMP', 'DEFAULT SYSDATE');
    expect(await backend.execute(ddl)).toMatchObject({ columns: undefined });
  }
  await backend.execute(protocolSql(model, 'init_load_run').sql);
  await backend.commit();
}

test('every statement of sql/ runs: tables, a whole run with its guards and checks, the queries', async () => {
  const backend = await engine.connect({ database: 'dev', user: 'loader' });
  const run = (sql: string) => backend.execute(render(sql, { now: 'SYSDATE', since: 'SYSDATE' }));
  await createTables(backend);
  putRun();

  await backend.begin();
  await run("SET timezone TO 'UTC'");
  await run('LOCK load_run');
  await run(protocolSql(model, 'begin_run').sql);
  await run(protocolSql(model, 'stamp_guard').sql);
  for (const name of ['load_ledger', 'staging_events', 'staging_songs']) {
    await run(copyOf(model.tables.find((table) => table.name === name) as Table));
  }
  await run(protocolSql(model, 'load_guard').sql);
  for (const { sql } of checkSteps(model, 'staged', 'load')) await run(sql);
  for (const { sql } of model.derivation.load) await run(sql);
  for (const { sql } of checkSteps(model, 'star', 'load')) await run(sql);
  await backend.commit();

  for (const [name, sql] of model.protocol) {
    if (name.startsWith('ledger_')) expect((await run(sql)).rows.length).toBeGreaterThan(0);
  }
  for (const { sql } of model.queries) expect((await run(sql)).columns?.length).toBeGreaterThan(0);

  expect((await run('SELECT start_time, user_id, song_id, artist_id, session_id FROM songplays')).rows).toEqual([
    ['2018-11-02 01:25:34.796', '8', 'SO1', 'AR1', '139'],
  ]);
  expect((await run('SELECT * FROM users')).rows).toEqual([['8', 'Ann', 'Ö', 'F', 'free']]);
  expect((await run('SELECT * FROM songs')).rows).toEqual([['SO1', 'Setanta matins', 'AR1', '0', '269.58322']]);
  expect((await run('SELECT * FROM artists')).rows).toEqual([['AR1', 'Elena', 'Dublin', null, null]]);
  expect((await run('SELECT * FROM time')).rows).toEqual([
    ['2018-11-02 01:25:34.796', '1', '2', '44', '11', '2018', '5'],
  ]);
  await backend.close();
});
