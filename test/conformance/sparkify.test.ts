import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { LocalStore } from '../../src/objects/local.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { type Engine, engines, withFolder } from '../support/engines.ts';
import { type Loader, makeLoader, readStar } from '../support/loader.ts';
import { describeIf } from '../support/skips.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/sparkify-local/', import.meta.url));
const onSample = describeIf(existsSync(DATA), `the public Sparkify sample: it is not at ${DATA}`);

onSample.each(engines)('the public Sparkify sample on $name', (engine) => {
  test.each([undefined, join(DATA, 'log_json_path.json')])('gives the known star (jsonpaths: %s)', (jsonpaths) =>
    withSparkify(engine, jsonpaths, async ({ context }) => {
      const report = await etl(context);
      expect(Object.fromEntries(report.rows)).toEqual({
        staging_events: 8056,
        staging_songs: 71,
        songplays: 6820,
        users: 97,
        songs: 71,
        artists: 69,
        time: 6813,
      });
      expect(report.warnings).toEqual([]);
      expect(report.unknownKeys).toEqual([]);
      await expectAnswers(context.warehouse);
      const star = await readStar(context.warehouse);
      expect((await etl(context)).status).toBe('up_to_date');
      await rebuild(context);
      expect(await readStar(context.warehouse)).toEqual(star);
    }),
  );
});

function withSparkify(engine: Engine, jsonpaths: string | undefined, action: (loader: Loader) => Promise<void>) {
  return withFolder(async (folder) => {
    const warehouse = await engine.open([folder, DATA]);
    const loader = await makeLoader(warehouse, folder);
    const sources = loader.context.sources.map((source) =>
      source.table.name === 'staging_songs'
        ? { ...source, root: join(DATA, 'song_data') }
        : { ...source, root: join(DATA, 'log_data'), jsonpaths },
    );
    const store = new LocalStore();
    await createTables(loader.context.model, warehouse);
    await action({ ...loader, context: { ...loader.context, sources, storeOf: () => store } });
    await warehouse.close();
  });
}

async function expectAnswers(warehouse: Warehouse): Promise<void> {
  const ask = async (sql: string) => (await warehouse.query(sql)).rows;
  expect(await ask('SELECT level, COUNT(*) FROM songplays GROUP BY level ORDER BY level')).toEqual([
    ['free', 1229],
    ['paid', 5591],
  ]);
  expect(
    await ask(
      'SELECT u.gender, COUNT(*) FROM songplays p JOIN users u ON u.user_id = p.user_id GROUP BY u.gender ORDER BY u.gender',
    ),
  ).toEqual([
    ['F', 4887],
    ['M', 1933],
  ]);
  expect(await byTime(warehouse, 'weekday')).toEqual([396, 1014, 1071, 1364, 1052, 1295, 628]);
  expect(await byTime(warehouse, 'week')).toEqual([410, 1257, 1958, 1711, 1484]);
  expect((await byTimeRows(warehouse, 'hour')).sort((a, b) => Number(b[1]) - Number(a[1])).slice(0, 3)).toEqual([
    [16, 542],
    [18, 498],
    [17, 494],
  ]);
  expect(await ask('SELECT user_id, COUNT(*) AS n FROM songplays GROUP BY user_id ORDER BY n DESC LIMIT 3')).toEqual([
    [49, 689],
    [80, 665],
    [97, 557],
  ]);
  expect(await ask('SELECT location, COUNT(*) AS n FROM songplays GROUP BY location ORDER BY n DESC LIMIT 1')).toEqual([
    ['San Francisco-Oakland-Hayward, CA', 691],
  ]);
  expect(await ask('SELECT level, COUNT(*) FROM users GROUP BY level ORDER BY level')).toEqual([
    ['free', 75],
    ['paid', 22],
  ]);
  expect(await ask('SELECT MIN(start_time), MAX(start_time) FROM time')).toEqual([
    ['2018-11-01 21:01:46.796', '2018-11-30 19:54:24.796'],
  ]);
  expect(
    await ask(
      'SELECT p.user_id, s.title, a.name FROM songplays p JOIN songs s ON s.song_id = p.song_id JOIN artists a ON a.artist_id = p.artist_id',
    ),
  ).toEqual([[15, 'Setanta matins', 'Elena']]);
}

async function byTime(warehouse: Warehouse, column: string): Promise<readonly unknown[]> {
  return (await byTimeRows(warehouse, column)).map(([, plays]) => plays);
}

async function byTimeRows(warehouse: Warehouse, column: string) {
  const join = 'songplays p JOIN time t ON t.start_time = p.start_time';
  const { rows } = await warehouse.query(
    `SELECT t.${column}, COUNT(*) FROM ${join} GROUP BY t.${column} ORDER BY t.${column}`,
  );
  return [...rows];
}
