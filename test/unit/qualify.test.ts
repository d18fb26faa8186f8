import { describe, expect, test } from '@jest/globals';
import { ddlFor } from '../../src/sql/catalogue.ts';
import { Qualifier } from '../../src/sql/qualify.ts';
import { loadModel } from '../../src/sql/read-model.ts';

const qualified = (...sqls: string[]): string | undefined => {
  const names = new Qualifier({ tables: 's.', temporary: 't.' });
  return sqls.map((sql) => names.statement(sql)).at(-1);
};

describe('a statement', () => {
  test.each([
    ['SELECT * FROM songs', 'SELECT * FROM s.songs'],
    ['EXPLAIN UPDATE load_run SET stamp = 1', 'EXPLAIN UPDATE s.load_run SET stamp = 1'],
    ['EXPLAIN VERBOSE DELETE FROM songs', 'EXPLAIN VERBOSE DELETE FROM s.songs'],
    ['EXPLAIN CREATE TEMP TABLE r AS SELECT * FROM songs', 'EXPLAIN CREATE TEMP TABLE t.r AS SELECT * FROM s.songs'],
    ['select "time" from "time"', 'select "time" from s."time"'],
    [
      'SELECT a.x FROM users a, songs b, (SELECT 1) c, time',
      'SELECT a.x FROM s.users a, s.songs b, (SELECT 1) c, s.time',
    ],
    [
      'SELECT 1 FROM users u JOIN songs s ON u.a = s.a, time',
      'SELECT 1 FROM s.users u JOIN s.songs s ON u.a = s.a, s.time',
    ],
    ['SELECT users.level, users.* FROM users', 'SELECT users.level, users.* FROM s.users'],
    [
      'SELECT time FROM (users JOIN songs USING (time, level))',
      'SELECT time FROM (s.users JOIN s.songs USING (time, level))',
    ],
    ['SELECT 1 WHERE x IN (SELECT users FROM users) ', 'SELECT 1 WHERE x IN (SELECT users FROM s.users) '],
    [
      "SELECT ' FROM users' -- FROM users\n/* FROM users */ FROM users",
      "SELECT ' FROM users' -- FROM users\n/* FROM users */ FROM s.users",
    ],
    ["SELECT 'it''s' AS \"FROM users\" FROM users", "SELECT 'it''s' AS \"FROM users\" FROM s.users"],
    [
      'SELECT $$ FROM users $$, $a$ FROM users $a$ FROM users',
      'SELECT $$ FROM users $$, $a$ FROM users $a$ FROM s.users',
    ],
    [
      'SELECT EXTRACT(HOUR FROM time), TRIM(x FROM time) FROM time',
      'SELECT EXTRACT(HOUR FROM time), TRIM(x FROM time) FROM s.time',
    ],
    ['SELECT SUBSTRING((SELECT x FROM users) FROM time)', 'SELECT SUBSTRING((SELECT x FROM s.users) FROM time)'],
    [
      'SELECT a IS DISTINCT FROM time, b IS NOT DISTINCT FROM time',
      'SELECT a IS DISTINCT FROM time, b IS NOT DISTINCT FROM time',
    ],
    [
      'SELECT DISTINCT time FROM users GROUP BY a, time ORDER BY b, time',
      'SELECT DISTINCT time FROM s.users GROUP BY a, time ORDER BY b, time',
    ],
    ['SELECT 1 FROM other.users, pg_catalog.pg_class, time', 'SELECT 1 FROM other.users, pg_catalog.pg_class, s.time'],
    ['SELECT 1 FROM generate_series(1, 2) g, users', 'SELECT 1 FROM generate_series(1, 2) g, s.users'],
    [
      'SELECT 1 FROM users UNION ALL SELECT time, users FROM time',
      'SELECT 1 FROM s.users UNION ALL SELECT time, users FROM s.time',
    ],
    ['SELECT 1 FROM (VALUES (time), (users)) v (a), users', 'SELECT 1 FROM (VALUES (time), (users)) v (a), s.users'],
    [
      'INSERT INTO time (a, time) SELECT a, time FROM users',
      'INSERT INTO s.time (a, time) SELECT a, time FROM s.users',
    ],
    ['INSERT INTO time VALUES (1, time), (2, users)', 'INSERT INTO s.time VALUES (1, time), (2, users)'],
    ['DELETE FROM users USING songs, time WHERE a = time', 'DELETE FROM s.users USING s.songs, s.time WHERE a = time'],
    [
      'UPDATE users SET a = 1, time = 2 FROM songs WHERE time',
      'UPDATE s.users SET a = 1, time = 2 FROM s.songs WHERE time',
    ],
    [
      'MERGE INTO users USING songs ON a = b WHEN MATCHED THEN UPDATE SET time = 1, level = 2',
      'MERGE INTO s.users USING s.songs ON a = b WHEN MATCHED THEN UPDATE SET time = 1, level = 2',
    ],
    ['DROP TABLE IF EXISTS "users", time', 'DROP TABLE IF EXISTS s."users", s.time'],
    ['DROP MATERIALIZED VIEW users', 'DROP MATERIALIZED VIEW s.users'],
    ['DROP SEQUENCE users', 'DROP SEQUENCE s.users'],
    ['DROP FOREIGN TABLE users', 'DROP FOREIGN TABLE s.users'],
    ['DROP INDEX users', 'DROP INDEX s.users'],
    ['DROP TYPE users', 'DROP TYPE s.users'],
    ['LOCK TABLE users, time IN EXCLUSIVE MODE', 'LOCK TABLE s.users, s.time IN EXCLUSIVE MODE'],
    [
      'CREATE TABLE IF NOT EXISTS time (time TIMESTAMP, hour INTEGER)',
      'CREATE TABLE IF NOT EXISTS s.time (time TIMESTAMP, hour INTEGER)',
    ],
    [
      'CREATE TABLE a (b INT); CREATE INDEX ON a USING hash (b); CREATE INDEX i ON a (b) WHERE c',
      'CREATE TABLE s.a (b INT); CREATE INDEX ON s.a USING hash (b); CREATE INDEX i ON s.a (b) WHERE c',
    ],
    [
      'CREATE VIEW v AS SELECT table, index, view FROM users JOIN time ON a = b',
      'CREATE VIEW s.v AS SELECT table, index, view FROM s.users JOIN s.time ON a = b',
    ],
  ])('%s', (sql, expected) => {
    expect(qualified(sql)).toBe(expected);
  });

  test.each([
    [
      'WITH songs AS (SELECT * FROM songs) SELECT * FROM songs JOIN users',
      'WITH songs AS (SELECT * FROM s.songs) SELECT * FROM songs JOIN s.users',
    ],
    [
      'WITH a (x) AS (SELECT 1 FROM time), b AS MATERIALIZED (SELECT 1 FROM a) SELECT 1 FROM a, b, c',
      'WITH a (x) AS (SELECT 1 FROM s.time), b AS MATERIALIZED (SELECT 1 FROM a) SELECT 1 FROM a, b, s.c',
    ],
    [
      'WITH RECURSIVE a AS (SELECT 1 UNION SELECT 2 FROM a) SELECT 1 FROM a',
      'WITH RECURSIVE a AS (SELECT 1 UNION SELECT 2 FROM a) SELECT 1 FROM a',
    ],
    [
      'SELECT 1 FROM (WITH a AS (SELECT 1) SELECT 1 FROM a) x, a',
      'SELECT 1 FROM (WITH a AS (SELECT 1) SELECT 1 FROM a) x, s.a',
    ],
    [
      'WITH songs AS (SELECT 1) DELETE FROM songs USING users',
      'WITH songs AS (SELECT 1) DELETE FROM s.songs USING s.users',
    ],
    ['SELECT CAST(x AS TIMESTAMP WITH TIME ZONE) FROM time', 'SELECT CAST(x AS TIMESTAMP WITH TIME ZONE) FROM s.time'],
  ])('finds what WITH names: %s', (sql, expected) => {
    expect(qualified(sql)).toBe(expected);
  });

  test('knows a temporary table from the statement that makes it on', () => {
    expect(qualified('SELECT * FROM run')).toBe('SELECT * FROM s.run');
    expect(qualified('CREATE TEMP TABLE run AS SELECT * FROM run')).toContain('TABLE t.run AS');
    expect(qualified('CREATE TEMPORARY TABLE "run" (a INT)', 'SELECT * FROM users, RUN')).toBe(
      'SELECT * FROM s.users, t.RUN',
    );
  });
});

test('every table of the model is qualified wherever a statement of sql/ names it, and nothing else is', () => {
  const model = loadModel();
  const names = new Qualifier({ tables: '<', temporary: '<' });
  const statements = [
    ...model.tables.flatMap((table) => ['duckdb', 'postgres', 'redshift'].map((engine) => ddlFor(table, engine))),
    ...[...model.derivation.load, ...model.derivation.rebuild].map(({ sql }) => sql),
    ...[...model.checks, ...model.comparisons, ...model.queries].map(({ sql }) => sql),
    ...model.protocol.values(),
    ...model.doctor.values(),
  ];
  const known = [...model.tables.map(({ name }) => name), 'run_\\w+', 'affected_\\w+', 'source_\\w+'].join('|');
  const inPlace = new RegExp(`(?:FROM|JOIN|INTO|UPDATE|TABLE|TEMP TABLE|INDEX ON) (<?)"?(?:${known})\\b`, 'g');
  for (const sql of statements) {
    const written = names.statement(sql);
    expect(written.replaceAll('<', '')).toBe(sql.replaceAll('<', ''));
    const marks = [...written.replace(/--.*/g, '').matchAll(inPlace)].map(([, mark]) => mark);
    expect(marks.filter((mark) => mark !== '<')).toEqual([]);
  }
});
