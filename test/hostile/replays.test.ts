import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { type Loader, type LoaderOptions, readStar, withLoader } from '../support/loader.ts';
import { scale } from '../support/scale.ts';
import { additions, applyMove, LOG_ROOT, linesOf, type Move, renamings, type Scenario } from '../support/scenario.ts';
import { countRows, override, PLAY } from '../support/trials.ts';

/** A loader that is gone: nothing that it had begun goes on. */
class Gone extends Error {}

/** Where a loader goes, counted in runs of its load, and what happens before the next one comes. */
interface Stop {
  readonly run: number;
  readonly when: 'before' | 'within' | 'after';
  readonly meanwhile: 'nothing' | 'create-tables' | 'renames';
}

const stops: fc.Arbitrary<readonly Stop[]> = fc.array(
  fc.record({
    run: fc.nat({ max: 4 }),
    when: fc.constantFrom('before', 'within', 'after'),
    meanwhile: fc.constantFrom('nothing', 'nothing', 'create-tables', 'renames'),
  }),
  { minLength: 1, maxLength: 4 },
);

const LOADS = fc.constantFrom<Partial<LoadContext>>(
  {},
  {},
  { maxRunBytes: 1 },
  { tolerance: { maxErrors: 9, quarantine: false, excerpts: true } },
  { tolerance: { maxErrors: Number.POSITIVE_INFINITY, quarantine: true, excerpts: true } },
);

/** A context whose loader goes at its stop. */
function doomed(context: LoadContext, { run: stop, when }: Stop): LoadContext {
  let run = 0;
  const go = (where: Stop['when']) => {
    if (run === stop && where === when) {
      throw new Gone();
    }
  };
  const warehouse: Warehouse = override(context.warehouse, {
    run: async (batch, onMoment) => {
      go('before');
      const results = await context.warehouse.run(batch, (moment) => {
        go('within');
        onMoment?.(moment);
      });
      go('after');
      run += 1;
      return results;
    },
  });
  return { ...context, warehouse };
}

/** Whether the error, or what it was caused by, is that the loader is gone. */
function isGone(error: unknown): boolean {
  return error instanceof Gone || (error instanceof Error && isGone(error.cause));
}

/** Loads, and is gone at the stop, unless there was less to load. */
async function loadUntil(context: LoadContext, stop: Stop): Promise<void> {
  await etl(doomed(context, stop)).catch((error: unknown) => {
    expect(isGone(error) ? 'gone' : error).toBe('gone');
  });
}

interface Trial {
  readonly scenario: Scenario;
  /** How its history was loaded, and how it is restored. */
  readonly first: Partial<LoadContext>;
  readonly second: Partial<LoadContext>;
  readonly stopped: readonly Stop[];
  readonly renames: NonNullable<Move['renames']>;
}

/** A restore whose loaders go one after the other: the star, and the number of rows staged, are those before it. */
async function restoresDespite(loader: Loader, { scenario, first, second, stopped, renames }: Trial): Promise<void> {
  const { context, store } = loader;
  for (const move of scenario) {
    applyMove(store.files, move);
    await etl({ ...context, ...first });
  }
  const before = { star: await readStar(context.warehouse), staged: await counts(loader) };
  await remake(loader);
  for (const stop of stopped) {
    await loadUntil({ ...context, ...second }, stop);
    if (stop.meanwhile === 'create-tables') {
      await remake(loader);
    }
    if (stop.meanwhile === 'renames') {
      applyMove(store.files, { logs: [], songs: [], renames });
    }
  }
  await etl({ ...context, ...second });
  expect({ star: await readStar(context.warehouse), staged: await counts(loader) }).toEqual(before);
  expect((await etl(context)).status).toBe('up_to_date');
  expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
}

const remake = ({ context: { model, warehouse } }: Loader) => createTables(model, warehouse, { force: true });

async function counts(loader: Loader): Promise<readonly number[]> {
  return Promise.all(['staging_events', 'staging_songs'].map((table) => countRows(loader, table)));
}

describe.each(engines)('a restore on $name', (engine) => {
  test('killed repeatedly, gives the same star as before, each record once', async () => {
    await fc.assert(
      fc.asyncProperty(additions, LOADS, LOADS, stops, renamings, (scenario, first, second, stopped, renames) =>
        withLoader(engine, (loader) => restoresDespite(loader, { scenario, first, second, stopped, renames })),
      ),
      { numRuns: Math.ceil((scale.restores / 3) * engine.share), endOnFailure: true },
    );
  }, 300_000);
});

const play = (level: string, item = 0) => linesOf([{ ...PLAY, itemInSession: item, level }]);

/** Three runs, each of which corrects the play of the one before. */
async function loadCorrections({ context, store }: Loader): Promise<void> {
  for (const [index, level] of ['first', 'second', 'third'].entries()) {
    store.files.set(`${LOG_ROOT}/${index}.json`, play(level));
    await etl(context);
  }
}

/** A context in which something happens before one of the load's runs. */
function disturbed(context: LoadContext, run: number, action: () => Promise<unknown>): LoadContext {
  let runs = 0;
  const warehouse = override(context.warehouse, {
    run: async (batch, onMoment) => {
      runs += 1;
      if (runs === run) {
        await action();
      }
      return context.warehouse.run(batch, onMoment);
    },
  });
  return { ...context, warehouse };
}

const levels = async ({ context: { warehouse } }: Loader) =>
  (await warehouse.query('SELECT level FROM songplays ORDER BY level')).rows.flat();

/** Files without versions, as those of a disk are: their content tells. */
const asOnDisk: LoaderOptions = {
  store: (store) => ({
    async *list(root) {
      for await (const page of store.list(root)) {
        yield { ...page, objects: page.objects.map((object) => ({ ...object, version: undefined })) };
      }
    },
    read: (object) => store.read(object),
  }),
};

describe.each(engines)('a restore on $name', (engine) => {
  test('during which a file changes, gives the same star as the next restore', () =>
    withLoader(
      engine,
      async (loader) => {
        const { context, store } = loader;
        await loadCorrections(loader);
        await remake(loader);
        // The file of the second run is read when the first has been made.
        const emit: LoadContext['emit'] = (event) => {
          if (event.type === 'committed' && event.run === 1) {
            store.files.set(`${LOG_ROOT}/1.json`, play('changed'));
          }
        };
        await etl({ ...context, emit });
        expect(await levels(loader)).toEqual(['changed']);
        const star = await readStar(context.warehouse);
        await remake(loader);
        await etl(context);
        expect(await readStar(context.warehouse)).toEqual(star);
      },
      asOnDisk,
    ));

  test('is refused, and not left half done, when create-tables recreates the tables meanwhile', () =>
    withLoader(engine, async (loader) => {
      await loadCorrections(loader);
      await remake(loader);
      await expect(etl(disturbed(loader.context, 2, () => remake(loader)))).rejects.toMatchObject({
        message:
          'create-tables recreated the tables after run 1 of 3 of this load; the rows they had loaded are gone with the old tables',
        next: expect.stringContaining('npm run etl'),
        committed: undefined,
      });
      expect(await countRows(loader, 'staging_events')).toBe(0);
      await etl(loader.context);
      expect(await levels(loader)).toEqual(['third']);
    }));

  test('is done once when loaders run side by side', () =>
    withLoader(engine, async (loader) => {
      await loadCorrections(loader);
      await remake(loader);
      const places = ['1', '2', '3'].map((name) => mkdtempSync(join(loader.context.spoolRoot, name)));
      const reports = await Promise.all(places.map((spoolRoot) => etl({ ...loader.context, spoolRoot })));
      expect(reports.some(({ status }) => status === 'loaded')).toBe(true);
      expect(await levels(loader)).toEqual(['third']);
      expect(await countRows(loader, 'staging_events')).toBe(3);
    }));
});

describe.each(engines)('create-tables during a load on $name', (engine) => {
  test('restarts the load with the history, if none of its runs is committed', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      await loadCorrections(loader);
      store.files.set(`${LOG_ROOT}/3.json`, play('fourth'));
      const report = await etl(disturbed(context, 1, () => remake(loader)));
      expect(report.tables).toMatchObject([{ files: 4, records: 4 }, {}]);
      expect(await levels(loader)).toEqual(['fourth']);
    }));

  test('ends a split load with advice, and keeps the order of runs', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      await loadCorrections(loader);
      store.files.set(`${LOG_ROOT}/3.json`, play('fourth'));
      store.files.set(`${LOG_ROOT}/4.json`, play('fifth'));
      const split = { ...context, maxRunBytes: 1 };
      await expect(etl(disturbed(split, 2, () => remake(loader)))).rejects.toThrow('after run 1 of 2 of this load');
      await etl(split);
      expect(await levels(loader)).toEqual(['fifth']);
    }));
});
