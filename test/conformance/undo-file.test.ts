import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { forgetThem } from '../support/forgetting.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { casesFor, scale } from '../support/scale.ts';
import { LOG_ROOT, linesOf, scenarios } from '../support/scenario.ts';
import { beforeRun, countRows, PLAY, runSql } from '../support/trials.ts';
import { takesOutOneFile, undoesOneFile, undoFile, undoRun } from '../support/undoing.ts';

const A = `${LOG_ROOT}/a.json`;
const B = `${LOG_ROOT}/b.json`;
const FREE = linesOf([{ ...PLAY, level: 'free' }]);
const PAID = linesOf([{ ...PLAY, level: 'paid' }]);

/** Loads what is there, and returns the id of the run. */
const load = async ({ context }: Loader): Promise<string> => String((await etl(context)).runId);

/** The level of the one user, as the star has it. */
const level = async ({ context }: Loader) => (await readStar(context.warehouse)).users[0]?.[4];

const agrees = async ({ context }: Loader) =>
  expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);

/** A file that says free, and in a second run another file that says paid. */
const withCorrection = (engine: Engine, action: (loader: Loader) => Promise<void>) =>
  withLoader(engine, async (loader) => {
    loader.store.files.set(A, FREE);
    await load(loader);
    loader.store.files.set(B, PAID);
    await load(loader);
    await action(loader);
  });

const CASES: readonly { readonly title: string; readonly holds: (engine: Engine) => Promise<void> }[] = [
  {
    title: 'takes what it brought in each run, and nothing of the files beside it',
    holds: (engine) => takesOutOneFile(engine),
  },
  {
    title: 'whose rows do not say it is refused, unless its run loaded no other into the table',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, `${FREE}\n${FREE}`);
        await load(loader);
        store.files.set(A, PAID);
        store.files.set(B, PAID);
        const second = await load(loader);
        await runSql(context.warehouse, 'UPDATE staging_events SET source_file = NULL');
        const before = await readEverything(loader);
        await expect(undoFile(loader, A)).rejects.toMatchObject({
          message: expect.stringContaining(`of 1 rows of ${A} in staging_events nothing says that they are`),
          next: expect.stringContaining(`Undo the whole run, ${second}: npm run undo -- RUN.`),
        });
        expect(await readEverything(loader)).toEqual(before);
        await undoRun(loader, second);
        expect((await undoFile(loader, A)).plan.tables).toMatchObject([{ files: 1, rows: 2 }]);
        expect(await countRows(loader, 'staging_events')).toBe(0);
        await agrees(loader);
      }),
  },
  {
    title: 'that a run of other rows loads meanwhile is planned anew, and then takes these too',
    holds: (engine) =>
      withCorrection(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, linesOf([{ ...PLAY, level: 'newer' }]));
        const warehouse = beforeRun(context.warehouse, () => load(loader));
        expect((await undoFile({ context: { ...context, warehouse } }, A)).plan.because).toBeUndefined();
        expect(await countRows(loader, 'staging_events')).toBe(1);
        expect(await level(loader)).toBe('paid');
        expect((await etl(context)).tables[0]).toMatchObject({ files: 0, undone: 1 });
        await agrees(loader);
      }),
  },
  {
    title: 'of which somebody was forgotten, before or after its load, leaves the rest',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        const plays = (...users: readonly string[]) =>
          linesOf(users.map((userId, itemInSession) => ({ ...PLAY, userId, itemInSession, level: userId })));
        store.files.set(A, plays('7', '8'));
        store.files.set(B, plays('7', '9', '9'));
        await load(loader);
        await forgetThem(loader, 'userid = 7');
        store.files.set(A, plays('8', '7', '8'));
        store.files.set(`${LOG_ROOT}/c.json`, plays('9', '7'));
        await load(loader);
        expect((await undoFile(loader, A)).plan.tables).toMatchObject([{ files: 2, rows: 3 }]);
        expect(await countRows(loader, 'staging_events')).toBe(3);
        expect((await etl(context)).status).toBe('up_to_date');
        await agrees(loader);
      }),
  },
  {
    title: 'that was only moved there, was never loaded, or is a folder is none',
    holds: (engine) =>
      withCorrection(engine, async (loader) => {
        const { context, store } = loader;
        const moved = `${LOG_ROOT}/moved.json`;
        store.files.delete(A);
        store.files.set(moved, FREE);
        await load(loader);
        expect((await undoFile(loader, moved)).plan.because).toBe('moved');
        await expect(undoFile(loader, `${LOG_ROOT}/x' OR 1 = 1 --`)).rejects.toThrow('has no file');
        await expect(undoFile(loader, `${LOG_ROOT}/back\\slash`)).rejects.toThrow('no statement can name it');
        await runSql(context.warehouse, `UPDATE load_ledger SET version = 'listing:1' WHERE uri = '${B}'`);
        await expect(undoFile(loader, B)).rejects.toThrow('a folder that was loaded as a whole');
        await expect(undoFile(loader, A)).rejects.toThrow(`nothing of ${A} is left`);
      }),
  },
];

describe.each(engines)('an undo of a file on $name', (engine) => {
  test('of any file, after any history, leaves what the history without it gives', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, fc.nat({ max: 5 }), scenarios, (before, which, after) =>
        withLoader(engine, (loader) => undoesOneFile(loader, { before, which, after })),
      ),
      { numRuns: Math.ceil(scale.undone * engine.share), endOnFailure: true },
    );
  }, 300_000);

  test.each(casesFor(engine, 'cases of an undo of a file', CASES, ({ title }) => title))('$title', ({ holds }) =>
    holds(engine),
  );
});
