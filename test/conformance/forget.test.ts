import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { migrate } from '../../src/migrate/migrate.ts';
import { parseCondition } from '../../src/pipeline/condition.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { dryRunForget, forget } from '../../src/pipeline/forget.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import type { Table } from '../../src/sql/catalogue.ts';
import { changedModel } from '../support/changed-model.ts';
import { type Engine, engines } from '../support/engines.ts';
import {
  forgetsForGood,
  forgetThem,
  leavesThemOut,
  leavesThemOutOfAPlannedLoad,
  rememberings,
} from '../support/forgetting.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { deviceOf, withModel } from '../support/migrations.ts';
import { casesFor, sample, scale, upTo } from '../support/scale.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, failAfter, OTHER_PLAY, override, PLAY, runSql, writeSample } from '../support/trials.ts';
import { undoRun } from '../support/undoing.ts';

const A = `${LOG_ROOT}/a.json`;
const B = `${LOG_ROOT}/b.json`;
const THEY = 'userid = 39';
const OTHER = { ...OTHER_PLAY, userId: '40', firstName: 'Ann' };
const TOLERANT = { maxErrors: 10, quarantine: false, excerpts: true };

const agrees = async ({ context }: Loader) =>
  expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);

const CASES: readonly { readonly title: string; readonly holds: (engine: Engine) => Promise<void> }[] = [
  {
    title: 'is for good: files that are loaded again and new tables are without them',
    holds: (engine) => forgetsForGood(engine),
  },
  {
    title: 'tells the files that still hold them, under the names that they have now, and nothing shows the value',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, `${linesOf([OTHER])}\n${linesOf([PLAY, PLAY])}`);
        store.files.set(B, linesOf([OTHER]));
        await etl(context);
        store.files.set(`${LOG_ROOT}/moved.json`, store.files.get(A) ?? '');
        store.files.delete(A);
        const gone = `${LOG_ROOT}/gone.json`;
        store.files.set(gone, linesOf([PLAY]));
        await etl(context);
        store.files.delete(gone);
        const { plan, statements } = await dryRunForget(context, { condition: parseCondition(THEY) });
        expect(plan).toMatchObject({
          ...{ table: 'staging_events', columns: ['userid'], rows: 3, runs: 2, isDone: false },
          holders: { holding: [{ uri: `${LOG_ROOT}/moved.json`, records: 2, line: 2 }], unread: [gone] },
        });
        const report = await forgetThem(loader, THEY);
        expect(report.plan.holders).toEqual(plan.holders);
        const { rows } = await context.warehouse.query(
          "SELECT uri, version, loaded_at FROM load_ledger WHERE status = 'forget'",
        );
        expect(rows).toEqual([['userid', expect.stringMatching(/^[0-9a-f]{32}:[0-9a-f]{64}$/), expect.anything()]]);
        expect(rows[0]?.[1]).toContain(report.plan.digest);
        expect(JSON.stringify([statements, report, rows])).not.toMatch(/\b39\b/);
        expect((await status(context)).runs.map(({ forgotten }) => forgotten)).toEqual([1, 2]);
      }),
  },
  {
    title: 'concerns only the files that they are in, and all of a run whose rows do not say which',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, linesOf([OTHER, PLAY]));
        store.files.set(B, linesOf([OTHER]));
        await etl(context);
        const counted = async (column: string) =>
          (await context.warehouse.query(`SELECT uri, ${column} FROM load_ledger ORDER BY uri`)).rows
            .filter(([uri, count]) => String(uri).endsWith('.json') && count !== null)
            .map(([uri]) => uri);
        expect((await dryRunForget(context, { condition: parseCondition(THEY) })).plan.holders.unread).toEqual([]);
        await forgetThem(loader, THEY);
        expect(await counted('keys_met')).toEqual([B]);
        expect(await counted("CASE WHEN status = 'forgotten' THEN rejected END")).toEqual([A]);
        await runSql(context.warehouse, 'UPDATE staging_events SET source_file = NULL');
        store.files.set(A, linesOf([OTHER, OTHER]));
        const { plan } = await forgetThem(loader, 'userid = 40');
        // The rows are of two files, of which one has changed since.
        expect([plan.rows, plan.runs, plan.holders]).toEqual([
          2,
          1,
          { holding: [{ uri: B, records: 1, line: 1 }], unread: [A] },
        ]);
        expect(await counted('keys_met')).toEqual([]);
        await etl(context);
        expect(await countRows(loader, 'staging_events')).toBe(0);
        expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      }),
  },
  {
    title: 'of a run that is undone later, or was before, agrees',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, linesOf([PLAY, OTHER]));
        const { runId } = await etl(context);
        await forgetThem(loader, THEY);
        expect((await undoRun(loader, String(runId))).plan.tables).toMatchObject([{ rows: 1, rejected: 0 }]);
        await agrees(loader);
        expect(await countRows(loader, 'staging_events')).toBe(0);
        await etl({ ...context, again: true });
        expect(await countRows(loader, 'staging_events')).toBe(1);
        await agrees(loader);
      }),
  },
  {
    title: 'takes bad records that are theirs, and the text of those of which nobody can tell',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        const short = (userId: string) => `{"userId":"${userId}","ts":"x"}`;
        const cut = `{"a":"${'y'.repeat(200)}","userId":"39","ts":"x"}`;
        store.files.set(A, [short('39'), short('40'), '{"userId":"39", oops}', cut].join('\n'));
        store.files.set(B, linesOf([OTHER]));
        await etl({ ...context, tolerance: TOLERANT });
        const { plan } = await forgetThem(loader, THEY);
        expect(plan.rejects).toEqual({ gone: 1, hidden: 2 });
        const { rows } = await context.warehouse.query(
          'SELECT line, reason, excerpt FROM rejected_records ORDER BY line',
        );
        expect(rows.map(([line, , excerpt]) => [Number(line), excerpt])).toEqual([
          [2, short('40')],
          [3, null],
          [4, null],
        ]);
        await agrees(loader);
        // A load decides by whole records, and keeps no text of malformed ones.
        await createTables(context.model, context.warehouse, { force: true, commented: false });
        const report = await etl({ ...context, tolerance: TOLERANT });
        expect(report.rejected).toBe(2);
        await agrees(loader);
      }),
  },
  {
    title: 'keeps no text of a bad record whose value in such a column cannot be read, and that of others',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(B, linesOf([OTHER]));
        await etl({ ...context, tolerance: TOLERANT });
        await forgetThem(loader, THEY);
        const other = '{"userId":"40","ts":"x"}';
        const nobodys = '{"ts":"y"}';
        store.files.set(A, ['{"userId":" 39","ts":"x"}', '{"ts":1,"userId":3.9e1}', other, nobodys].join('\n'));
        const { rejects } = await etl({ ...context, tolerance: TOLERANT });
        expect(JSON.stringify(rejects)).not.toMatch(/39|3\.9e1/);
        const { rows } = await context.warehouse.query(
          'SELECT line, reason, excerpt FROM rejected_records ORDER BY line',
        );
        expect(rows.map(([line, , excerpt]) => [Number(line), excerpt])).toEqual([
          [1, null],
          [2, null],
          [3, other],
          [4, nobodys],
        ]);
        expect(JSON.stringify(rows)).not.toMatch(/39|3\.9e1/);
        await agrees(loader);
      }),
  },
  {
    title: 'also holds for the columns that migrate fills, in tables that were made anew since',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, store } = loader;
        store.files.set(A, [PLAY, OTHER].map((one) => JSON.stringify({ ...one, device: 'phone' })).join('\n'));
        await etl(context);
        await forgetThem(loader, THEY);
        await createTables(context.model, context.warehouse, { force: true, commented: false });
        await etl(context);
        const other = withModel(loader, await changedModel(deviceOf('VARCHAR(64)')));
        expect((await migrate(other.context)).filled).toMatchObject([{ rows: 1, others: 0 }]);
        expect(await countRows(other, 'staging_events')).toBe(1);
        await agrees(other);
      }),
  },
  {
    title: 'finds them by columns that have names of the ledger',
    holds: async (engine) => {
      const columns = ['run_id', 'uri', 'version', 'records'];
      const own = columns.map((name) => `${name} VARCHAR(64), -- One.`).join('\n  ');
      const change = ['staging/staging_events.sql', 'userid BIGINT --', `${own}\n  userid BIGINT --`] as const;
      await withLoader(
        engine,
        async (loader) => {
          const theirs = { ...PLAY, ...Object.fromEntries(columns.map((name) => [name, 'x'])) };
          loader.store.files.set(A, [theirs, { ...theirs, uri: 'y' }].map((one) => JSON.stringify(one)).join('\n'));
          await etl(loader.context);
          const where = columns.map((name) => `${name} = x`).join(' AND ');
          expect((await forgetThem(loader, where)).plan).toMatchObject({
            rows: 1,
            holders: { holding: [{ line: 1 }] },
          });
          expect(await countRows(loader, 'staging_events')).toBe(1);
          await agrees(loader);
        },
        { model: await changedModel([change]) },
      );
    },
  },
  {
    title: 'is refused where it could remove others, or could not leave them out',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context } = loader;
        writeSample(loader);
        await etl(context);
        const refuses = async (action: Promise<unknown>, message: string, next: string) =>
          expect(action).rejects.toMatchObject({
            message: expect.stringContaining(message),
            next: expect.stringContaining(next),
          });
        const [events] = context.model.tables.filter(({ name }) => name === 'staging_events');
        const tables = (change: (columns: Table['columns']) => Table['columns'], of: string) => {
          const changed = (table: Table) => (table.name === of ? { ...table, columns: change(table.columns) } : table);
          return {
            ...context,
            model: { ...context.model, tables: context.model.tables.map(changed) },
            sources: context.sources.map((source) => ({ ...source, table: changed(source.table) })),
          };
        };
        const userid = events?.columns.filter(({ name }) => name === 'userid') ?? [];
        const both = tables((columns) => [...columns, ...userid], 'staging_songs');
        await refuses(forgetThem({ context: both }, THEY), 'several staging tables have these columns', '--table');
        await refuses(forgetThem(loader, THEY, 'staging_songs'), 'has all columns', 'staging_songs has');
        await refuses(forgetThem(loader, THEY, 'songs'), 'the model has no staging table songs', 'npm run docs');
        await refuses(
          forgetThem(loader, 'ts = secret'),
          'does not fit the column: the value is not a whole',
          '--where',
        );
        const folders = { ...context, warehouse: override(context.warehouse, { loads: 'folders' }) };
        await refuses(forgetThem({ context: folders }, THEY), 'nobody can be forgotten', 'Add WORK_PREFIX');
        expect((await forgetThem(loader, THEY, 'staging_events')).plan.rows).toBe(1);
        await refuses(etl(folders), 'are to be left out', 'Add WORK_PREFIX');
        loader.store.files.set(B, linesOf([OTHER]));
        const renamed = tables((columns) => columns.filter(({ name }) => name !== 'userid'), 'staging_events');
        await refuses(etl(renamed), 'has no column userid any more', 'Give the column its name back');
        await etl(context);
        await agrees(loader);
        await refuses(forgetThem({ context: both }, THEY, 'staging_events'), 'userid is missing', 'npm run migrate');
      }),
  },
  {
    title: 'that fails at any step, is refused or only tried leaves everything as it was',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        const { context, events } = loader;
        writeSample(loader);
        await etl(context);
        events.length = 0;
        await forgetThem(loader, "artist_id = 'nobody'");
        // What is counted before is a batch of its own.
        const own = events.slice(events.findIndex(({ type }) => type === 'run'));
        const steps = own.filter(({ type }) => type === 'step').length;
        const before = await readEverything(loader);
        for (const failing of sample(
          `failing steps of a forget on ${engine.name}`,
          upTo(steps),
          scale.faultyStatements,
        )) {
          const failed = forgetThem({ context: { ...context, emit: failAfter(failing, steps) } }, THEY);
          await expect(failed).rejects.toThrow('injected');
          expect(await readEverything(loader)).toEqual(before);
        }
        const condition = parseCondition(THEY);
        await expect(forget(context, { condition }, async () => false)).rejects.toMatchObject({
          next: 'Add --yes to remove the records.',
        });
        const { statements } = await dryRunForget(context, { condition });
        expect(statements.some((sql) => sql.includes('DELETE FROM'))).toBe(true);
        expect(await readEverything(loader)).toEqual(before);
        await forgetThem(loader, THEY);
        expect((await readStar(context.warehouse)).songplays).toEqual([]);
      }),
  },
  {
    title: 'that runs twice at once is done once',
    holds: (engine) =>
      withLoader(engine, async (loader) => {
        writeSample(loader);
        await etl(loader.context);
        const reports = await Promise.all([forgetThem(loader, THEY), forgetThem(loader, THEY)]);
        expect(reports.map(({ plan }) => plan.isDone).sort()).toEqual([false, true]);
        const { rows } = await loader.context.warehouse.query(
          "SELECT COUNT(*) FROM load_ledger WHERE status = 'forget'",
        );
        expect(Number(rows[0]?.[0])).toBe(1);
        await agrees(loader);
      }),
  },
  {
    title: 'between the plan and the commit of a load leaves them out of that load',
    holds: (engine) => leavesThemOutOfAPlannedLoad(engine),
  },
];

describe.each(engines)('a forget on $name', (engine) => {
  test('after any history, leaves what the history without their records gives', async () => {
    await fc.assert(
      fc.asyncProperty(rememberings, fc.boolean(), (history, replays) =>
        withLoader(engine, (loader) => leavesThemOut(loader, history, replays)),
      ),
      { numRuns: Math.ceil(scale.forgotten * engine.share), endOnFailure: true },
    );
  }, 300_000);

  test.each(casesFor(engine, 'cases of a forget', CASES, ({ title }) => title))('$title', ({ holds }) => holds(engine));
});
