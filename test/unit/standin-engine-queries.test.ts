import { describe, expect, test } from '@jest/globals';
import { answer, backend, useEngine } from './standin-engine-support.ts';

useEngine([
  'CREATE TABLE plays (id BIGINT, level VARCHAR(9), at TIMESTAMP, day DATE)',
  'CREATE TABLE songs (id BIGINT, title VARCHAR(20), plays BIGINT)',
  `INSERT INTO plays VALUES (1, 'free', '2018-11-01 23:59:59', '2018-11-01'),
    (2, 'paid', '2018-11-02 00:00:01', '2018-11-02'), (3, 'paid', '2019-01-01 00:00:00', '2019-01-01'), (4, NULL, NULL, NULL)`,
  "INSERT INTO songs VALUES (1, 'one', 1), (2, 'two', 3), (2, 'zwei', 1)",
]);

describe('correlated subqueries', () => {
  test.each([
    ['one that is equal to a column of the outer query', 'SELECT 1 FROM songs s WHERE s.id = p.id'],
    [
      'one that is equal among other conditions',
      "SELECT 1 FROM songs s WHERE s.plays > 1 AND p.id = s.id AND s.title <> 'x'",
    ],
    ['one whose casts are equal', 'SELECT 1 FROM songs s WHERE CAST(s.id AS INTEGER) = CAST(p.id AS INTEGER)'],
    ['one without its table that is equal', 'SELECT 1 FROM songs s WHERE title = level'],
    ['none: names of its own, sorted by an alias', 'SELECT title AS level FROM songs WHERE id = plays ORDER BY level'],
    ['none: the names of a query in FROM', 'SELECT 1 FROM (SELECT id AS level FROM songs) s WHERE level > 1'],
    ['one with an aggregate', 'SELECT MAX(s.plays) FROM songs s WHERE s.id = p.id'],
  ])('%s is taken', async (_, subquery) => {
    expect(await answer(`SELECT p.id FROM plays p WHERE EXISTS (${subquery}) ORDER BY 1`)).toEqual(expect.any(Array));
  });

  test.each([
    [
      'one without its table that is less',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id < level)',
    ],
    [
      'one without its table that skips a level',
      'SELECT 1 FROM plays WHERE EXISTS (SELECT 1 FROM songs s WHERE EXISTS (SELECT 1 FROM songs t WHERE title = level))',
    ],
    [
      'the example of AWS, with an aggregate and GROUP BY behind IN',
      'SELECT * FROM plays WHERE plays.id IN (SELECT SUM(plays) FROM songs WHERE level = title GROUP BY songs.id)',
    ],
    ['one in the ORDER BY of the subquery', 'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s ORDER BY p.id)'],
    [
      'one that skips a level',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id IN (SELECT t.id FROM songs t WHERE t.id = p.id))',
    ],
    [
      'one that skips a level in FROM',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM (SELECT id FROM songs s WHERE s.id = p.id) t)',
    ],
    [
      'one in ON',
      'SELECT 1 FROM plays p LEFT JOIN songs s ON s.id = (SELECT MAX(t.id) FROM songs t WHERE t.id = p.id)',
    ],
    [
      'one with a window function',
      'SELECT 1 FROM plays p WHERE id IN (SELECT ROW_NUMBER() OVER (ORDER BY s.id) FROM songs s WHERE s.id = p.id)',
    ],
    [
      'a GROUP BY of its result by name',
      'SELECT p.id, (SELECT COUNT(s.id) FROM songs s WHERE s.id = p.id) AS n FROM plays p GROUP BY n, p.id',
    ],
    [
      'a GROUP BY of its result by number',
      'SELECT p.id, (SELECT COUNT(s.id) FROM songs s WHERE s.id = p.id) AS n FROM plays p GROUP BY 1, 2',
    ],
    [
      'one with an aggregate and GROUP BY behind IN',
      'SELECT 1 FROM plays p WHERE p.id IN (SELECT SUM(s.plays) FROM songs s WHERE s.id = p.id GROUP BY s.title)',
    ],
    ['one with LIMIT', 'SELECT p.id, (SELECT s.title FROM songs s WHERE s.id = p.id ORDER BY 1 LIMIT 1) FROM plays p'],
    ['one with TOP', 'SELECT p.id, (SELECT TOP 1 s.title FROM songs s WHERE s.id = p.id ORDER BY 1) FROM plays p'],
    [
      'one in a set operation',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id = p.id UNION ALL SELECT 2)',
    ],
    ['one that is less', 'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id < p.id)'],
    [
      'one that is not equal',
      'SELECT 1 FROM plays p WHERE NOT EXISTS (SELECT 1 FROM songs s WHERE s.id = 1 AND s.id <> p.id)',
    ],
    ['one that is denied', 'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE NOT s.id = p.id)'],
    [
      'one that may be equal',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id = p.id OR s.id = 1)',
    ],
    [
      'one that lies between',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE s.id BETWEEN 1 AND p.id)',
    ],
    [
      'one in CASE',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s WHERE CASE WHEN s.id = p.id THEN TRUE ELSE FALSE END)',
    ],
    ['one in the SELECT list', 'SELECT p.id, (SELECT MAX(s.plays + p.id) FROM songs s) FROM plays p'],
    [
      'one in the ON of the subquery',
      'SELECT 1 FROM plays p WHERE EXISTS (SELECT 1 FROM songs s JOIN songs t ON t.id = p.id)',
    ],
    ['one in DELETE', 'DELETE FROM plays WHERE EXISTS (SELECT 1 FROM songs WHERE songs.id > plays.id)'],
    ['one in UPDATE', 'UPDATE plays SET level = (SELECT MAX(title) FROM songs WHERE songs.id < plays.id)'],
  ])('%s is refused', async (_, sql) => {
    expect(await answer(sql)).toContain('This type of correlated subquery pattern is not supported');
  });
});

describe('what Redshift has and PostgreSQL has not', () => {
  test.each([
    [
      'QUALIFY with a window function',
      'SELECT id, title FROM songs s QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY plays DESC) = 1 ORDER BY id',
      [
        ['1', 'one'],
        ['2', 'two'],
      ],
    ],
    [
      'QUALIFY with *',
      'SELECT * FROM songs s WHERE plays > 0 QUALIFY RANK() OVER (ORDER BY plays DESC) = 1',
      [['2', 'two', '3']],
    ],
    [
      'QUALIFY with t.* and more, of a join',
      'SELECT s.*, p.level AS l FROM songs s JOIN plays p ON p.id = s.id QUALIFY ROW_NUMBER() OVER (ORDER BY s.plays DESC) = 1',
      [['2', 'two', '3', 'paid']],
    ],
    [
      'QUALIFY by a column of the list',
      'SELECT title, ROW_NUMBER() OVER (ORDER BY plays DESC, title) AS place FROM songs s QUALIFY place = 2',
      [['one', '2']],
    ],
    [
      'QUALIFY in a subquery',
      'SELECT COUNT(*) FROM (SELECT id FROM songs WHERE id > 0 QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY title) = 1) q',
      [['2']],
    ],
    ['TOP', 'SELECT TOP 2 id FROM plays ORDER BY id DESC', [['4'], ['3']]],
    ['LISTAGG', "SELECT LISTAGG(title, ',') WITHIN GROUP (ORDER BY title DESC) FROM songs", [['zwei,two,one']]],
    [
      'LISTAGG of DISTINCT numbers',
      "SELECT LISTAGG(DISTINCT id, '|') WITHIN GROUP (ORDER BY id) FROM songs",
      [['1|2']],
    ],
    [
      'LISTAGG without a delimiter, NULLs left out',
      'SELECT LISTAGG(level) WITHIN GROUP (ORDER BY id) FROM plays',
      [['freepaidpaid']],
    ],
    [
      'NVL and NVL2',
      "SELECT NVL(level, '-'), NVL2(level, 'known', 'unknown') FROM plays WHERE id > 2 ORDER BY id",
      [
        ['paid', 'known'],
        ['-', 'unknown'],
      ],
    ],
    [
      'DECODE, which finds NULL',
      "SELECT DECODE(level, 'free', 0, NULL, -1, 1) FROM plays ORDER BY id",
      [['0'], ['1'], ['1'], ['-1']],
    ],
    ['DECODE without a default', "SELECT DECODE(id, 1, 'x') FROM plays ORDER BY id", [['x'], [null], [null], [null]]],
    [
      'DATEADD',
      "SELECT DATEADD(month, 1, '2018-01-31'), DATEADD(qtr, -1, TIMESTAMP '2018-11-02 01:00:00')",
      [['2018-02-28 00:00:00', '2018-08-02 01:00:00']],
    ],
    [
      'DATEDIFF by boundaries',
      'SELECT DATEDIFF(day, MIN(at), MAX(at)), DATEDIFF(year, MIN(at), MAX(at)), DATEDIFF(month, MIN(day), MAX(day)) FROM plays',
      [['61', '1', '2']],
    ],
    [
      'DATEDIFF as AWS shows it',
      "SELECT DATEDIFF(week, '2009-01-01', '2009-12-31'), DATEDIFF(hour, '2023-01-01', '2023-01-03 05:04:03')",
      [['52', '53']],
    ],
    [
      'DATEDIFF of fractions',
      "SELECT DATEDIFF(ms, TIMESTAMP '2018-11-02 00:00:00.001', TIMESTAMP '2018-11-02 00:00:01.2')",
      [['1199']],
    ],
    [
      'DATE_TRUNC and GETDATE',
      "SELECT DATE_TRUNC('month', at), GETDATE() > at FROM plays WHERE id = 1",
      [['2018-11-01 00:00:00', 't']],
    ],
    [
      'ROLLUP',
      'SELECT level, COUNT(*), GROUPING(level) FROM plays WHERE level IS NOT NULL GROUP BY ROLLUP(level) ORDER BY 3, 1',
      [
        ['free', '1', '0'],
        ['paid', '2', '0'],
        [null, '3', '1'],
      ],
    ],
    [
      'GROUPING SETS',
      'SELECT id, title, SUM(plays) FROM songs GROUP BY GROUPING SETS ((id, title), ()) ORDER BY 1, 2',
      [
        ['1', 'one', '1'],
        ['2', 'two', '3'],
        ['2', 'zwei', '1'],
        [null, null, '5'],
      ],
    ],
    ['CUBE beside a key', 'SELECT COUNT(*) FROM (SELECT id FROM songs GROUP BY id, CUBE(title, plays)) g', [['11']]],
  ])('%s is taken', async (_, sql, expected) => {
    expect(await answer(sql)).toEqual(expected);
  });

  test('EXPLAIN gives a plan, and does nothing', async () => {
    const { columns, rows } = await backend.execute('EXPLAIN DELETE FROM songs WHERE id = 1');
    expect(columns?.map(({ name }) => name)).toEqual(['QUERY PLAN']);
    expect(rows.length).toBeGreaterThan(0);
    expect(await answer('EXPLAIN CREATE TABLE t AS SELECT id FROM songs')).toEqual(expect.any(Array));
    expect(await answer('SELECT COUNT(*) FROM songs')).toEqual([['3']]);
    expect(await answer('SELECT 1 FROM t')).toContain('relation "t" does not exist');
  });

  test.each([
    [
      'a function that is not imitated',
      "SELECT JSON_EXTRACT_PATH_TEXT(title, 'a') FROM songs",
      'the function json_extract_path_text is not imitated',
    ],
    [
      'a statement that is not imitated',
      'MERGE INTO songs USING plays ON songs.id = plays.id REMOVE DUPLICATES',
      'the statement MERGE is not imitated',
    ],
    ['ISNULL as a function', 'SELECT ISNULL(title, level) FROM songs, plays', 'the function isnull is not imitated'],
    ['APPROXIMATE', 'SELECT APPROXIMATE COUNT(DISTINCT id) FROM songs', 'APPROXIMATE is not imitated'],
    ['PIVOT', 'SELECT * FROM songs PIVOT (SUM(plays) FOR title IN (1))', 'PIVOT and UNPIVOT are not imitated'],
    ['SHOW of tables', 'SHOW TABLES FROM SCHEMA dev.public', 'SHOW TABLES is not imitated'],
    ['a function that nobody has', 'SELECT STRING_AGG(title) FROM songs', 'function string_agg() does not exist'],
    ['LISTAGG with OVER', "SELECT LISTAGG(title, ',') OVER (PARTITION BY id) FROM songs", 'not imitated'],
    ['LISTAGG without a table', "SELECT LISTAGG('x', ',')", 'must be applied on at least one user created tables'],
    [
      'LISTAGG beyond 65535 bytes',
      "SELECT LISTAGG(REPEAT('x', 30000)) FROM songs",
      'Result size exceeds LISTAGG limit',
    ],
    ['QUALIFY without a window function', 'SELECT id FROM songs s QUALIFY id = 1', 'QUALIFY needs a window function'],
    [
      'QUALIFY after FROM without an alias',
      'SELECT id FROM songs QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1',
      'needs an alias',
    ],
    [
      'QUALIFY with DISTINCT',
      'SELECT DISTINCT id FROM songs s QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1',
      'not imitated',
    ],
    ['TOP in a branch', 'SELECT TOP 1 id FROM songs UNION ALL SELECT id FROM plays', 'not imitated'],
    ['TOP with LIMIT', 'SELECT TOP 1 id FROM songs LIMIT 2', 'near "LIMIT"'],
    ['a constant as a key of ROLLUP', 'SELECT COUNT(*) FROM songs GROUP BY ROLLUP(1)', 'no grouping column'],
    ['EXPLAIN of COPY', "EXPLAIN COPY songs FROM 's3://b/k' IAM_ROLE default JSON 'auto'", 'EXPLAIN takes'],
    ['EXPLAIN of a table’s columns', 'EXPLAIN CREATE TABLE t (a INT)', 'EXPLAIN takes'],
  ])('%s is refused', async (_, sql, expected) => {
    expect(await answer(sql)).toContain(expected);
  });
});
