import { describe, expect, test } from '@jest/globals';
import { answer, backend, useEngine } from './standin-engine-support.ts';

useEngine([
  'CREATE TABLE staging_events (ts BIGINT, level VARCHAR(256), at TIMESTAMP)',
  "INSERT INTO staging_events VALUES (1, 'free', '2018-11-02 00:00:00')",
]);

const noConversion = (target: string): string =>
  `ERROR: failed to find conversion function from "unknown" to ${target}`;

/** The shape that checks once had: a literal inside, its cast outside. */
const oldCheck = (cast: string, from = 'staging_events WHERE ts < 0'): string => `CREATE TEMP TABLE run_offenders AS
SELECT CAST('event_time_in_range' AS VARCHAR(127)) AS rule_name, CAST(${cast} AS VARCHAR(127)) AS staging_table
FROM (SELECT 'staging_events' AS staging_table, 'level' AS staging_column, level AS staging_value FROM ${from}) checked`;

describe('a bare literal that is a column has no type and no conversion', () => {
  test.each([
    ['a cast, the table empty or not', oldCheck('staging_table'), 'character varying'],
    ['a cast where the row is there', oldCheck('staging_column', 'staging_events'), 'character varying'],
    ['a cast to a number', "SELECT CAST(a AS INTEGER) FROM (SELECT '1' AS a) s", 'integer'],
    ['a cast of NULL', 'SELECT a::TIMESTAMP FROM (SELECT NULL AS a) s', 'timestamp without time zone'],
    ['a literal in parentheses', "SELECT a::VARCHAR(9) FROM (SELECT ('x') AS a) s", 'character varying'],
    ['a concatenation', "SELECT a || 'y' FROM (SELECT 'x' AS a) s", 'text'],
    ['a concatenation with a column', "SELECT level || a FROM staging_events, (SELECT 'x' AS a) s", 'text'],
    ['a comparison', "SELECT 1 FROM (SELECT 'x' AS a) s WHERE a = 'x'", 'text'],
    ['a function', "SELECT LOWER(a) FROM (SELECT 'x' AS a) s", 'text'],
    ['COALESCE', "SELECT COALESCE(a, 'y') FROM (SELECT NULL AS a) s", 'text'],
    ['CASE', "SELECT CASE WHEN TRUE THEN a ELSE 'y' END FROM (SELECT 'x' AS a) s", 'text'],
    ['an aggregate', "SELECT MAX(a) FROM (SELECT 'x' AS a) s", 'text'],
    ['ORDER BY in a CTE’s reader', "WITH c AS (SELECT 'x' AS a, 1 AS n) SELECT a, n FROM c ORDER BY a", 'text'],
    ['GROUP BY', "SELECT a, COUNT(*) FROM (SELECT 'x' AS a) s GROUP BY a", 'text'],
    ['DISTINCT', "SELECT DISTINCT a FROM (SELECT 'x' AS a) s", 'text'],
    [
      'PARTITION BY',
      "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY ts) FROM (SELECT 'x' AS a, ts FROM staging_events) s",
      'text',
    ],
    ['a join', "SELECT 1 FROM staging_events e JOIN (SELECT 'free' AS a) s ON s.a = e.level", 'text'],
    ['IN', "SELECT 1 FROM staging_events WHERE level IN (SELECT 'free')", 'text'],
    ['a scalar subquery', "SELECT 1 FROM staging_events WHERE level = (SELECT 'free')", 'text'],
    [
      'a set operation with a typed column',
      "SELECT a FROM (SELECT 'x' AS a) s UNION ALL SELECT level FROM staging_events",
      'text',
    ],
    [
      'a set operation of two of them',
      "SELECT a FROM (SELECT 'x' AS a) s UNION ALL SELECT a FROM (SELECT 'y' AS a) t",
      'text',
    ],
    ['a set operation with NULL', "SELECT a FROM (SELECT 'x' AS a) s UNION ALL SELECT NULL", 'text'],
    ['INSERT', "INSERT INTO staging_events (level) SELECT a FROM (SELECT 'x' AS a) s", 'text'],
  ])('%s', async (_, sql, target) => {
    expect(await answer(sql)).toContain(noConversion(target));
  });

  test('nor has it in the view or the table that was made of it', async () => {
    await backend.execute("CREATE VIEW literal_view AS SELECT 'x' AS a, ts FROM staging_events");
    await backend.execute("CREATE TEMP TABLE literal_table AS SELECT 'x' AS a, NULL AS b");
    for (const source of ['literal_view', 'literal_table']) {
      expect(await answer(`SELECT a FROM ${source}`)).toEqual([['x']]);
      expect(await answer(`SELECT UPPER(a) FROM ${source}`)).toContain(noConversion('text'));
    }
  });
});

test.each([
  ['a literal that is cast where it stands', "SELECT a || 'y' FROM (SELECT CAST('x' AS VARCHAR(9)) AS a) s", 'xy'],
  ['a literal with its type', "SELECT EXTRACT(year FROM a) FROM (SELECT DATE '2018-11-02' AS a) s", '2018'],
  ['a literal of the answer, which is sorted', "SELECT 'x' AS a FROM staging_events ORDER BY a", 'x'],
  ['a literal that is merely passed on', "SELECT a FROM (SELECT 'x' AS a) s", 'x'],
  ['a literal that is counted or asked for NULL', "SELECT COUNT(a) FROM (SELECT 'x' AS a) s WHERE a IS NOT NULL", '1'],
  ['EXISTS', "SELECT ts FROM staging_events WHERE EXISTS (SELECT 'x')", '1'],
  ['branches that are all literals', "SELECT MAX(a) || '!' FROM (SELECT 'x' AS a UNION ALL SELECT 'y') s", 'y!'],
  [
    'a branch whose column has a type',
    "SELECT MAX(a || '!') FROM (SELECT level AS a FROM staging_events UNION ALL SELECT 'x') s",
    'x!',
  ],
  ['CASE of literals', "SELECT a || '!' FROM (SELECT CASE WHEN TRUE THEN 'x' ELSE 'y' END AS a) s", 'x!'],
])('it takes %s', async (_, sql, expected) => {
  expect(await answer(sql)).toEqual([[expected]]);
});

test('INSERT gives a literal the type of its column', async () => {
  await backend.execute('CREATE TEMP TABLE given (at TIMESTAMP, name VARCHAR(9))');
  await backend.execute("INSERT INTO given SELECT '2018-11-02 00:00:00', 'x'");
  await backend.execute("INSERT INTO given SELECT at, 'y' FROM given UNION ALL SELECT at, 'z' FROM given");
  expect(await answer('SELECT at, name FROM given ORDER BY name')).toEqual([
    ['2018-11-02 00:00:00', 'x'],
    ['2018-11-02 00:00:00', 'y'],
    ['2018-11-02 00:00:00', 'z'],
  ]);
});

test.each([
  [
    'a BOOLEAN cast to VARCHAR',
    'SELECT CAST(ts = 1 AS VARCHAR(5)) FROM staging_events',
    'cannot cast type boolean to character varying',
  ],
  ['a BOOLEAN that is concatenated', "SELECT (1 = 1) || 'x'", 'operator does not exist: boolean || character varying'],
  [
    'a BOOLEAN in a VARCHAR column',
    'INSERT INTO staging_events (level) SELECT ts = 1 FROM staging_events',
    'column "level" is of type character varying but expression is of type boolean',
  ],
  [
    'a VARCHAR cast to BOOLEAN',
    'SELECT level::BOOLEAN FROM staging_events',
    'cannot cast type character varying to boolean',
  ],
  [
    'a BIGINT that is compared with a VARCHAR',
    'SELECT 1 FROM staging_events WHERE ts = level',
    'operator does not exist: bigint = character varying',
  ],
  [
    'a VARCHAR where a number is due',
    'SELECT ABS(level) FROM staging_events',
    'function abs(character varying) does not exist',
  ],
  ['many bytes in a CHAR', "SELECT CAST('é' AS CHAR(2))", 'Multibyte character not supported for CHAR'],
  ['a literal longer than 65535 bytes', `SELECT LEN('${'é'.repeat(32_768)}')`, '65535'],
])('it refuses %s', async (_, sql, expected) => {
  expect(await answer(sql)).toContain(expected);
});

test('it takes a literal of 65535 bytes, and one that becomes a BOOLEAN', async () => {
  expect(await answer(`SELECT LEN('${'x'.repeat(65_535)}'), 't'::BOOLEAN, CAST('false' AS BOOLEAN)`)).toEqual([
    ['65535', 't', 'f'],
  ]);
});

test('a CHAR holds single bytes, and LEN leaves out its trailing blanks', async () => {
  await backend.execute('CREATE TEMP TABLE chars (c CHAR(5), v VARCHAR(5))');
  await backend.execute("INSERT INTO chars VALUES ('ab', 'ab ')");
  expect(await answer("INSERT INTO chars (c) VALUES ('né')")).toContain('Multibyte character not supported for CHAR');
  expect(await answer("INSERT INTO chars (c) VALUES ('abcdef')")).toContain('value too long for type character(5)');
  expect(await answer("SELECT LEN(c), LEN(v), OCTET_LENGTH(c), LEN(CAST(v AS CHAR(9))), c = 'ab' FROM chars")).toEqual([
    ['2', '3', '5', '2', 't'],
  ]);
  expect((await backend.execute('SELECT c FROM chars')).columns).toMatchObject([{ typeName: 'bpchar', precision: 5 }]);
});

test('AVG of integers is a BIGINT, AVG of a DECIMAL keeps its scale, of doubles it stays a double', async () => {
  await backend.execute('CREATE TEMP TABLE numbers (s SMALLINT, i INT, b BIGINT, d DECIMAL(8,2), f DOUBLE PRECISION)');
  await backend.execute(
    'INSERT INTO numbers VALUES (1, 1, 1, 0.01, 1), (2, 2, 2, 0.02, 2), (NULL, NULL, NULL, NULL, NULL)',
  );
  const { columns, rows } = await backend.execute(
    'SELECT AVG(s), AVG(i), AVG(b), AVG(d), AVG(f), AVG(DISTINCT i), SUM(b) FROM numbers',
  );
  expect(rows).toEqual([['1', '1', '1', '0.01', '1.5', '1', '3']]);
  expect(columns?.map(({ typeName }) => typeName)).toEqual([
    'int8',
    'int8',
    'int8',
    'numeric',
    'float8',
    'int8',
    'int8',
  ]);
  expect(await answer('SELECT AVG(i) OVER (PARTITION BY s) FROM numbers ORDER BY s')).toEqual([['1'], ['2'], [null]]);
  expect(await answer('SELECT AVG(i) FROM numbers WHERE i > 9')).toEqual([[null]]);
});

test('SUM of integers is a BIGINT, which overflows; FLOOR and CEILING keep the type; RANK is an INTEGER', async () => {
  await backend.execute('CREATE TEMP TABLE big (b BIGINT, i INT)');
  await backend.execute('INSERT INTO big VALUES (9223372036854775807, 7)');
  const { columns } = await backend.execute(
    'SELECT SUM(b), SUM(i), FLOOR(i), CEILING(b), FLOOR(1.5), RANK() OVER (ORDER BY i), NTILE(2) OVER (ORDER BY i) FROM big GROUP BY b, i',
  );
  expect(columns?.map(({ typeName }) => typeName)).toEqual(['int8', 'int8', 'int4', 'int8', 'numeric', 'int4', 'int8']);
  await backend.execute('INSERT INTO big VALUES (1, 7)');
  expect(await answer('SELECT SUM(b) FROM big')).toContain('out of range');
});

test.each([
  [
    'a leader-node function beside a system table',
    'SELECT current_schema(), table_id FROM svv_table_info',
    'not supported on Redshift tables',
  ],
  ['WITH inside WITH', 'WITH a AS (WITH b AS (SELECT 1 AS n) SELECT n FROM b) SELECT n FROM a', 'no WITH inside'],
])('it refuses %s, too', async (_, sql, expected) => {
  expect(await answer(sql)).toContain(expected);
});
