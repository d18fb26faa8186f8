import { describe, expect, test } from '@jest/globals';
import { backend, engine, message, rows, useEngine } from './standin-engine-support.ts';

useEngine([
  'CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR(5), at TIMESTAMP, x DOUBLE PRECISION)',
  'CREATE TABLE u (id BIGINT PRIMARY KEY, name VARCHAR(20), amount DECIMAL(8,2))',
]);

async function value(expression: string): Promise<string | null | undefined> {
  return (await rows(`SELECT ${expression}`))[0]?.[0];
}

describe('the gate refuses what Redshift has not', () => {
  test.each([
    [
      'Unsupported PostgreSQL features: ON CONFLICT',
      'INSERT INTO t (id) VALUES (1) ON CONFLICT DO NOTHING',
      'near "ON"',
    ],
    [
      'Unsupported PostgreSQL features: ON CONFLICT after a query',
      'INSERT INTO t (id) SELECT id FROM u ON CONFLICT DO NOTHING',
      'near "ON"',
    ],
    ['Unsupported PostgreSQL features: RETURNING', 'DELETE FROM t WHERE id = 1 RETURNING id', 'near "RETURNING"'],
    ['Unsupported PostgreSQL features: DISTINCT ON', 'SELECT DISTINCT ON (id) id FROM t', 'no DISTINCT ON'],
    ['Unsupported PostgreSQL features: FILTER', 'SELECT COUNT(*) FILTER (WHERE id = 1) FROM t', 'no FILTER'],
    ['Unsupported PostgreSQL features: LATERAL', 'SELECT 1 FROM t, LATERAL (SELECT 1) s', 'near "LATERAL"'],
    ['Unsupported PostgreSQL features: VALUES as a table', 'SELECT * FROM (VALUES (1)) v', 'near "VALUES"'],
    ['Unsupported PostgreSQL features: VALUES as a statement', 'VALUES (1)', 'near "VALUES"'],
    [
      'Unsupported PostgreSQL features: generate_series beside tables',
      'SELECT 1 FROM t, generate_series(1, 2) g',
      'not supported on Redshift tables',
    ],
    [
      'Unsupported PostgreSQL features: string_agg',
      "SELECT string_agg(name, ',') FROM t",
      'function string_agg() does not exist',
    ],
    [
      'Unsupported PostgreSQL features: array_agg',
      'SELECT array_agg(id) FROM t',
      'function array_agg() does not exist',
    ],
    ['Unsupported PostgreSQL features: sequences', "SELECT nextval('s')", 'function nextval() does not exist'],
    ['Unsupported PostgreSQL features: CREATE SEQUENCE', 'CREATE SEQUENCE s', 'near "SEQUENCE"'],
    ['Unsupported PostgreSQL features: indexes', 'CREATE INDEX i ON t (id)', 'near "INDEX"'],
    ['Unsupported PostgreSQL features: unique indexes', 'CREATE UNIQUE INDEX i ON t (id)', 'near "UNIQUE"'],
    [
      'Unsupported PostgreSQL features: triggers',
      'CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()',
      'near "TRIGGER"',
    ],
    ['Unsupported PostgreSQL features: savepoints', 'SAVEPOINT a', 'near "SAVEPOINT"'],
    ['Unsupported PostgreSQL features: rolling back to one', 'ROLLBACK TO SAVEPOINT a', 'near "TO"'],
    [
      'Unsupported PostgreSQL features: IS DISTINCT FROM',
      'SELECT 1 FROM t WHERE id IS DISTINCT FROM 1',
      'near "DISTINCT"',
    ],
    ['Unsupported PostgreSQL features: row locks', 'SELECT id FROM t FOR UPDATE', 'near "FOR"'],
    [
      'Unsupported PostgreSQL features: GROUP BY on a key alone',
      'SELECT id, name FROM u GROUP BY id',
      'must appear in the GROUP BY clause',
    ],
    [
      'Unsupported PostgreSQL features: an alias for the target of DELETE',
      'DELETE FROM t x WHERE x.id = 1',
      'near "x"',
    ],
    ['Unsupported PostgreSQL features: the same with AS', 'DELETE FROM t AS x WHERE x.id = 1', 'near "AS"'],
    [
      'Unsupported PostgreSQL features: DELETE USING without FROM',
      'DELETE t USING u WHERE t.id = u.id',
      'near "using"',
    ],
    ['Correlated subqueries: DELETE USING a subquery', 'DELETE FROM t USING (SELECT 1) s', 'near "("'],
    [
      'Correlated subqueries: UPDATE FROM an outer join',
      'UPDATE t SET x = 1 FROM u LEFT JOIN u v ON u.id = v.id',
      'Outer joins',
    ],
    [
      'Unsupported PostgreSQL features: an aggregate window without a frame',
      'SELECT SUM(x) OVER (ORDER BY id) FROM t',
      'require a frame clause',
    ],
    [
      'Unsupported PostgreSQL features: first_value without a frame',
      'SELECT FIRST_VALUE(x) OVER (ORDER BY id) FROM t',
      'require a frame clause',
    ],
    [
      'Unsupported PostgreSQL features: RANGE frames',
      'SELECT SUM(x) OVER (ORDER BY id RANGE UNBOUNDED PRECEDING) FROM t',
      'frame clause',
    ],
    [
      'Unsupported PostgreSQL features: a frame for a ranking',
      'SELECT RANK() OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM t',
      'takes no frame',
    ],
    [
      'Unsupported PostgreSQL features: a WINDOW clause',
      'SELECT SUM(x) OVER w FROM t WINDOW w AS (PARTITION BY id)',
      'near "w"',
    ],
    ['SQL functions: one-argument TO_TIMESTAMP', 'SELECT TO_TIMESTAMP(1)', 'with 1 arguments does not exist'],
    ['SQL functions: NOW() on tables', 'SELECT NOW() FROM t', 'not supported on Redshift tables'],
    [
      'Correlated subqueries: CURRENT_TIMESTAMP on tables',
      'SELECT CURRENT_TIMESTAMP FROM t',
      'not supported on Redshift tables',
    ],
    ['Correlated subqueries: SUBSTR on tables', 'SELECT SUBSTR(name, 1) FROM t', 'not supported on Redshift tables'],
    ['SQL functions: the catalogue beside tables', 'SELECT 1 FROM t, pg_class', 'not supported on Redshift tables'],
    ['SQL functions: isodow', 'SELECT EXTRACT(isodow FROM at) FROM t', 'units "isodow" not recognized'],
    ['SQL functions: a backslash in a literal', "SELECT 'a\\b'", 'a backslash in a literal'],
    ['Character types: arrays', 'SELECT ARRAY[1]', 'near "["'],
    ['Character types: ANY of an array', "SELECT 1 FROM t WHERE id = ANY ('{1}')", 'arrays are not supported'],
    ['Character types: UUID', 'CREATE TABLE n (a UUID)', 'type "UUID" does not exist'],
    ['Character types: JSON', 'CREATE TABLE n (a JSON)', 'type "JSON" does not exist'],
    ['Character types: SERIAL', 'CREATE TABLE n (a SERIAL)', 'type "SERIAL" does not exist'],
    ['Character types: BYTEA', 'SELECT CAST(name AS BYTEA) FROM t', 'type "BYTEA" does not exist'],
    ['Character types: VARCHAR beyond 65535', 'CREATE TABLE n (a VARCHAR(65536))', 'cannot exceed 65535'],
    ['Character types: DECIMAL beyond 38', 'CREATE TABLE n (a DECIMAL(39))', 'between 1 and 38'],
    ['CREATE TABLE: CHECK', 'CREATE TABLE n (a INT CHECK (a > 0))', 'CHECK constraints are not supported'],
    [
      'CREATE TABLE: DISTKEY with DISTSTYLE ALL',
      'CREATE TABLE n (a INT DISTKEY) DISTSTYLE ALL',
      'Cannot specify DISTKEY',
    ],
    ['CREATE TABLE: two DISTKEYs', 'CREATE TABLE n (a INT DISTKEY, b INT DISTKEY)', 'Multiple distkey'],
    ['CREATE TABLE: an unknown encoding', 'CREATE TABLE n (a INT ENCODE gzip9)', 'invalid encoding'],
    ['CREATE TABLE: IF NOT EXISTS with AS', 'CREATE TABLE IF NOT EXISTS n AS SELECT 1 AS a', 'near "as"'],
    [
      'Correlated subqueries: CURRENT_TIMESTAMP as a DEFAULT',
      'CREATE TABLE n (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP)',
      'use SYSDATE',
    ],
    ['Character types: COLLATE "C"', 'SELECT name COLLATE "C" FROM t', 'no such collation'],
    ['Names and identifiers: a reserved word as a name', 'SELECT 1 AS a FROM t user', 'near "user"'],
    ['Names and identifiers: start as a bare alias', 'SELECT 1 start', 'near "start"'],
    ['Unsupported PostgreSQL features: dollar quoting', 'SELECT $$a$$', 'near "$"'],
    ['Unsupported PostgreSQL features: numbered parameters', 'SELECT $1', 'near "$"'],
    ['SQL functions: a subquery of FROM without an alias', 'SELECT 1 FROM (SELECT 1)', 'must have an alias'],
    [
      'Unsupported PostgreSQL features: a setting of PostgreSQL’s own',
      'SET work_mem TO 1',
      'unrecognized configuration',
    ],
    ['SET_CONFIG, which nobody has seen set these', "SELECT set_config('timezone', 'UTC', false)", 'not imitated'],
    ['two statements in one', 'SELECT 1; SELECT 2', 'near "SELECT"'],
  ])('%s: %s', async (_, sql, expected) => {
    expect(await message(sql)).toContain(expected);
  });
});

describe('the gate accepts what Redshift has', () => {
  test.each([
    "SET timezone TO 'UTC'",
    'SET enable_case_sensitive_identifier TO true',
    'RESET statement_timeout',
    'SHOW search_path',
    'CREATE SCHEMA IF NOT EXISTS extra',
    'CREATE TABLE IF NOT EXISTS extra.time (start_time TIMESTAMP NOT NULL SORTKEY, hour INT ENCODE az64) DISTSTYLE ALL',
    'CREATE TEMP TABLE a (id INT DEFAULT 7)',
    'CREATE TABLE extra.b DISTKEY(id) COMPOUND SORTKEY(id) AS SELECT id FROM u',
    'CREATE TABLE extra.c (id BIGINT, b INT, PRIMARY KEY (id), FOREIGN KEY (b) REFERENCES u (id)) BACKUP NO DISTSTYLE KEY DISTKEY(id) SORTKEY AUTO ENCODE AUTO',
    'CREATE OR REPLACE VIEW extra.v AS SELECT id FROM u',
    'DROP TABLE IF EXISTS nothing, extra.nothing CASCADE',
    'GRANT SELECT ON TABLE t TO GROUP analysts',
    'ANALYZE t (id)',
    'VACUUM DELETE ONLY t',
    'DELETE t WHERE id = 99',
    'DELETE FROM t USING u WHERE t.id = u.id AND u.id = 99',
    'UPDATE t SET x = u.amount FROM u WHERE t.id = u.id',
    "INSERT INTO u VALUES (7, DEFAULT, 1.005), (8, 'x', NULL)",
    'SELECT id, SUM(x) OVER (PARTITION BY id ORDER BY at NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t',
    'SELECT LAG(x, 1) OVER (ORDER BY at DESC NULLS LAST) FROM t',
    "WITH a AS (SELECT id FROM t) SELECT a.* FROM a LEFT OUTER JOIN u USING (id) WHERE id NOT IN (1, 2) AND id BETWEEN 1 AND 3 AND 'a' LIKE 'a%'",
    'SELECT id FROM t UNION ALL SELECT id FROM u MINUS SELECT 3 ORDER BY 1 DESC LIMIT 3 OFFSET 1',
    "SELECT DATEADD(month, 1, SYSDATE), GETDATE(), DATE_TRUNC('week', at), TRIM(BOTH 'x' FROM name), POSITION('a' IN name) FROM t",
    'SELECT id::VARCHAR(20), NVL(name, name), LEN(name), STRTOL(LEFT(MD5(name), 15), 16) FROM u',
    'SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id) AND id = ANY (SELECT id FROM u)',
    'SELECT NOW(), CURRENT_TIMESTAMP, current_schema()',
    'SELECT * FROM svv_table_info, stv_db_isolation_level',
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    'SELECT database_name, status, loaded_rows FROM sys_load_history WHERE query_id = 1',
    'SELECT /* a /* nested */ comment */ 1 -- and another',
  ])('%s', async (sql) => {
    expect(await message(sql)).toBe('accepted');
  });
});

describe('values', () => {
  test('page "Names and identifiers": identifiers fold to lower case even when quoted, unless the session says otherwise', async () => {
    await backend.execute('CREATE TEMP TABLE "Folded" ("Name" INT)');
    expect((await backend.execute('SELECT "NAME" FROM FOLDED')).columns?.[0]?.name).toBe('name');
    await backend.execute('SET enable_case_sensitive_identifier TO true');
    expect(await message('SELECT "NAME" FROM folded')).toContain('column "NAME" does not exist');
  });

  test('page "Character types": lengths count bytes, surplus blanks are cut and TEXT is VARCHAR(256)', async () => {
    await backend.execute('CREATE TEMP TABLE lengths (a VARCHAR(4), b TEXT)');
    await backend.execute("INSERT INTO lengths VALUES ('éé      ', '')");
    expect(await rows('SELECT a, LEN(a), OCTET_LENGTH(a) FROM lengths')).toEqual([['éé', '2', '4']]);
    expect(await message("INSERT INTO lengths (a) VALUES ('ééa')")).toBe(
      'ERROR: value too long for type character varying(4)',
    );
    expect(await message("INSERT INTO lengths (b) SELECT REPEAT('x', 257)")).toBe(
      'ERROR: value too long for type character varying(256)',
    );
    expect(await value("CAST('éé' AS VARCHAR(3))")).toBe('é');
    expect((await backend.execute('SELECT a, b FROM lengths')).columns?.map(({ precision }) => precision)).toEqual([
      4, 256,
    ]);
  });

  test('page "Character types": trailing blanks do not count in comparisons, but LEN counts them and || keeps them', async () => {
    await backend.execute('CREATE TEMP TABLE blanks (a VARCHAR(20), b VARCHAR(30))');
    await backend.execute("INSERT INTO blanks VALUES ('x', 'x  '), ('x ', 'x'), ('x\t', 'x')");
    expect(await value('COUNT(*) FROM blanks WHERE a = b')).toBe('2');
    expect(await value("COUNT(*) FROM blanks WHERE a IN ('x   ')")).toBe('2');
    expect(await value("COUNT(*) FROM blanks WHERE a > 'x' OR a <> 'x'")).toBe('1');
    expect(await value('COUNT(DISTINCT a) FROM blanks')).toBe('2');
    expect(await value('COUNT(*) FROM (SELECT a FROM blanks GROUP BY a) g')).toBe('2');
    expect(await value('COUNT(*) FROM (SELECT a FROM blanks UNION SELECT b FROM blanks) u')).toBe('2');
    expect(await value('COUNT(*) FROM blanks p JOIN blanks q ON p.a = q.b')).toBe('6');
    expect(await value('MAX(n) FROM (SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM blanks) w')).toBe(
      '2',
    );
    expect(await rows("SELECT LEN(b), b || '|', MD5(b) = MD5('x') FROM blanks WHERE LEN(b) > 1")).toEqual([
      ['3', 'x  |', 'f'],
    ]);
    await backend.execute(
      "CREATE TEMP TABLE kinds AS SELECT CASE WHEN LEN(a) > 1 THEN 'k ' ELSE 'k' END AS kind FROM blanks",
    );
    expect(await value('COUNT(DISTINCT kind) FROM kinds')).toBe('1');
  });

  test('page "SQL functions reference": SYSDATE is the start of the transaction, in UTC, and so it is as a DEFAULT', async () => {
    await backend.begin();
    await backend.execute('CREATE TEMP TABLE stamped (id INT, at TIMESTAMP DEFAULT SYSDATE NOT NULL)');
    await backend.execute('INSERT INTO stamped (id) VALUES (1)');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await backend.execute('INSERT INTO stamped (id) SELECT 2');
    expect(await value('COUNT(*) FROM stamped WHERE at = SYSDATE')).toBe('2');
    const stamp = await value('SYSDATE');
    expect(Math.abs(Date.parse(`${stamp?.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(5000);
    await backend.commit();
    expect(await value('COUNT(*) FROM stamped WHERE at = SYSDATE')).toBe('0');
  });

  test('page "SQL functions reference": EXTRACT gives integers without fractions, weekdays from Sunday = 0 and ISO weeks', async () => {
    const at = "TIMESTAMP '2018-11-04 01:25:05.796'";
    expect(await value(`EXTRACT(second FROM ${at})`)).toBe('5');
    expect(await value(`EXTRACT(ms FROM ${at})`)).toBe('796');
    expect(await value(`EXTRACT(weekday FROM ${at})`)).toBe('0');
    expect(await value(`EXTRACT(week FROM ${at})`)).toBe('44');
    expect(await value(`DATE_PART(second, ${at})`)).toBe('5.796');
    expect((await backend.execute(`SELECT EXTRACT(hour FROM ${at})`)).columns?.[0]?.typeName).toBe('int4');
  });

  test('page "Character types": NUMERIC is DECIMAL(18,0), and page "SQL functions reference": integers divide to integers', async () => {
    expect(await value('CAST(19.40904 AS NUMERIC)')).toBe('19');
    expect(await value('7 / 2')).toBe('3');
  });

  test('page "CREATE TABLE": declared keys are not enforced, NOT NULL is', async () => {
    await backend.execute('CREATE TEMP TABLE keyed (id INT PRIMARY KEY, v INT UNIQUE)');
    await backend.execute('INSERT INTO keyed VALUES (1, 1), (1, 1)');
    expect(await value('COUNT(*) FROM keyed')).toBe('2');
    expect(await message('INSERT INTO keyed VALUES (NULL, 1)')).toBe(
      'ERROR: Cannot insert a NULL value into column id',
    );
  });

  test('Data API: parameters are text that the engine coerces, and stand for one value however often they are used', async () => {
    const outcome = await backend.execute('SELECT :a::INT + :a::INT, :b', { a: '2', b: "it's \\ here" });
    expect(outcome.rows).toEqual([['4', "it's \\ here"]]);
  });

  test('Data API: DescribeStatement: what the leader node answers has no query id, a query of a table has one', async () => {
    expect((await backend.execute('SELECT 1')).queryId).toBe(-1);
    expect((await backend.execute('SELECT COUNT(*) FROM t')).queryId).toBeGreaterThan(0);
  });

  test('Data API: errors are worded as Redshift words them, with the place in the statement that was sent', async () => {
    expect(await message('SELECT id,  nope FROM t')).toBe('ERROR: column "nope" does not exist\n  Position: 13');
    expect(await message('SELECT 1 FROM nowhere')).toBe('ERROR: relation "nowhere" does not exist\n  Position: 15');
    expect(await message("SELECT CAST(CASE WHEN COUNT(*) = 0 THEN 'rule' END AS INTEGER) FROM t")).toBe(
      'ERROR: invalid input syntax for type integer: "rule"',
    );
  });

  test('an unknown database refuses the connection', async () => {
    await expect(engine.connect({ database: 'nope', user: 'ann' })).rejects.toThrow(
      'FATAL: database "nope" does not exist',
    );
  });
});
