import { beforeEach, describe, expect, test } from '@jest/globals';
import { answer, backend, useEngine } from './standin-engine-support.ts';

/** What PostgreSQL takes, and an engineer may well write, and Redshift refuses or is not known to take. */

useEngine([
  'CREATE TABLE plays (id BIGINT, name VARCHAR(9), at TIMESTAMP, x DOUBLE PRECISION)',
  'CREATE TABLE songs (id BIGINT, title VARCHAR(20))',
  "INSERT INTO plays VALUES (1, 'a,b', '2018-11-01 23:59:59', 1.5)",
]);

// What a test makes ends with its session.
beforeEach(() => backend.begin());

const refuses = (cases: readonly (readonly [sql: string, words: string])[]) =>
  test.each(cases)('%s is refused', async (sql, words) => {
    expect(await answer(sql)).toEqual(expect.stringContaining(words));
  });

const takes = (sqls: readonly string[]) =>
  test.each(sqls)('%s is taken', async (sql) => {
    expect(await answer(sql)).toEqual(expect.any(Array));
  });

describe('AWS, "CREATE TABLE": the keys of a table are its columns, and agree', () => {
  refuses([
    ['CREATE TABLE n (id INT) DISTKEY (nope)', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n (id INT) SORTKEY (id, nope)', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n (id INT, PRIMARY KEY (nope))', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n (id INT, UNIQUE (nope))', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n DISTKEY (nope) AS SELECT id FROM plays', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n SORTKEY (nope) AS SELECT id FROM plays', 'column "nope" named in key does not exist'],
    ['CREATE TABLE n (a INT, b INT) DISTKEY (a, b)', 'Multiple distkey columns'],
    ['CREATE TABLE n (a INT DISTKEY) DISTKEY (a)', 'Multiple distkey columns'],
    ['CREATE TABLE n (a INT DISTKEY) DISTSTYLE AUTO', 'Cannot specify DISTKEY for a table with DISTSTYLE AUTO'],
    ['CREATE TABLE n (a INT) DISTSTYLE KEY', 'requires a DISTKEY'],
    ['CREATE TABLE n DISTSTYLE KEY AS SELECT id FROM plays', 'requires a DISTKEY'],
    ['CREATE TABLE n (a INT SORTKEY, b INT SORTKEY)', 'Multiple sort keys'],
    ['CREATE TABLE n (a INT SORTKEY) SORTKEY (a)', 'Multiple sort keys'],
    ['CREATE TABLE n (a INT) INTERLEAVED SORTKEY (a, a)', 'Duplicate column in the sort key'],
    ['CREATE TABLE n (a INT PRIMARY KEY, b INT PRIMARY KEY)', 'multiple primary keys'],
    ['CREATE TABLE n (a INT REFERENCES nope (id))', 'relation "nope" does not exist'],
    ['CREATE TABLE n (a INT, FOREIGN KEY (a) REFERENCES nope (id))', 'relation "nope" does not exist'],
    ['CREATE TABLE n (a TEXT(10))', 'syntax error at or near "("'],
  ]);
  takes([
    'CREATE TABLE n (a INT, b INT) DISTSTYLE KEY DISTKEY (a) COMPOUND SORTKEY (b, a)',
    'CREATE TABLE n (a INT REFERENCES songs (id), b TEXT, PRIMARY KEY (a))',
    'CREATE TABLE n DISTKEY (id) SORTKEY (id) AS SELECT id FROM plays',
  ]);
});

describe('AWS, "Compression encodings": each is for some types', () => {
  refuses([
    ['CREATE TABLE n (a VARCHAR(9) ENCODE az64)', 'invalid encoding type'],
    ['CREATE TABLE n (a DOUBLE PRECISION ENCODE az64)', 'invalid encoding type'],
    ['CREATE TABLE n (a REAL ENCODE lzo)', 'invalid encoding type'],
    ['CREATE TABLE n (a INT ENCODE text255)', 'invalid encoding type'],
    ['CREATE TABLE n (a CHAR(9) ENCODE text32k)', 'invalid encoding type'],
    ['CREATE TABLE n (a BOOLEAN ENCODE delta)', 'invalid encoding type'],
    ['CREATE TABLE n (a SMALLINT ENCODE mostly16)', 'invalid encoding type'],
    ['CREATE TABLE n (a INT ENCODE zstd ENCODE lzo)', 'conflicting ENCODE'],
  ]);
  takes([
    'CREATE TABLE n (a BIGINT ENCODE az64, b VARCHAR(9) ENCODE lzo, c BOOLEAN ENCODE runlength, d CHAR(2) ENCODE bytedict)',
    'CREATE TABLE n (a DECIMAL(8,2) ENCODE mostly32, b TIMESTAMP ENCODE delta32k, c DOUBLE PRECISION ENCODE zstd)',
  ]);
});

describe('AWS, "Leader node-only functions": CREATE TABLE AS makes a table of the compute nodes', () => {
  refuses([
    ['CREATE TABLE n AS SELECT generate_series(1, 10) AS day', 'not supported on Redshift tables'],
    ['CREATE TEMP TABLE n AS SELECT now() AS moment', 'not supported on Redshift tables'],
    ['CREATE TABLE n AS SELECT tablename FROM pg_tables', 'not supported on Redshift tables'],
    ['CREATE TABLE n AS SELECT table_name FROM information_schema.tables', 'not supported on Redshift tables'],
  ]);
  takes(['CREATE TEMP TABLE n AS SELECT 1 AS one, SYSDATE AS moment, GETDATE() AS again']);
});

describe('page "Character types": what no column can hold is not stored', () => {
  refuses([
    ['CREATE TABLE n AS SELECT at - at AS length FROM plays', 'Column "length" has unsupported type "interval"'],
    ['CREATE TABLE n AS SELECT (1, 2) AS pair', 'type record'],
  ]);
  takes(['CREATE TABLE n AS SELECT id, at, name, x, CAST(x AS DECIMAL(8,2)) AS d, at > SYSDATE AS later FROM plays']);
});

describe('a table is no value, and no row of it', () => {
  refuses([
    ['SELECT plays FROM plays', 'column "plays" does not exist'],
    ['SELECT p FROM plays AS p', 'column "p" does not exist'],
    ['SELECT COUNT(p) FROM plays p', 'column "p" does not exist'],
    ['SELECT MD5(CAST(plays AS VARCHAR)) FROM plays', 'column "plays" does not exist'],
    ['SELECT (1, 2)', 'a row is no value'],
    ["SELECT id FROM plays WHERE (id, name) > (1, 'a')", 'rows have no order'],
    ['SELECT ctid FROM plays', 'column "ctid" does not exist'],
    ['SELECT p.xmin FROM plays p', 'column "xmin" does not exist'],
    ['SELECT tableoid FROM plays', 'column "tableoid" does not exist'],
  ]);
  takes([
    'SELECT id AS plays FROM plays ORDER BY plays',
    'SELECT COUNT(*) AS p FROM plays p GROUP BY p.id ORDER BY p',
    'SELECT id FROM plays WHERE (id, name) IN (SELECT id, title FROM songs)',
  ]);
});

describe('AWS, "LAG", "LEAD", "LISTAGG"', () => {
  refuses([
    [
      'SELECT LAG(id, 1, 0) OVER (ORDER BY id) FROM plays',
      'Default parameter not be supported for window function lag',
    ],
    [
      'SELECT LEAD(id, 1, 0) OVER (ORDER BY id) FROM plays',
      'Default parameter not be supported for window function lead',
    ],
    ['SELECT LAG(id) OVER (PARTITION BY name) FROM plays', 'requires an ORDER BY'],
    ['SELECT LISTAGG(name, name) FROM plays', 'must be a string constant'],
    [
      "SELECT LISTAGG(name, ',') WITHIN GROUP (ORDER BY id), LISTAGG(name, ',') WITHIN GROUP (ORDER BY name) FROM plays",
      'must have the same ORDER BY',
    ],
  ]);
  takes([
    'SELECT LAG(id, 2) OVER (PARTITION BY name ORDER BY id) FROM plays',
    "SELECT LISTAGG(name, ',') WITHIN GROUP (ORDER BY id), LISTAGG(id, ';') WITHIN GROUP (ORDER BY id) FROM plays",
  ]);
});

describe('AWS, "Correlated subqueries": what the page does not show', () => {
  const words = 'This type of correlated subquery pattern is not supported';
  const correlated = 'SELECT 1 FROM songs s WHERE s.id = p.id';
  refuses([
    [`SELECT SUM((SELECT MAX(s.id) FROM songs s WHERE s.id = p.id)) FROM plays p`, words],
    [`SELECT id FROM plays p WHERE id = 1 OR EXISTS (${correlated})`, words],
    [`DELETE FROM plays WHERE id = 1 OR EXISTS (SELECT 1 FROM songs s WHERE s.id = plays.id)`, words],
    [`SELECT CASE WHEN EXISTS (${correlated}) THEN 1 ELSE 0 END FROM plays p`, words],
    [`SELECT p.id FROM plays p GROUP BY p.id HAVING COUNT(*) > (${correlated})`, words],
    [`SELECT id FROM plays p ORDER BY (${correlated})`, words],
  ]);
  takes([
    `SELECT id FROM plays p WHERE (id = 1 OR id = 2) AND EXISTS (${correlated})`,
    'SELECT id FROM plays WHERE id = 1 OR id IN (SELECT id FROM songs)',
    'SELECT name FROM plays GROUP BY name HAVING COUNT(*) > (SELECT COUNT(*) FROM songs)',
  ]);
});

describe('values that Redshift does not know', () => {
  refuses([
    ["SELECT TIMESTAMP 'infinity'", 'invalid input syntax for type timestamp'],
    ["SELECT CAST('-Infinity' AS DATE)", 'invalid input syntax for type date'],
    ["SELECT 'NaN'::DECIMAL(8,2)", 'invalid input syntax for type numeric'],
    ["SELECT INTERVAL 'P1D'", 'invalid input syntax for type interval'],
    ["SELECT SPLIT_PART(name, ',', -1) FROM plays", 'field position must be greater than zero'],
    ["SELECT SPLIT_PART('a,b', ',', 0)", 'field position must be greater than zero'],
    ['SELECT LEFT(name, -1) FROM plays', 'negative substring length'],
    ["SELECT RIGHT('abc', -1)", 'negative substring length'],
    ['SELECT 123456789012345678901234567890123456789', 'out of range'],
    ['SELECT 1e400', 'out of range'],
    ['SELECT id FROM plays LIMIT 1 + 1', 'near "+"'],
  ]);
  test('and those that it knows', async () => {
    const sql =
      "SELECT SPLIT_PART(name, ',', 2), LEFT(name, 1), RIGHT(name, 1), CAST('NaN' AS DOUBLE PRECISION), 0.00012345678901234567890123456789012345678 FROM plays";
    expect(await answer(sql)).toEqual([['b', 'a', 'b', 'NaN', '0.00012345678901234567890123456789012345678']]);
  });
});

describe('AWS, "System catalog tables": what of the catalogue is PostgreSQL’s alone', () => {
  refuses([
    ['SELECT rolname FROM pg_roles', 'relation "pg_roles" does not exist'],
    ['SELECT * FROM pg_catalog.pg_authid', 'relation "pg_authid" does not exist'],
    ['SELECT * FROM pg_indexes', 'relation "pg_indexes" does not exist'],
    ['SELECT * FROM pg_sequences', 'relation "pg_sequences" does not exist'],
    ['SELECT * FROM information_schema.triggers', 'relation "triggers" does not exist'],
  ]);
  takes([
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    'SELECT table_name FROM information_schema.views',
  ]);
});

describe('AWS, "COMMENT": a literal or NULL, on a table or a column that is there', () => {
  takes([
    "COMMENT ON TABLE plays IS 'it''s a table'",
    String.raw`COMMENT ON COLUMN plays.id IS 'a\\b'`,
    'COMMENT ON COLUMN public.plays.id IS NULL',
  ]);
  refuses([
    ["COMMENT ON TABLE nope IS 'x'", 'relation "nope" does not exist'],
    ["COMMENT ON COLUMN plays.nope IS 'x'", 'column "nope" of relation "plays" does not exist'],
    ["COMMENT ON COLUMN plays IS 'x'", 'syntax error at or near "IS"'],
    ['COMMENT ON TABLE plays IS :text', 'syntax error at or near ":text"'],
    ["COMMENT ON TABLE plays IS 'a' || 'b'", 'syntax error at or near "||"'],
    [String.raw`COMMENT ON TABLE plays IS 'a\b'`, 'a backslash in a literal is an escape character'],
    ["COMMENT ON TABLE plays IS E'a'", 'syntax error at or near "E"'],
    ["COMMENT ON INDEX plays IS 'x'", 'syntax error at or near "INDEX"'],
  ]);
});
