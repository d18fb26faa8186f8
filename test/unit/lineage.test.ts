import { describe, expect, test } from '@jest/globals';
import { lineageOf } from '../../src/lineage/model.ts';
import type { Origins, Result } from '../../src/lineage/origins.ts';
import { trace } from '../../src/lineage/query.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { parseSelects } from '../../src/warehouse/duckdb/parse.ts';

const TABLES = new Map([
  ['a', ['x', 'y', 'z', 'k']],
  ['b', ['w', 'v', 'k']],
]);

async function traced(sql: string): Promise<Result> {
  const [query] = await parseSelects([sql]);
  if (query === undefined) {
    throw new Error(`DuckDB cannot parse ${sql}`);
  }
  return trace(query, { tables: TABLES, common: new Map(), sources: [], own: [], trace });
}

/** `a.x a.y, chosen by b.w, untold b` */
function words({ values, decides, untold }: Origins): string {
  const names = (kind: string, set: ReadonlySet<string>) => {
    const others = [...set].filter((name) => kind === '' || !values.has(name)).sort();
    return others.length === 0 ? [] : [`${kind}${others.join(' ')}`];
  };
  return [...names('', values), ...names('chosen by ', decides), ...names('untold ', untold)].join(', ');
}

/** The columns of a query, and what decides its rows. */
async function columnsOf(sql: string): Promise<readonly string[]> {
  const { columns, rows, others } = await traced(sql);
  return [
    ...columns.map(({ name, origins }) => `${name} = ${words(origins)}`.trim()),
    ...(others === undefined ? [] : [`* = ${words(others)}`]),
    ...(words(rows) === '' ? [] : [`rows ${words(rows)}`]),
  ];
}

/** Each SELECT, and by hand: its columns with what they are made of, then what decides its rows. */
const SELECTS: readonly (readonly [what: string, sql: string, ...expected: readonly string[]])[] = [
  ['columns, aliases and expressions', 'SELECT x, t.y AS b, x + z s FROM a t', 'x = a.x', 'b = a.y', 's = a.x a.z'],
  ['names in any case', 'SELECT A.X AS "Big", Y FROM A', 'big = a.x', 'y = a.y'],
  ['literals', "SELECT 1 AS one, CAST('x' AS VARCHAR(3)) AS two FROM a", 'one =', 'two ='],
  ['conditions', 'SELECT x FROM a WHERE y > 1 AND z IS NULL', 'x = a.x', 'rows chosen by a.y a.z'],
  [
    'groups and what is counted',
    'SELECT x, COUNT(*) AS n, SUM(y) AS s FROM a GROUP BY x HAVING MAX(z) > 1',
    'x = a.x',
    'n =',
    's = a.y',
    'rows chosen by a.x a.z',
  ],
  ['a group by its number', 'SELECT y, COUNT(*) AS n FROM a GROUP BY 1', 'y = a.y', 'n =', 'rows chosen by a.y'],
  ['DISTINCT', 'SELECT DISTINCT x FROM a', 'x = a.x'],
  ['an order without a limit', 'SELECT x FROM a ORDER BY y', 'x = a.x'],
  ['an order with a limit', 'SELECT x FROM a ORDER BY y LIMIT 3', 'x = a.x', 'rows chosen by a.y'],
  [
    'an order by an alias that hides a column',
    'SELECT y AS x, z FROM a ORDER BY x LIMIT 3',
    ...['x = a.y', 'z = a.z', 'rows chosen by a.y'],
  ],
  [
    'windows',
    'SELECT x, ROW_NUMBER() OVER (PARTITION BY y ORDER BY z DESC) AS r, SUM(x) OVER (PARTITION BY y) AS s FROM a',
    'x = a.x',
    'r = chosen by a.y a.z',
    's = a.x, chosen by a.y',
  ],
  [
    'joins',
    'SELECT l.x, r.w FROM a l LEFT JOIN b r ON l.k = r.k AND r.v > 0',
    'x = a.x',
    'w = b.w',
    'rows chosen by a.k b.k b.v',
  ],
  ['columns without a prefix, of two tables', 'SELECT x, w FROM a, b', 'x = a.x', 'w = b.w'],
  ['USING', 'SELECT k, w FROM a JOIN b USING (k)', 'k = a.k b.k', 'w = b.w', 'rows chosen by a.k b.k'],
  [
    'a star of a join by USING',
    'SELECT * FROM b JOIN a USING (k)',
    'w = b.w',
    'v = b.v',
    'k = b.k',
    'x = a.x',
    'y = a.y',
    'z = a.z',
    'rows chosen by a.k b.k',
  ],
  ['a natural join', 'SELECT x, w FROM a NATURAL JOIN b', 'x = a.x', 'w = b.w', 'rows chosen by a.k b.k'],
  ['stars', 'SELECT r.*, l.x FROM a l, b r', 'w = b.w', 'v = b.v', 'k = b.k', 'x = a.x'],
  ['a star without some', 'SELECT * EXCLUDE (x, k) REPLACE (z + 1 AS y) FROM a', 'y = a.z', 'z = a.z'],
  [
    'queries in FROM, with names for their columns',
    'SELECT q.p, s FROM (SELECT x, y + z AS s FROM a WHERE k = 1) q(p)',
    'p = a.x',
    's = a.y a.z',
    'rows chosen by a.k',
  ],
  [
    'what only a rank decides',
    'SELECT x FROM (SELECT t.*, ROW_NUMBER() OVER (PARTITION BY y ORDER BY z) AS r FROM a t) q WHERE r = 1',
    'x = a.x',
    'rows chosen by a.y a.z',
  ],
  [
    'WITH, which hides a table',
    'WITH a AS (SELECT w AS x FROM b), c(d) AS (SELECT x FROM a) SELECT d, x FROM c, a',
    'd = b.w',
    'x = b.w',
  ],
  [
    'WITH RECURSIVE',
    'WITH RECURSIVE r AS (SELECT x, y FROM a UNION ALL SELECT r.y, w FROM r JOIN b ON b.k = r.x) SELECT x FROM r',
    'x = a.x a.y b.w',
    'rows chosen by a.x a.y b.k b.w',
  ],
  ['UNION, by place', 'SELECT x, y FROM a UNION ALL SELECT w, v FROM b', 'x = a.x b.w', 'y = a.y b.v'],
  ['EXCEPT', 'SELECT x FROM a EXCEPT SELECT w FROM b', 'x = a.x', 'rows chosen by b.w'],
  [
    'queries as values',
    'SELECT x, (SELECT MAX(w) FROM b WHERE b.k = a.k) AS m FROM a',
    'x = a.x',
    'm = b.w, chosen by a.k b.k',
  ],
  ['EXISTS', 'SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k)', 'x = a.x', 'rows chosen by a.k b.k'],
  ['IN', 'SELECT x FROM a WHERE y IN (SELECT w FROM b)', 'x = a.x', 'rows chosen by a.y b.w'],
  ['CASE', 'SELECT CASE WHEN x = 1 THEN y ELSE z END AS c FROM a', 'c = a.x a.y a.z'],
  ['EXTRACT', 'SELECT EXTRACT(DOW FROM x) AS d, x BETWEEN y AND z AS b FROM a', 'd = a.x', 'b = a.x a.y a.z'],
  ['VALUES', 'SELECT c, x FROM a, (VALUES (1, 2), (3, 4)) t(b, c)', 'c =', 'x = a.x'],
  ['a table in parentheses', 'SELECT x FROM (a JOIN b ON a.k = b.k)', 'x = a.x', 'rows chosen by a.k b.k'],
  ['LATERAL', 'SELECT q.s FROM a, LATERAL (SELECT a.x + a.y AS s) q', 's = a.x a.y'],
  ['a column of the same SELECT', 'SELECT x + 1 AS p, p * 2 AS q FROM a', 'p = a.x', 'q = a.x'],
  ['functions in FROM', 'SELECT u FROM a, UNNEST([x, y]) t(u)', 'u = a.x a.y', 'rows chosen by a.x a.y'],
  ['no table', 'SELECT 1 AS x', 'x ='],
  ['FILTER', 'SELECT COUNT(x) FILTER (WHERE y > 1) AS n FROM a', 'n = a.x, chosen by a.y'],
  ['a table that is not known', 'SELECT x, t.* FROM nowhere t', 'x = untold nowhere', '* = untold nowhere'],
  ['a list of columns', 'SELECT MAX(COLUMNS(*)) AS c FROM b', 'c = untold b'],
];

describe('the columns that a SELECT makes its columns of', () => {
  test.each(SELECTS)('%s', async (_, sql, ...expected) => {
    expect(await columnsOf(sql)).toEqual(expected);
  });
});

/** By hand, from the files in sql/models/sparkify. Columns that are copied under their own names are left out. */
const SPARKIFY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  current_events: {
    event_id: 'staging_events.iteminsession staging_events.sessionid staging_events.ts staging_events.userid',
    start_time: 'staging_events.ts',
    session_id: 'staging_events.sessionid',
    item_in_session: 'staging_events.iteminsession',
    user_id: 'staging_events.userid',
    logged_in: 'staging_events.auth staging_events.userid',
    user_agent: 'staging_events.useragent',
    first_name: 'staging_events.firstname',
    last_name: 'staging_events.lastname',
  },
  current_songs: {},
  artists: {
    name: 'current_songs.artist_name',
    location: 'current_songs.artist_location',
    latitude: 'current_songs.artist_latitude',
    longitude: 'current_songs.artist_longitude',
    rows: 'current_songs.artist_id current_songs.artist_latitude current_songs.artist_location current_songs.artist_name current_songs.song_id',
  },
  songplays: {
    songplay_id: 'current_events.event_id',
    song_id: 'current_songs.song_id',
    artist_id: 'current_songs.artist_id',
    rows: 'current_events.artist current_events.length current_events.page current_events.song current_songs.artist_name current_songs.duration current_songs.song_id current_songs.title',
  },
  songs: {},
  time: Object.fromEntries(
    ['hour', 'day', 'week', 'month', 'year', 'weekday'].map((part) => [part, 'songplays.start_time']),
  ),
  users: {
    rows: 'current_events.item_in_session current_events.logged_in current_events.session_id current_events.ts current_events.user_id',
  },
};
const INPUTS: Readonly<Record<string, string>> = {
  current_events: 'staging_events',
  current_songs: 'staging_songs',
  artists: 'current_songs',
  songs: 'current_songs',
  songplays: 'current_events',
  time: 'songplays',
  users: 'current_events',
};

test('the lineage of the built-in model is what its files say', async () => {
  const found = await lineageOf(loadModel(), parseSelects);
  expect(found.map(({ table }) => table.name).sort()).toEqual(Object.keys(SPARKIFY).sort());
  for (const { table, columns, rows } of found) {
    const { rows: decided = '', ...own } = SPARKIFY[table.name] ?? {};
    for (const [column, origins] of columns) {
      const expected = own[column] ?? `${INPUTS[table.name]}.${column}`;
      expect([table.name, column, words(origins)]).toEqual([table.name, column, expected]);
    }
    expect([table.name, [...rows.decides].sort().join(' '), rows.untold.size]).toEqual([table.name, decided, 0]);
  }
});

test('a SELECT that DuckDB cannot parse has the lineage of its tables', async () => {
  const model = loadModel();
  const tables = model.tables.map((table) =>
    table.name === 'songs' && table.select !== undefined
      ? { ...table, select: { ...table.select, sql: `${table.select.sql} WHERE !!` } }
      : table,
  );
  const songs = (await lineageOf({ ...model, tables }, parseSelects)).find(({ table }) => table.name === 'songs');
  expect([...(songs?.columns.values() ?? [])].map(words)).toEqual(Array(5).fill('untold current_songs'));
});
