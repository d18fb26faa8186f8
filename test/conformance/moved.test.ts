import { describe, expect, test } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { WarehouseError } from '../../src/warehouse/errors.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, readStar, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, override, PLAY, runSql } from '../support/trials.ts';

const A = `${LOG_ROOT}/a.json`;
const ARCHIVED = `${LOG_ROOT}/archive/a.json`;
const STALE = linesOf([{ ...PLAY, level: 'free' }]);
const CORRECTION = linesOf([{ ...PLAY, level: 'paid' }]);

/** One that has loaded a file, and then another that corrects it. */
function withCorrection(engine: Engine, action: (loader: Loader) => Promise<void>): Promise<void> {
  return withLoader(engine, async (loader) => {
    loader.store.files.set(A, STALE);
    await etl(loader.context);
    loader.store.files.set(`${LOG_ROOT}/b.json`, CORRECTION);
    await etl(loader.context);
    await action(loader);
  });
}

/** The level of the one play, as songplays and users have it. */
async function levels({ context: { warehouse } }: Loader): Promise<readonly unknown[]> {
  const { songplays, users } = await readStar(warehouse);
  return [songplays.map((row) => row[3]), users.map((row) => row[4])].flat();
}

describe.each(engines)('on $name a file', (engine) => {
  test.each([
    ['is moved', (files: Map<string, string | Uint8Array>) => files.delete(A)],
    [
      'is archived, and a new version takes its place',
      (files: Map<string, string | Uint8Array>) => files.set(A, CORRECTION),
    ],
  ])('that %s does not bring its stale rows back', (_, replace) =>
    withCorrection(engine, async (loader) => {
      const { context, store } = loader;
      replace(store.files);
      store.files.set(ARCHIVED, STALE);
      const report = await etl(context);
      expect(report).toMatchObject({ status: 'loaded', tables: [{ moved: 1 }, { moved: 0 }] });
      expect(loader.events).toContainEqual({
        type: 'moved',
        table: 'staging_events',
        files: 1,
        first: ARCHIVED,
        from: A,
      });
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      expect((await etl(context)).status).toBe('up_to_date');
      await rebuild(context);
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      expect((await status(context)).runs[0]).toMatchObject({ records: store.files.has(A) ? 1 : 0 });
    }),
  );

  test('that comes back under its old name after a move changes nothing, and under a third name neither', () =>
    withCorrection(engine, async (loader) => {
      const { context, store } = loader;
      for (const [from, to] of [
        [A, ARCHIVED],
        [ARCHIVED, A],
        [A, `${LOG_ROOT}/c.json`],
      ] as const) {
        store.files.delete(from);
        store.files.set(to, STALE);
        await etl(context);
      }
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      expect(await countRows(loader, 'staging_events')).toBe(2);
      store.files.set(`${LOG_ROOT}/c.json`, linesOf([{ ...PLAY, level: 'trial' }]));
      await etl(context);
      expect(await levels(loader)).toEqual(['trial', 'trial']);
    }));

  test('whose old version is put back in its place is loaded again, and wins', () =>
    withCorrection(engine, async (loader) => {
      for (const text of [CORRECTION, STALE]) {
        loader.store.files.set(A, text);
        await etl(loader.context);
      }
      expect(await levels(loader)).toEqual(['free', 'free']);
    }));

  test('that is copied is loaded again, its rows win, and a warning says so', () =>
    withCorrection(engine, async (loader) => {
      loader.store.files.set(ARCHIVED, STALE);
      await etl(loader.context);
      expect(loader.events).toContainEqual({ type: 'copied', table: 'staging_events', files: 1, first: ARCHIVED });
      expect(await levels(loader)).toEqual(['free', 'free']);
    }));

  test('with the content of another is recognised if one of the two is moved, and missed if it is deleted', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      const [twin, moved] = [`${LOG_ROOT}/twin.json`, `${LOG_ROOT}/archive/twin.json`];
      store.files.set(A, STALE).set(twin, STALE);
      await etl(context);
      store.files.set(`${LOG_ROOT}/b.json`, CORRECTION);
      await etl(context);
      store.files.delete(twin);
      store.files.set(moved, STALE);
      await etl(context);
      const event = { type: 'moved', table: 'staging_events', files: 1, first: moved, from: twin };
      expect(loader.events).toContainEqual(event);
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      expect(await countRows(loader, 'staging_events')).toBe(3);
      expect((await etl(context)).status).toBe('up_to_date');
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      store.files.delete(A);
      expect((await reconcile(context, { recounts: false })).disagreements).toMatchObject([{ rule: 'gone', count: 1 }]);
      store.files.set(A, STALE).set(ARCHIVED, STALE);
      await etl(context);
      expect(loader.events).toContainEqual({ type: 'copied', table: 'staging_events', files: 1, first: ARCHIVED });
    }));

  test('that is moved to several names at once is not loaded again, and reconcile agrees', () =>
    withCorrection(engine, async (loader) => {
      const { context, store } = loader;
      store.files.delete(A);
      store.files.set(ARCHIVED, STALE).set(`${LOG_ROOT}/c.json`, STALE).set(`${LOG_ROOT}/d.json`, STALE);
      expect(await etl(context)).toMatchObject({ tables: [{ moved: 3 }, {}] });
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      store.files.set(A, STALE);
      expect(await etl(context)).toMatchObject({ status: 'up_to_date' });
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      await runSql(context.warehouse, "DELETE FROM staging_events WHERE level = 'free'");
      expect((await reconcile(context, { recounts: true })).disagreements).toContainEqual(
        expect.objectContaining({ rule: 'staging_events', count: 1 }),
      );
    }));

  test('is loaded into tables of an earlier release, which have no history', () =>
    withLoader(engine, async (loader) => {
      await runSql(loader.context.warehouse, 'DROP TABLE load_history');
      loader.store.files.set(A, STALE);
      expect((await etl(loader.context)).status).toBe('loaded');
      expect((await etl(loader.context)).status).toBe('up_to_date');
    }));

  test.each([
    ['a view', 'VIEW load_history AS SELECT song_id AS run_id FROM songs', ' (view, not an ordinary table)'],
    ["a table of somebody else's", 'TABLE load_history (note VARCHAR(9))', '.run_id is missing'],
  ])('is refused if the history is %s', (_, made, reason) =>
    withLoader(engine, async (loader) => {
      const { warehouse } = loader.context;
      await runSql(warehouse, 'DROP TABLE load_history');
      await runSql(warehouse, `CREATE ${made}`);
      loader.store.files.set(A, STALE);
      await expect(etl(loader.context)).rejects.toThrow(`load_history${reason}`);
      expect(await countRows(loader, 'load_ledger')).toBe(0);
    }),
  );

  test('is loaded in its old order where the query of ledger and history together is refused: the relations are asked instead', () =>
    withCorrection(engine, async (loader) => {
      const { warehouse } = loader.context;
      await createTables(loader.context.model, warehouse, { force: true });
      const refusing = override(warehouse, {
        query: async (sql, options) => {
          if (options?.tables !== undefined) throw new WarehouseError('refused', 'such a query is not taken');
          return warehouse.query(sql, options);
        },
      });
      await etl({ ...loader.context, warehouse: refusing });
      expect(loader.events).toContainEqual({ type: 'replaying', runs: 2 });
      expect(await levels(loader)).toEqual(['paid', 'paid']);
    }));

  test('that was set aside is not taken for loaded when it is moved', () =>
    withLoader(engine, async (loader) => {
      const context = { ...loader.context, tolerance: { maxErrors: 9, quarantine: true, excerpts: true } };
      loader.store.files.set(A, `${STALE}\n{"ts":1}`);
      await etl(context);
      loader.store.files.set(ARCHIVED, `${STALE}\n{"ts":1}`);
      loader.store.files.delete(A);
      expect(await etl(context)).toMatchObject({ tables: [{ moved: 0, quarantined: 1 }, {}] });
    }));
});

/** A restore: tables made anew, and everything loaded again. */
async function restore({ context }: Loader): Promise<void> {
  await createTables(context.model, context.warehouse, { force: true });
  await etl(context);
}

describe.each(engines)('on $name a second restore gives the star before it', (engine) => {
  test('when a file was missing at the first restore, and was loaded after it', () =>
    withCorrection(engine, async (loader) => {
      loader.store.files.delete(A);
      await restore(loader);
      loader.store.files.set(A, STALE);
      await etl(loader.context);
      expect(await levels(loader)).toEqual(['free', 'free']);
      await restore(loader);
      expect(await levels(loader)).toEqual(['free', 'free']);
    }));

  test('when runs before the first restore were stamped by a clock far ahead', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      store.files.set(A, STALE);
      await etl(context);
      await runSql(context.warehouse, "UPDATE load_ledger SET loaded_at = TIMESTAMP '2038-01-19 00:00:00'");
      await restore(loader);
      store.files.set(`${LOG_ROOT}/b.json`, CORRECTION);
      await etl(context);
      expect(await levels(loader)).toEqual(['paid', 'paid']);
      await restore(loader);
      expect(await levels(loader)).toEqual(['paid', 'paid']);
    }));
});
