import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/migrate/migrate.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { ddlFor, derivedTables, tableNamed } from '../../src/sql/catalogue.ts';
import { changedModel } from '../support/changed-model.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readTables, withLoader } from '../support/loader.ts';
import { deviceOf, withModel } from '../support/migrations.ts';
import { inMemory, withModelOf } from '../support/models.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/records.ts';
import { LOG_ROOT, SONG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

const ORDERS_MODEL = {
  'staging/staging_orders.sql':
    '-- source: ORDERS\n-- key: id\nCREATE TABLE staging_orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n)\n',
  'star/orders.sql':
    '-- key: id\nCREATE TABLE orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n);\n\nSELECT id, city FROM current_orders\n',
};
const OWN_KEYS = JSON.stringify({ jsonpaths: ["$['id']", "$['city']"] });
const BELOW = JSON.stringify({ jsonpaths: ['$.id', '$.buyer.city'] });

/** Files of orders, whose ids tell file and line. Some have keys that could be taken for those of ours. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  ['a.json', '{"id":101}\n\n  {"id":103,\n "city":"Cork"\n} {"id":105}\n'],
  ['b.json', '[\n{"id":202},{"id":\n202.0}, \r\n{"id":204,"source_file":9,"Source_Line":"x","source\\u005fline":7}]'],
  ['c.json.gz', gzipSync('{"id":301,"_source_file":1}\n{"id":302,"SOURCE_FILE":null}')],
  ['e.json', '{"id":501}\n{"id":502,"x":1e400}\n{"id":503,"source_line":0}\n'],
];

/** Each staged row by the file and line that it names: of the same ones as often as they are there. */
async function placesOf({ warehouse }: LoadContext): Promise<readonly unknown[]> {
  const { rows } = await warehouse.query(`SELECT entry.uri, staged.source_line, staged.id
FROM staging_orders staged
LEFT JOIN load_ledger entry ON entry.staging_table = 'staging_orders'
  AND entry.loaded_at = staged.loaded_at AND entry.source_file = staged.source_file
ORDER BY 3, 1, 2`);
  return rows;
}

const place = (name: string, id: number) => [`memory://ORDERS/${name}`, id % 100, id];

describe.each(engines)('each staged row says its file and line on $name', (engine) => {
  test.each([
    ['by their names', undefined],
    ['by keys of their own', OWN_KEYS],
    ['by paths', BELOW],
  ])('with columns that take values %s', (_, paths) =>
    withModelOf({ ...ORDERS_MODEL, ...(paths && { 'staging/staging_orders.jsonpaths': paths }) }, (model) =>
      withLoader(
        engine,
        async (loader) => {
          const context = inMemory(loader);
          for (const [name, content] of FILES) loader.store.files.set(`memory://ORDERS/${name}`, content);
          await etl(context);
          const due = [
            ...[101, 103, 105].map((id) => place('a.json', id)),
            ...[202, 202, 204].map((id) => place('b.json', id)),
            ...[301, 302].map((id) => place('c.json.gz', id)),
            ...[501, 502, 503].map((id) => place('e.json', id)),
          ];
          expect(await placesOf(context)).toEqual(due);
          // In the next run the same number is that of another file, and bad records are kept out.
          loader.store.files.set('memory://ORDERS/f.json', '{"id":601}\n{"id":"x"}\n{"id":603,"source_file":1}\n');
          await etl({
            ...context,
            unknownKeys: 'keep',
            tolerance: { maxErrors: 1, quarantine: false, excerpts: true },
          });
          expect(await placesOf(context)).toEqual([...due, ...[601, 603].map((id) => place('f.json', id))]);
          expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
        },
        { model },
      ),
    ),
  );

  test('and nothing is derived from that', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      store.files.set(`${LOG_ROOT}/a.json`, `${JSON.stringify(PLAY)}\n${JSON.stringify({ ...PLAY, level: 'paid' })}`);
      store.files.set(`${LOG_ROOT}/b.json`, `${JSON.stringify({ ...PLAY, level: 'free' })}\n`);
      store.files.set(`${SONG_ROOT}/a.json`, JSON.stringify(SONG));
      await etl(context);
      const names = derivedTables(context.model).map(({ name }) => name);
      const star = await readTables(context.warehouse, names);
      await runSql(
        context.warehouse,
        'UPDATE staging_events SET source_file = 3 - source_file, source_line = -source_line',
      );
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      await rebuild(context);
      expect(await readTables(context.warehouse, names)).toEqual(star);
    }));
});

/** What the rows of events and the ledger say: as a text for each row. */
async function eventsOf({ warehouse }: LoadContext): Promise<readonly string[]> {
  const { rows } = await warehouse.query(`SELECT entry.uri, staged.source_line, staged.level, staged.iteminsession
FROM staging_events staged
LEFT JOIN load_ledger entry ON entry.staging_table = 'staging_events'
  AND entry.loaded_at = staged.loaded_at AND entry.source_file = staged.source_file`);
  return rows.map((row) => row.map(String).join(' ').replace(`${LOG_ROOT}/`, '')).sort();
}

/** Makes tables again without what a warehouse of an earlier release does not have. */
async function asBefore({ context: { model, warehouse } }: Loader): Promise<void> {
  for (const name of ['staging_events', 'staging_songs', 'load_ledger']) {
    const table = tableNamed(model, name);
    const names = table.columns.flatMap((column) => (column.name.startsWith('source_') ? [] : [`"${column.name}"`]));
    for (const sql of [
      `CREATE TABLE kept_rows AS SELECT ${names.join(', ')} FROM ${name}`,
      `DROP TABLE ${name}`,
      ...ddlFor(table, warehouse.engine)
        .replace(/^ *source_(?:file|line) BIGINT.*\n/gm, '')
        .split(';\n'),
      `INSERT INTO ${name} (${names.join(', ')}) SELECT ${names.join(', ')} FROM kept_rows`,
      'DROP TABLE kept_rows',
    ]) {
      await runSql(warehouse, sql);
    }
  }
}

const event = (level: string, item: number, more: object = {}) =>
  JSON.stringify({ ...PLAY, level, itemInSession: item, ...more });

describe.each(engines)('a warehouse whose rows say no file and line, on $name', (engine) => {
  test('is migrated: rows of files that are read again anyway are told theirs, all others have none', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      store.files.set(`${LOG_ROOT}/gone.json`, `${event('free', 1)}\n${event('free', 2)}`);
      store.files.set(`${LOG_ROOT}/kept.json`, `\n${event('free', 1)}\n${event('paid', 3, { device: 'phone' })}`);
      await etl(context);
      store.files.set(`${LOG_ROOT}/later.json`, `${event('free', 1)}\n\n${JSON.stringify(OTHER_PLAY)}`);
      await etl(context);
      await asBefore(loader);
      await expect(etl(context)).rejects.toThrow(
        /staging_events\.source_file is missing\n.*staging_events\.source_line is missing/,
      );
      expect(await migrate(context)).toMatchObject({ status: 'migrated', plan: { refills: [] } });
      const { level, itemInSession } = OTHER_PLAY;
      const unknown = ['free 1', 'free 1', 'free 1', 'free 2', 'paid 3', `${level} ${itemInSession}`];
      expect(await eventsOf(context)).toEqual(unknown.map((row) => `null null ${row}`).sort());
      store.files.set(`${LOG_ROOT}/new.json`, event('free', 9));
      await etl(context);
      store.files.delete(`${LOG_ROOT}/gone.json`);
      const changed = withModel(loader, await changedModel(deviceOf('VARCHAR(64)')));
      expect(await migrate(changed.context)).toMatchObject({ filled: [{ rows: 5, others: 2 }] });
      expect(await eventsOf(context)).toEqual(
        [
          ...['null null free 1', 'null null free 2', 'kept.json 2 free 1', 'kept.json 3 paid 3'],
          ...['later.json 1 free 1', `later.json 3 ${level} ${itemInSession}`, 'new.json 1 free 9'],
        ].sort(),
      );
      const { disagreements } = await reconcile(changed.context, { recounts: false });
      expect(disagreements.map(({ rule }) => rule)).toEqual(['gone']);
    }));

  test('keeps what its rows say when others take the values of files that are read again', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      const same = `${event('free', 1)}\n${event('paid', 2)}`;
      store.files.set(`${LOG_ROOT}/a.json`, same);
      store.files.set(`${LOG_ROOT}/b.json`, `\n${same}`);
      store.files.set(`${LOG_ROOT}/c.json`, `\n\n${same}`);
      await etl(context);
      const before = await eventsOf(context);
      store.files.delete(`${LOG_ROOT}/b.json`);
      await migrate(withModel(loader, await changedModel(deviceOf('VARCHAR(64)'))).context);
      expect(await eventsOf(context)).toEqual(before);
    }));
});
