import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { run, withProject } from '../support/cli-project.ts';
import { type Engine, engines } from '../support/engines.ts';
import { endOf, openFolderLoader } from '../support/hostile.ts';
import { type Loader, readEverything } from '../support/loader.ts';

/** What would be written where the engine could: a file of the sources, on this disk. */
const TARGET = 'SOURCE/mine.json';
const REFUSED = 'the statement may do more than read';

/** Statements that write, or act otherwise, on every engine, whatever it makes of them. */
const EVERYWHERE: readonly string[] = [
  "INSERT INTO users VALUES (1, 'a', 'b', 'F', 'free')",
  'DELETE FROM users',
  'UPDATE users SET level = NULL',
  'MERGE INTO users USING users u ON users.user_id = u.user_id WHEN MATCHED THEN DELETE',
  'DROP TABLE users',
  'TRUNCATE users',
  'ALTER TABLE users RENAME TO others',
  'CREATE TABLE mine AS SELECT 1 AS n',
  'CREATE TEMP TABLE mine AS SELECT 1 AS n',
  `COPY users TO '${TARGET}'`,
  `COPY (SELECT * FROM users) TO '${TARGET}'`,
  `COPY users FROM '${TARGET}'`,
  `UNLOAD ('SELECT 1') TO 's3://data/x' IAM_ROLE default`,
  'SET search_path = elsewhere',
  'RESET ALL',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'CALL mine()',
  'PREPARE mine AS SELECT 1',
  'EXECUTE mine',
  'VACUUM',
  'ANALYZE',
  'GRANT SELECT ON users TO PUBLIC',
  'LOCK TABLE users',
  '',
  ';',
  '-- nothing',
  '/* SELECT 1 */',
  '/* SELECT /* nested */ 1 */ DELETE FROM users',
  '-- SELECT\nDELETE FROM users',
  '(DELETE FROM users)',
  '\uFEFFDELETE FROM users',
  '\uFEFFSELECT 1',
  'selected',
];

/** Statements that begin as a query does and are none: the engine, or its guard, refuses them in words of its own. */
const BEGINNING_WELL: readonly string[] = [
  'SELECT 1; DELETE FROM users',
  'SELECT 1;DROP TABLE users;',
  'SELECT * INTO mine FROM users',
  'SELECT * INTO TEMP mine FROM users',
  'WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone',
  'WITH made AS (INSERT INTO users SELECT * FROM users RETURNING *) SELECT * FROM made',
  'WITH a AS (SELECT 1) DELETE FROM users',
  'EXPLAIN ANALYZE DELETE FROM users',
  'EXPLAIN ANALYZE INSERT INTO users SELECT * FROM users',
  "EXPLAIN ANALYZE UPDATE users SET level = 'x'",
  'EXPLAIN ANALYZE CREATE TABLE mine AS SELECT 1 AS n',
];

const ONLY: Readonly<Record<string, readonly string[]>> = {
  duckdb: [
    `EXPORT DATABASE '${TARGET}'`,
    `ATTACH '${TARGET}' AS mine`,
    'DETACH memory',
    'INSTALL httpfs',
    'LOAD httpfs',
    'USE memory.main',
    'PRAGMA enable_profiling',
    'PRAGMA version',
    'CHECKPOINT',
    'CALL enable_logging()',
    'SET threads = 1',
    'SET VARIABLE mine = 1',
    'PIVOT users ON level',
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${TARGET}'`,
    `EXPLAIN (FORMAT json) COPY (SELECT 1) TO '${TARGET}'`,
    `EXPLAIN /* SELECT */ ANALYZE COPY (SELECT 1) TO '${TARGET}'`,
    `SELECT * FROM enable_logging(storage = 'file', storage_path = '${TARGET}')`,
    `SELECT * FROM "enable_logging" /**/ (storage = 'file', storage_path = '${TARGET}')`,
    `SELECT * FROM enable_profiling(save_location = '${TARGET}')`,
    "SELECT write_log('x')",
    'SELECT * FROM force_checkpoint()',
    "SELECT * FROM query('DELETE FROM users')",
    `$$ SELECT 1 $$`,
  ],
  postgres: [
    "COPY (SELECT 1) TO PROGRAM 'touch SOURCE/mine.json'",
    "COPY users FROM PROGRAM 'touch SOURCE/mine.json'",
    'DO $$ BEGIN DELETE FROM users; END $$',
    'LISTEN mine',
    'NOTIFY mine',
    'DISCARD ALL',
    'CHECKPOINT',
    "LOAD 'dblink'",
    'DECLARE mine CURSOR FOR SELECT 1',
    "SELECT lo_export(lo_import('/etc/hostname'), 'SOURCE/mine.json')",
    'SELECT "lo_export"(1, \'SOURCE/mine.json\')',
    'SELECT U&"lo\\005fexport"(1, \'SOURCE/mine.json\')',
    "SELECT pg_catalog . lo_export/* */(1, 'SOURCE/mine.json')",
    "SELECT LO_EXPORT(1, 'SOURCE/mine.json')",
    "EXPLAIN ANALYZE SELECT lo_export(1, 'SOURCE/mine.json')",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT * FROM pg_ls_dir('/')",
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE FALSE',
    'SELECT pg_cancel_backend(1)',
    'SELECT pg_reload_conf()',
    'SELECT pg_switch_wal()',
    "SELECT pg_notify('a', 'b')",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT nextval('mine')",
    "SELECT setval('mine', 1)",
    'SELECT pg_advisory_lock(1)',
    "SELECT query_to_xml('SELECT lo_export(1, ''SOURCE/mine.json'')', true, true, '')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
  ],
  redshift: [
    'EXPLAIN DELETE FROM users',
    'EXPLAIN VERBOSE DELETE FROM users',
    "SELECT '\\', 1 INTO mine FROM users --'",
    "SELECT '\\'' INTO mine FROM users --'",
    "SELECT $$ ' $$, 1 INTO mine FROM users --'",
    "SELECT $a$ ' $a$, 1 INTO mine FROM users --'",
    '/* /* */ DELETE FROM users -- */ SELECT 1',
    'SELECT 1 /* /* */ INTO mine FROM users -- */',
    'SELECT pg_terminate_backend(1)',
    'SELECT pg_cancel_backend(1)',
    "SELECT set_config('x', 'y', false)",
    'VALUES (1)',
    "SELECT 1 -- it's\n INTO mine FROM users --'",
  ],
};

const READS: readonly string[] = [
  'SELECT COUNT(*) FROM users',
  '  -- a comment\n/* and another */ SELECT 1',
  '(SELECT 1)',
  'SELECT 1;',
  'WITH a AS (SELECT 1 AS n) SELECT n FROM a',
  "SELECT 'insert into; drop -- /* it''s' AS words",
  'SELECT 1 AS "into"',
  "SELECT level FROM users WHERE first_name = 'checkpoint'",
];

const ONLY_READS: Readonly<Record<string, readonly string[]>> = {
  duckdb: [
    'VALUES (1)',
    'FROM users',
    'TABLE users',
    'SHOW TABLES',
    'DESCRIBE users',
    'SUMMARIZE users',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE SELECT 1',
    'EXPLAIN (FORMAT json) SELECT 1',
    'EXPLAIN (SELECT 1)',
    "SELECT $$ it's $$",
  ],
  postgres: [
    'VALUES (1)',
    'TABLE users',
    'SHOW search_path',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE SELECT 1',
    'EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1',
    "SELECT random(), clock_timestamp(), pg_total_relation_size('users')",
    "SELECT pg_sleep(0), E'it\\'s', $$ it's $$",
  ],
  redshift: ['SHOW search_path'],
};

describe.each(engines.map((engine) => [engine.name, engine] as const))('a query on %s', (name, engine: Engine) => {
  let loader: Loader;
  let warehouse: Warehouse;
  let folder: string;
  let close: () => Promise<void>;
  let before: Awaited<ReturnType<typeof readEverything>>;

  beforeAll(async () => {
    const opened = await openFolderLoader(engine);
    ({ loader, logs: folder } = await opened.fresh());
    ({ close } = opened);
    ({ warehouse } = loader.context);
    writeFileSync(join(folder, 'a.json'), '{}\n');
    const insert = "INSERT INTO users (user_id, level) VALUES (7, 'free')";
    await warehouse.run({ name: 'fill', locks: false, steps: [{ kind: 'sql', name: 'fill', sql: insert }] });
    before = await readEverything(loader);
  });
  afterAll(() => close());

  /** How each statement ends. */
  const endsOf = async (statements: readonly string[]) => {
    const ends = [];
    for (const sql of statements) {
      ends.push({
        sql,
        ...(await endOf(() => warehouse.query(sql.replaceAll('SOURCE', folder), { asWritten: true }))),
      });
    }
    return ends;
  };
  const expectNothingDone = async () => {
    expect(readdirSync(folder)).toEqual(['a.json']);
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('{}\n');
    expect(await readEverything(loader)).toEqual(before);
  };

  test('is refused if it is not a query, with advice', async () => {
    const ends = await endsOf(EVERYWHERE);
    const text = expect.stringMatching(new RegExp(`^${REFUSED}: .*\n.*--write`));
    expect(ends).toEqual(EVERYWHERE.map((sql) => ({ sql, code: 1, text })));
    await expectNothingDone();
  });

  test('is refused, by the engine or by its guard, if it contains another statement or calls a function with side effects', async () => {
    const statements = [...BEGINNING_WELL, ...(ONLY[name] ?? [])];
    expect((await endsOf(statements)).filter(({ code }) => code !== 1)).toEqual([]);
    await expectNothingDone();
  });

  test('is answered when it reads', async () => {
    const statements = [...READS, ...(ONLY_READS[name] ?? [])];
    expect((await endsOf(statements)).filter(({ code }) => code !== 0)).toEqual([]);
  });
});

test.each(['', '--write'])('query %s reaches no file of the sources on DuckDB', (write) =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const file = join(folder, 'log_data', 'mine.json');
    for (const sql of [
      `COPY users TO '${file}'`,
      `EXPORT DATABASE '${file}'`,
      `ATTACH '${file}' AS mine`,
      `SELECT * FROM read_text('${join(folder, 'log_data')}/**')`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${file}'`,
      `SELECT * FROM enable_logging(storage = 'file', storage_path = '${file}')`,
      `CALL "ENABLE_LOGGING"(storage = 'file', storage_path = '${file}')`,
      `CREATE VIEW mine AS SELECT * FROM enable_logging(storage = 'file', storage_path = '${file}')`,
    ]) {
      await run(folder, ['query', sql, ...(write === '' ? [] : [write])], 1);
      expect(existsSync(file)).toBe(false);
    }
  }),
);
