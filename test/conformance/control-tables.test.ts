import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { checkOf } from '../support/doctor.ts';
import { engines } from '../support/engines.ts';
import { type Loader, openLoader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { expectedStar } from '../support/oracle.ts';
import { casesFor } from '../support/scale.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { PLAY, runSql, SONG, writeSample } from '../support/trials.ts';

const checkLedger = (loader: Loader) => checkOf(loader, 'ledger');
const differences = async ({ context }: Loader) => (await reconcile(context, { recounts: false })).disagreements;

const TOLERANCE = { maxErrors: Number.POSITIVE_INFINITY, quarantine: true, excerpts: true };
const [LATER, LATEST] = [1, 2].map((more) => ({ ...PLAY, ts: PLAY.ts + more })) as [typeof PLAY, typeof PLAY];

const load = ({ context }: Loader) => etl({ ...context, tolerance: TOLERANCE });

/** A load whose second file is set aside, and a second run. */
async function loadSample(loader: Loader): Promise<void> {
  writeSample(loader);
  loader.store.files.set(`${LOG_ROOT}/b.json`, `${linesOf([PLAY])}\n{"ts":"x"}`);
  await load(loader);
  loader.store.files.set(`${LOG_ROOT}/c.json`, linesOf([LATER]));
  await load(loader);
}

const RUN_ROWS: readonly (readonly [string, string, RegExp])[] = [
  ['emptied', 'DELETE FROM load_run', /0 rows instead of one/],
  ['doubled', 'INSERT INTO load_run SELECT stamp, previous_stamp FROM load_run', /2 rows instead of one/],
  ['set back', "UPDATE load_run SET stamp = TIMESTAMP '2001-02-03 04:05:06'", /of 2001-02-03 04:05:06/],
  ['set ahead', "UPDATE load_run SET stamp = TIMESTAMP '2999-02-03 04:05:06'", /of 2999-02-03 04:05:06/],
];

/** What somebody does to a table of which `saved` keeps a copy; the rule that names it, and its words. */
const EDITS: readonly (readonly [string, string, string, RegExp])[] = [
  ['a status that is none', "UPDATE load_ledger SET status = 'done' WHERE uri LIKE '%/a.json'", 'load_ledger', /done/],
  [
    'the status of a file set aside',
    "UPDATE load_ledger SET status = 'quarantined' WHERE uri LIKE '%/c.json'",
    'load_ledger',
    /not all of its records are rejected/,
  ],
  [
    'the status of a file set aside, and all records rejected',
    "UPDATE load_ledger SET status = 'quarantined', rejected = records WHERE uri LIKE '%/c.json'",
    'load_ledger',
    /does not say why/,
  ],
  ['the id of no run', "UPDATE load_ledger SET run_id = 'mine'", 'load_ledger', /no run has the id mine/],
  [
    'an id beside the others of its run',
    "UPDATE load_ledger SET run_id = '20261120T113616Z-f0d8f18c2d4018a6' WHERE uri LIKE '%log_data/a.json'",
    'load_ledger',
    /has 2 ids/,
  ],
  [
    'the id of another run',
    'UPDATE load_ledger SET run_id = (SELECT MIN(run_id) FROM load_ledger)',
    'load_ledger',
    /has 3 stamps/,
  ],
  [
    'more records rejected than read',
    "UPDATE load_ledger SET rejected = 9 WHERE uri LIKE '%/c.json'",
    'load_ledger',
    /9 of 1 records/,
  ],
  ['rejects of no run', "UPDATE rejected_records SET run_id = 'mine'", 'load_ledger', /are of the run mine/],
  [
    'another version of a file set aside',
    "UPDATE load_ledger SET version = 'x' WHERE uri LIKE '%/b.json'",
    'load_ledger',
    /does not say why/,
  ],
  ['fewer rejects', "DELETE FROM rejected_records WHERE uri LIKE '%/b.json'", 'load_ledger', /does not say why/],
  ['the id of no run in the history', "UPDATE load_history SET run_id = 'mine'", 'load_history', /the id mine/],
  [
    'a run of two generations in the history',
    "UPDATE load_history SET generation = 7 WHERE uri LIKE '%log_data/a.json'",
    'load_history',
    /is of 2 generations/,
  ],
  ['other records', "UPDATE load_ledger SET records = 5 WHERE uri LIKE '%/c.json'", 'staged_rows', /says 5 rows/],
  ['a row less', "DELETE FROM load_ledger WHERE uri LIKE '%/c.json'", 'staged_rows', /says 0 rows, there are 1/],
  ['another version', "UPDATE load_ledger SET version = 'x' WHERE uri LIKE '%/c.json'", 'changed', /c\.json/],
];
const EDITED = ['load_ledger', 'rejected_records', 'load_history'];

const saved = ({ context }: Loader) =>
  Promise.all(
    EDITED.map((table) => runSql(context.warehouse, `CREATE TABLE saved_${table} AS SELECT * FROM ${table}`)),
  );

async function restore({ context: { warehouse } }: Loader): Promise<void> {
  for (const table of EDITED) {
    await runSql(warehouse, `DELETE FROM ${table}`);
    await runSql(warehouse, `INSERT INTO ${table} SELECT * FROM saved_${table}`);
  }
}

/** What next says about the ledger. */
async function loadAnew(loader: Loader): Promise<void> {
  await createTables(loader.context.model, loader.context.warehouse, { force: true });
  await load(loader);
}

describe.each(engines)('control tables changed by hand, on $name:', (engine) => {
  test.each(RUN_ROWS)(
    'load_run %s is named, refuses loads or does them no harm, and is fixed by rebuild --restamp',
    (how, sql, problem) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        await loadSample(loader);
        const star = await readStar(context.warehouse);
        await runSql(context.warehouse, sql);
        expect(await checkLedger(loader)).toMatchObject({ status: 'failed', reason: expect.stringMatching(problem) });
        expect(await differences(loader)).toMatchObject([
          { rule: 'load_run', next: expect.stringContaining('npm run rebuild -- --restamp') },
        ]);
        store.files.set(`${LOG_ROOT}/d.json`, linesOf([LATEST]));
        if (how !== 'set back') {
          const before = await readEverything(loader);
          const refused = { ...context, firstPauseMilliseconds: 1 };
          for (const action of [() => etl(refused), () => rebuild(refused)]) {
            await expect(action()).rejects.toMatchObject({
              headline: expect.stringMatching(
                how === 'set ahead'
                  ? /not newer than the last one.*; nothing was changed/
                  : /^load_run does not hold exactly one row, which keeps runs apart; nothing was changed$/,
              ),
              next: expect.stringContaining('npm run rebuild -- --restamp'),
            });
          }
          expect(await readEverything(loader)).toEqual(before);
        }
        await rebuild(context, { restamps: true });
        expect(await checkLedger(loader)).toMatchObject({ status: 'ok' });
        expect(await differences(loader)).toMatchObject([{ rule: 'missing' }]);
        expect(await readStar(context.warehouse)).toEqual(star);
        expect((await etl(context)).status).toBe('loaded');
      }),
  );

  test('load_run set back lets no load be stamped before those that are loaded', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      await loadSample(loader);
      await runSql(context.warehouse, "UPDATE load_run SET stamp = TIMESTAMP '2001-02-03 04:05:06'");
      await runSql(
        context.warehouse,
        // A little ahead: what lies far ahead is refused before the guard is asked.
        `UPDATE load_ledger SET loaded_at = ${context.warehouse.now} + INTERVAL '30 seconds' WHERE uri LIKE '%/c.json'`,
      );
      store.files.set(`${LOG_ROOT}/d.json`, linesOf([LATEST]));
      const hurried = { ...context, firstPauseMilliseconds: 1 };
      await expect(etl(hurried)).rejects.toThrow('not newer than the last one');
      await expect(rebuild(hurried)).rejects.toThrow('not newer than the last one');
    }));

  test('a load that a history of no run would order is refused, and --no-replay loads', () =>
    withLoader(engine, async (loader) => {
      const { context } = loader;
      await loadSample(loader);
      await createTables(context.model, context.warehouse, { force: true });
      await runSql(context.warehouse, "UPDATE load_history SET run_id = '../mine' WHERE uri LIKE '%/c.json'");
      await expect(load(loader)).rejects.toMatchObject({
        headline: 'load_history was changed by hand: no run has the id ../mine; nothing was loaded',
        next: expect.stringContaining('npm run etl -- --no-replay'),
      });
      await etl({ ...context, tolerance: TOLERANCE, replays: false });
      expect(await readStar(context.warehouse)).toEqual(expectedStar([{ events: [PLAY, LATER], songs: [SONG] }]));
      expect((await load(loader)).status).toBe('up_to_date');
    }));

  describe('ledger, rejects and history', () => {
    let loader: Loader;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ loader, close } = await openLoader(engine));
      await loadSample(loader);
      await loadAnew(loader);
      await saved(loader);
    });
    afterAll(() => close());

    test('as loads leave them, check and reconcile find nothing', async () => {
      expect(await checkLedger(loader)).toMatchObject({ status: 'ok' });
      expect(await differences(loader)).toEqual([]);
    });

    test.each(casesFor(engine, 'edits of control tables', EDITS, ([title]) => title))(
      '%s: named by reconcile, and by check where it reads these tables',
      async (_, sql, rule, words) => {
        await restore(loader);
        await runSql(loader.context.warehouse, sql);
        const named = (await differences(loader)).find((one) => one.rule === rule);
        expect(named?.examples.join('\n')).toMatch(words);
        const found = await checkLedger(loader);
        expect(found).toMatchObject(
          rule.startsWith('load_')
            ? { status: 'failed', reason: expect.stringContaining(rule), next: named?.next }
            : { status: 'ok' },
        );
        await restore(loader);
      },
    );

    test('no edit harms the star of a load or of a rebuild', async () => {
      await restore(loader);
      const { context, store } = loader;
      for (const [, sql] of EDITS.filter(([, , rule]) => rule !== 'load_history')) {
        await runSql(context.warehouse, sql);
      }
      store.files.set(`${LOG_ROOT}/d.json`, linesOf([LATEST]));
      await load(loader);
      const star = expectedStar([{ events: [PLAY, LATER, LATEST], songs: [SONG] }]);
      expect(await readStar(context.warehouse)).toEqual(star);
      await rebuild(context);
      expect(await readStar(context.warehouse)).toEqual(star);
    });

    test('following the next: line makes everything agree again', async () => {
      const { warehouse } = loader.context;
      for (const [, sql] of EDITS) {
        await runSql(warehouse, sql);
      }
      await runSql(warehouse, 'DELETE FROM load_history');
      await loadAnew(loader);
      expect(await checkLedger(loader)).toMatchObject({ status: 'ok' });
      expect(await differences(loader)).toEqual([]);
    });
  });
});
