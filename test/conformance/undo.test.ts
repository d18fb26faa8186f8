import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { dryRunUndo, undo } from '../../src/pipeline/undo.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { casesFor, sample, scale, upTo } from '../support/scale.ts';
import { LOG_ROOT, linesOf, scenarios } from '../support/scenario.ts';
import { beforeRun, countRows, failAfter, PLAY, runSql, writeSample } from '../support/trials.ts';
import { undoesOneRun, undoRun } from '../support/undoing.ts';

const A = `${LOG_ROOT}/a.json`;
const B = `${LOG_ROOT}/b.json`;
const FREE = linesOf([{ ...PLAY, level: 'free' }]);
const PAID = linesOf([{ ...PLAY, level: 'paid' }]);

/** Loads what is there, and returns the id of the run. */
async function load({ context }: Loader, options: Partial<Loader['context']> = {}): Promise<string> {
  const { runId } = await etl({ ...context, ...options });
  return String(runId);
}

/** The level of the one user, as the star has it; undefined if there is none. */
async function level({ context }: Loader): Promise<unknown> {
  return (await readStar(context.warehouse)).users[0]?.[4];
}

const agrees = async ({ context }: Loader) =>
  expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);

/** Makes all tables anew, and loads what is there. */
async function renew({ context }: Loader, options: Partial<Loader['context']> = {}) {
  await createTables(context.model, context.warehouse, { force: true, commented: false });
  return etl({ ...context, ...options });
}

/** A model that does not have a table. */
const without = (model: Model, table: string): Model => ({
  ...model,
  tables: model.tables.filter(({ name }) => name !== table),
});

/** A file that says free, and in a second run another file that says paid. */
const withCorrection = (engine: Engine, action: (loader: Loader, runs: readonly string[]) => Promise<void>) =>
  withLoader(engine, async (loader) => {
    loader.store.files.set(A, FREE);
    const first = await load(loader);
    loader.store.files.set(B, PAID);
    await action(loader, [first, await load(loader)]);
  });

/** What an undo does; on servers, where each takes several times as long, some of it. */
const CASES: readonly { readonly title: string; readonly holds: (engine: Engine) => Promise<void> }[] = [
  {
    title: 'is told by status, plan and reconcile, and etl --again loads the files again',
    holds: (engine) =>
      withCorrection(engine, async (loader, [first = '', second = '']) => {
        const { context } = loader;
        const { plan, rows } = await undoRun(loader, second);
        expect(plan).toMatchObject({
          target: { run: second },
          runs: [second],
          tables: [{ table: 'staging_events', files: 1, rows: 1, rejected: 0 }],
        });
        expect(plan.files).toEqual([{ table: 'staging_events', uri: B }]);
        expect(rows.get('staging_events')).toBe(1);
        expect(await level(loader)).toBe('free');
        expect((await status(context)).runs).toMatchObject([
          { runId: second, undone: 1, files: 1, records: 0 },
          { runId: first, undone: 0, records: 1 },
        ]);
        const report = await etl(context);
        expect(report).toMatchObject({ status: 'up_to_date', tables: [{ known: 1, undone: 1 }, { undone: 0 }] });
        const { disagreements, notes } = await reconcile(context, { recounts: true });
        expect(disagreements).toEqual([]);
        expect(notes).toContainEqual(
          `one file is left out because its load was undone: ${B}; npm run etl -- --again loads what was undone`,
        );
        expect((await etl({ ...context, again: true })).tables[0]).toMatchObject({ files: 1, undone: 0 });
        expect(await level(loader)).toBe('paid');
        expect((await etl(context)).tables[0]).toMatchObject({ known: 2, undone: 0 });
        await agrees(loader);
      }),
  },
  {
    title: 'leaves what a later run loaded of the same file, and the file loads again when it changes',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { store } = loader;
        const runs: string[] = [];
        for (const level of ['first', 'second', 'third']) {
          store.files.set(A, linesOf([{ ...PLAY, level }]));
          runs.push(await load(loader));
        }
        await undoRun(loader, String(runs[1]));
        expect(await level(loader)).toBe('third');
        await undoRun(loader, String(runs[2]));
        expect(await level(loader)).toBe('first');
        await agrees(loader);
        store.files.set(A, linesOf([{ ...PLAY, level: 'second' }]));
        expect((await etl(loader.context)).tables[0]).toMatchObject({ undone: 1, files: 0 });
        store.files.set(A, linesOf([{ ...PLAY, level: 'fourth' }]));
        await load(loader);
        expect(await level(loader)).toBe('fourth');
        await agrees(loader);
      }),
  },
  ...[true, false].map((replays) => ({
    title: `stays undone in new tables, where other runs are ${replays ? '' : 'not '}repeated`,
    holds: (engine: Engine) =>
      withCorrection(engine, async (loader, [, second = '']) => {
        const { context, store } = loader;
        store.files.set(`${LOG_ROOT}/c.json`, linesOf([{ ...PLAY, ts: PLAY.ts + 1, level: 'free' }]));
        await load(loader);
        await undoRun(loader, second);
        // Twice: what is not loaded in between is not forgotten.
        for (const force of [true, false]) {
          await createTables(context.model, context.warehouse, { force, commented: false });
        }
        expect((await etl({ ...context, replays })).tables[0]).toMatchObject({ files: 2, undone: 1 });
        expect(await countRows(loader, 'songplays')).toBe(2);
        expect(await level(loader)).toBe('free');
        await agrees(loader);
      }),
  })),
  {
    title: 'in new tables does not take out what another run loaded of the same file with the same content',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { store } = loader;
        const runs: string[] = [];
        for (const text of [FREE, PAID, FREE]) {
          store.files.set(A, text);
          runs.push(await load(loader));
        }
        await undoRun(loader, String(runs[2]));
        expect(await level(loader)).toBe('paid');
        for (const replays of [true, false]) {
          expect((await renew(loader, { replays })).tables[0]).toMatchObject({ files: 1, undone: 0 });
          expect(await level(loader)).toBe('free');
          await agrees(loader);
        }
      }),
  },
  {
    title: 'leaves files out of new tables that are there, so they are not told to be gone',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { store } = loader;
        store.files.set(A, FREE);
        store.files.set(B, PAID);
        await load(loader);
        store.files.delete(B);
        expect((await renew(loader)).missing).toEqual([{ table: 'staging_events', uri: B, reason: 'gone' }]);
        store.files.set(B, PAID);
        await undoRun(loader, await load(loader));
        const { missing, tables } = await renew(loader);
        expect(missing).toEqual([]);
        expect(tables[0]).toMatchObject({ files: 1, undone: 1 });
      }),
  },
  {
    title: 'of the only run that new tables have leaves the runs of the earlier ones to be repeated',
    holds: (engine) =>
      withCorrection(engine, async (loader, runs) => {
        const { context, store } = loader;
        await createTables(context.model, context.warehouse, { force: true, commented: false });
        store.files.clear();
        store.files.set(`${LOG_ROOT}/c.json`, linesOf([{ ...PLAY, level: 'wrong' }]));
        const wrong = await load(loader);
        await undoRun(loader, wrong);
        store.files.set(A, FREE);
        store.files.set(B, PAID);
        await load(loader);
        expect((await status(context)).runs.map(({ runId }) => runId)).toEqual([runs[1], runs[0], wrong]);
        expect(await level(loader)).toBe('paid');
        await agrees(loader);
      }),
  },
  {
    title: 'of a run that was repeated in new tables is not repeated in the next ones, and what was loaded again is',
    holds: (engine) =>
      withCorrection(engine, async (loader, [, second = '']) => {
        const { context } = loader;
        const table = async () => (await renew(loader)).tables[0];
        expect(await table()).toMatchObject({ files: 2, undone: 0 });
        await undoRun(loader, second);
        expect(await table()).toMatchObject({ files: 1, undone: 1 });
        expect((await etl({ ...context, again: true })).tables[0]).toMatchObject({ files: 1, undone: 0 });
        expect(await table()).toMatchObject({ files: 2, undone: 0 });
        expect(await level(loader)).toBe('paid');
        await agrees(loader);
      }),
  },
  {
    title: 'leaves the copy that another run loaded as it is, also in new tables',
    holds: (engine) =>
      withCorrection(engine, async (loader) => {
        const { context, store } = loader;
        const copy = `${LOG_ROOT}/copy.json`;
        store.files.set(copy, FREE);
        await undoRun(loader, await load(loader));
        for (const force of [true, false]) {
          await agrees(loader);
          expect((await etl(context)).tables[0]).toMatchObject({ undone: 1 });
          expect(await countRows(loader, 'staging_events')).toBe(2);
          expect(await level(loader)).toBe('paid');
          if (force) await createTables(context.model, context.warehouse, { force, commented: false });
          if (force) await etl(context);
        }
      }),
  },
  {
    title: 'takes bad records and files that were set aside with it',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const tolerance = { maxErrors: 10, quarantine: false, excerpts: true };
        loader.store.files.set(A, `${FREE}\n{"ts": oops}`);
        const first = await load(loader, { tolerance });
        loader.store.files.set(B, '{"ts": oops}');
        const second = await load(loader, { tolerance: { ...tolerance, quarantine: true } });
        const { plan } = await undoRun(loader, first);
        expect(plan.tables).toMatchObject([{ files: 1, rows: 1, rejected: 1 }]);
        expect(await countRows(loader, 'rejected_records')).toBe(1);
        await undoRun(loader, second);
        expect(await countRows(loader, 'rejected_records')).toBe(0);
        const report = await etl({ ...loader.context, tolerance });
        expect(report).toMatchObject({ status: 'up_to_date', quarantined: [], tables: [{ undone: 2 }, {}] });
        expect((await status(loader.context)).quarantined).toEqual([]);
        await agrees(loader);
      }),
  },
  {
    title: 'of a run whose file was moved later leaves the file out under its new name too',
    holds: (engine) =>
      withCorrection(engine, async (loader, [first = '']) => {
        loader.store.files.delete(A);
        loader.store.files.set(`${LOG_ROOT}/archive/a.json`, FREE);
        const moving = await load(loader);
        expect(await undoRun(loader, moving)).toMatchObject({ plan: { because: 'moved' } });
        await undoRun(loader, first);
        expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 0, moved: 0, known: 1, undone: 1 });
        loader.store.files.delete(`${LOG_ROOT}/archive/a.json`);
        loader.store.files.set(`${LOG_ROOT}/other.json`, FREE);
        expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 0, moved: 0, undone: 1 });
        expect(await level(loader)).toBe('paid');
        await agrees(loader);
      }),
  },
  {
    title: 'of a load that was split undoes all its runs, and one run of it alone',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        for (const name of ['a', 'b', 'c']) {
          const play = { ...PLAY, ts: PLAY.ts + name.charCodeAt(0) };
          loader.store.files.set(`${LOG_ROOT}/${name}.json`, linesOf([play]));
        }
        const run = await load(loader, { maxRunBytes: 1 });
        expect((await undoRun(loader, `${run}.2`)).plan.files).toHaveLength(1);
        expect(await countRows(loader, 'songplays')).toBe(2);
        expect((await undoRun(loader, run)).plan.files).toHaveLength(2);
        expect(await countRows(loader, 'songplays')).toBe(0);
        expect((await etl(loader.context)).tables[0]).toMatchObject({ undone: 3 });
      }),
  },
  {
    title: 'that fails at any step, is refused or only tried leaves everything as it was',
    holds: (engine) =>
      withCorrection(engine, async (loader, [, second = '']) => {
        const { context, events } = loader;
        events.length = 0;
        await undoRun(loader, second);
        const steps = events.filter(({ type }) => type === 'step').length;
        const again = await load(loader, { again: true });
        const before = await readEverything(loader);
        for (const failing of sample(
          `failing steps of an undo on ${engine.name}`,
          upTo(steps),
          scale.faultyStatements,
        )) {
          const failed = undoRun({ context: { ...context, emit: failAfter(failing, steps) } }, again);
          await expect(failed).rejects.toThrow('injected');
          expect(await readEverything(loader)).toEqual(before);
        }
        await expect(undo(context, { run: again }, async () => false)).rejects.toMatchObject({
          next: 'Add --yes to undo the run.',
        });
        const { plan, statements } = await dryRunUndo(context, { run: again });
        expect([plan.files.length, statements.some((sql) => sql.includes('DELETE FROM'))]).toEqual([1, true]);
        expect(await readEverything(loader)).toEqual(before);
        await undoRun(loader, again);
        expect(await level(loader)).toBe('free');
      }),
  },
  {
    title: 'that runs twice at once is done once',
    holds: (engine) =>
      withCorrection(engine, async (loader, [, second = '']) => {
        const reports = await Promise.all([undoRun(loader, second), undoRun(loader, second)]);
        expect(reports.map(({ plan }) => plan.because ?? 'done').sort()).toEqual(['done', 'undone']);
        expect(await level(loader)).toBe('free');
      }),
  },
  {
    title: 'of two runs at once, and a load at the same time, all happen',
    holds: (engine) =>
      withCorrection(engine, async (loader, [first = '', second = '']) => {
        loader.store.files.set(`${LOG_ROOT}/c.json`, linesOf([{ ...PLAY, ts: PLAY.ts + 1, level: 'new' }]));
        await Promise.all([undoRun(loader, first), load(loader), undoRun(loader, second)]);
        expect(await level(loader)).toBe('new');
        expect(await countRows(loader, 'staging_events')).toBe(1);
        expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 0, known: 1, undone: 2 });
        await agrees(loader);
      }),
  },
  {
    title: 'comes between the plan and the batch of a load that found the content under another name: it plans anew',
    holds: (engine) =>
      withCorrection(engine, async (loader, [first = '']) => {
        const { context } = loader;
        loader.store.files.delete(A);
        loader.store.files.set(`${LOG_ROOT}/archive/a.json`, FREE);
        const warehouse = beforeRun(context.warehouse, () => undoRun(loader, first));
        const { tables } = await etl({ ...context, warehouse });
        expect(tables[0]).toMatchObject({ moved: 0, files: 0, undone: 1 });
        await agrees(loader);
      }),
  },
  {
    title: 'comes between the plan and the batch of a load that would load the same file: it is not loaded',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context } = loader;
        writeSample(loader);
        const meanwhile = async () => undoRun(loader, await load(loader));
        await etl({ ...context, warehouse: beforeRun(context.warehouse, meanwhile) });
        expect(await countRows(loader, 'staging_events')).toBe(0);
        expect((await etl(context)).tables).toMatchObject([{ undone: 1 }, { undone: 1 }]);
      }),
  },
  {
    title: 'is refused for runs that the ledger does not have, and where whole folders were loaded',
    holds: (engine) =>
      withCorrection(engine, async (loader, [first = '', second = '']) => {
        for (const id of ['yesterday', "x' OR 1 = 1 --", first.replace(/.$/, 'x')]) {
          await expect(undoRun(loader, id)).rejects.toMatchObject({
            message: expect.stringContaining(`has no run ${id}`),
            next: 'npm run status lists the runs.',
          });
        }
        const { context, store } = loader;
        const other = { ...context, model: without(context.model, 'staging_events') };
        await expect(undoRun({ context: other }, first)).rejects.toMatchObject({
          message: expect.stringContaining('is in staging_events, which is no staging table of this model'),
          next: expect.stringContaining('Name the model that made the table'),
        });
        await runSql(context.warehouse, `UPDATE load_ledger SET version = 'listing:1' WHERE run_id = '${second}'`);
        const before = await readEverything(loader);
        await expect(undoRun(loader, second)).rejects.toThrow('loaded whole folders in place of all');
        await expect(undoRun(loader, first)).rejects.toThrow(`nothing of the run ${first} is left`);
        expect(await readEverything(loader)).toEqual(before);
        store.files.delete(B);
        await etl(context);
      }),
  },
];

describe.each(engines)('an undo on $name', (engine) => {
  test('of any run, after any history, leaves what the history without it gives', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.nat({ max: 3 }), scenarios, (before, which, after) =>
        withLoader(engine, (loader) => undoesOneRun(loader, { before, which, after })),
      ),
      { numRuns: Math.ceil(scale.undone * engine.share), endOnFailure: true },
    );
  }, 300_000);

  test.each(casesFor(engine, 'cases of an undo', CASES, ({ title }) => title))('$title', ({ holds }) => holds(engine));
});
