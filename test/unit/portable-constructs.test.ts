import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CONSTRUCTS } from '../../src/sql/constructs.ts';
import { portableMistakes } from '../../src/sql/portable.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { ODD_MODELS } from '../support/odd-models.ts';
import { PORTABLE_WAYS } from '../support/portable-ways.ts';
import { SHOP_MODEL } from '../support/shop-model.ts';

const mistakesIn = (sql: string) =>
  portableMistakes({ name: 'x', sql, written: [{ file: 'star/x.sql', from: 1, to: 99 }] }, true);

describe('what is not the same on every engine', () => {
  test.each(PORTABLE_WAYS.flatMap(({ what, odd }) => odd.map((sql) => [what, sql] as const)))(
    '%s is told with its file, its line and what to write: %s',
    (what, sql) => {
      expect(mistakesIn(`SELECT id,\n${sql}`)).toMatchObject([
        {
          message: `star/x.sql, line 2: ${what} is not the same on every engine`,
          next: expect.stringMatching(/^Write .*\.$/),
        },
      ]);
    },
  );

  test('every construct has an example, and another way that is no construct', () => {
    const known = new Set(PORTABLE_WAYS.map(({ what }) => what));
    expect(CONSTRUCTS.filter(({ what }) => !known.has(what))).toEqual([]);
    for (const { ways } of PORTABLE_WAYS) {
      for (const [sql] of ways) expect({ sql, mistakes: mistakesIn(sql) }).toEqual({ sql, mistakes: [] });
    }
  });
});

test.each([
  "SELECT 'x' AS a FROM plays",
  "SELECT 'x' a FROM plays",
  'SELECT id, NULL AS a FROM plays',
  "SELECT id FROM (SELECT id, 'x' AS a FROM plays) p",
  "SELECT name FROM plays UNION ALL SELECT 'x'",
])('a literal that is a column as it is has no type on Redshift: %s', (sql) => {
  expect(mistakesIn(sql)).toMatchObject([{ next: expect.stringMatching(/^Write CAST\(('x'|NULL) AS VARCHAR\(n\)\)/) }]);
});

test.each([
  "SELECT CAST('x' AS VARCHAR(9)) AS a, 'EU-' || name AS b, 1 AS c, DATE '2018-11-01' AS d, 'x'::VARCHAR(9) AS e FROM plays",
  "SELECT CASE WHEN name = 'x' THEN 'y' END AS a, COALESCE(name, 'x') AS b, name IN ('a', 'b') AS c FROM plays",
  "SELECT id FROM plays WHERE EXISTS (SELECT NULL FROM songs) AND name IN (SELECT 'x') AND name LIKE 'x'",
  "SELECT 'x' = name AS a, NULL IS NULL AS b, 'x' LIKE name AS c FROM plays ORDER BY name, id",
  'SELECT p.year, p.day, p.list, p.first, p.last, p.log, p.mode, p.hash, p.contains, p.len, p.range FROM plays p ORDER BY range',
  'SELECT year, month, day, hour, sample, filter, exclude, replace, rename, json, uuid, list, map FROM plays GROUP BY year',
  'SELECT id AS year, name AS list FROM plays now JOIN songs AS decode ON decode.id = now.id',
  'WITH len (a) AS (SELECT id FROM plays), decode (b) AS (SELECT a FROM len) SELECT b FROM decode',
  'SELECT day.a FROM (SELECT id FROM plays) AS day (a) JOIN (SELECT id FROM plays) hour (b) ON a = b',
  "SELECT id FROM plays -- QUALIFY, a->b, [1], 'it\\'\n/* NVL(a, b) IF(a) */ WHERE name = 'QUALIFY -> NVL(a, b) [1] == // `x`'",
  'SELECT 2 * replace_id AS a, id * (id - 1) AS b, id - -1 AS c, id / 2.0 AS d, -id > -2 AS e FROM plays EXCEPT SELECT 1, 2, 3, 4, TRUE FROM songs',
  "SELECT COUNT(*) - 1 AS n, REPLACE(name, 'a', 'b') AS r, 2 * LENGTH(REPLACE(name, 'a', '')) AS l FROM plays",
  'SELECT SUM(x) OVER (PARTITION BY name) AS a, SUM(x) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS b FROM plays',
  'SELECT ROW_NUMBER() OVER (PARTITION BY range ORDER BY "order", id NULLS LAST) AS a, LAG(GREATEST(id, 1, 2)) OVER (ORDER BY id) AS b FROM plays',
  "SELECT EXTRACT(EPOCH FROM moment) AS epoch, EXTRACT(WEEK FROM moment) AS week, DATE_TRUNC('day', moment) AS day, moment + INTERVAL '1 day' AS next FROM plays",
  "SELECT id FROM a JOIN b USING (id) LEFT JOIN c USING (sample) WHERE x BETWEEN 1 AND 2 AND name ILIKE 'a%' LIMIT 3",
  'SELECT "Total Plays", "größe" FROM (SELECT COUNT(*) AS "Total Plays", SUM(id) AS "größe" FROM plays) p',
  'SELECT SUM(CASE WHEN {affected: a, b} THEN 1 END) AS n FROM plays WHERE {affected}',
])('SQL that is right is not refused: %s', (sql) => {
  expect(mistakesIn(sql)).toEqual([]);
});

test('models with every shape of derivation have nothing of it', () => {
  const models = [SHOP_MODEL, ...ODD_MODELS.map(({ files }) => files)];
  const selects = models.flatMap((files) => Object.entries(files).filter(([file]) => !file.startsWith('staging/')));
  expect(selects.length).toBeGreaterThan(20);
  for (const [file, sql] of selects) expect([file, mistakesIn(sql)]).toEqual([file, []]);
});

test.each(readdirSync(dirname(BUILT_IN_MODEL)))('the model %s of the package is read', (name) => {
  expect(loadModel(join(dirname(BUILT_IN_MODEL), name)).tables.length).toBeGreaterThan(5);
});
