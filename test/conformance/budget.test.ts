import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Budget, budgetsOf } from '../../src/pipeline/budget.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { readRuns } from '../../src/pipeline/past-runs.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { undo } from '../../src/pipeline/undo.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { redshiftRules } from '../../src/warehouse/open.ts';
import { type Engine, engines, withFolder } from '../support/engines.ts';
import { forgetThem } from '../support/forgetting.ts';
import { type Loader, makeLoader, withLoader } from '../support/loader.ts';
import { inMemory, lines, modelOf } from '../support/models.ts';
import { openOnStandin, sharedStandin } from '../support/redshift-engine.ts';
import { fromBuckets } from '../support/s3-trials.ts';
import { linesOf } from '../support/scenario.ts';
import { describeIf } from '../support/skips.ts';
import { countRows, OTHER_PLAY, PLAY, SONG } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';

const onRedshift = describeIf(
  engines.some(({ name }) => name === 'redshift'),
  'how many statements a batch has: redshift is not among ENGINES',
);

/** The built-in model with so many more dimensions, each made as docs/architecture.md shows. */
function modelWith(dimensions: number): Promise<Model> {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    for (let at = 1; at <= dimensions; at += 1) {
      const table = `levels_${at}`;
      for (const [file, sql] of Object.entries(dimension(table))) {
        writeFileSync(join(folder, file), sql);
      }
    }
    return loadModel(folder);
  });
}

const dimension = (table: string) => ({
  [`star/${table}.sql`]: `-- key: level
CREATE TABLE ${table} (
  level VARCHAR(256) NOT NULL
);

SELECT DISTINCT level FROM songplays WHERE {affected}`,
});

/** A file that is handed on untouched, and one that is bundled. */
const BIG = 9 * 1024 * 1024;
const big = (records: readonly object[]) => Buffer.from(linesOf(records as never) + ' '.repeat(BIG));

interface Bench extends Pick<Loader, 'context'> {
  readonly loader: Loader;
  /** The statements of the last batch that was no query. */
  readonly sent: () => readonly string[];
  /** How many calls the Data API has had. */
  readonly calls: () => number;
}

function withModel(
  model: Model,
  workPrefix: string | undefined,
  action: (bench: Bench) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const { dataApi, s3 } = await sharedStandin();
    const schema = uniqueName('budget');
    const warehouse = await openOnStandin({
      journalFolder: folder,
      schema,
      workPrefix: workPrefix && `${workPrefix}${schema}/`,
    });
    const batches = () =>
      dataApi.calls.filter(
        ({ operation, body }) => operation === 'BatchExecuteStatement' && body['StatementName'] !== 'starload-query',
      );
    const [logs, songs] = [uniqueName('logs'), uniqueName('songs')];
    for (const bucket of [logs, songs]) s3.createBucket(bucket, 'us-west-2');
    s3.put(logs, 'log_data/big.json', big([PLAY]));
    s3.put(songs, 'song_data/big.json', big([SONG]));
    if (workPrefix !== undefined) {
      s3.put(logs, 'log_data/small.json', linesOf([OTHER_PLAY]));
      s3.put(songs, 'song_data/small.json', linesOf([{ ...SONG, song_id: 'SO2' }]));
    }
    try {
      const loader = await makeLoader(warehouse, folder, { model });
      const context = fromBuckets(loader, `${logs}/log_data`, `${songs}/song_data`);
      await action({
        loader,
        context,
        sent: () => sqlsOf(batches().at(-1)),
        calls: () => dataApi.calls.length,
      });
    } finally {
      await warehouse.close();
    }
  });
}

function sqlsOf(call: { readonly body: Readonly<Record<string, unknown>> } | undefined): readonly string[] {
  return (call?.body['Sqls'] ?? []) as readonly string[];
}

const needs = (budgets: readonly Budget[], wanted: Budget['task']) =>
  budgets.find(({ task }) => task === wanted)?.needs;

onRedshift('the statements a model can need on Redshift', () => {
  test.each([0, 1, 2])(
    'equal the statements sent in the worst case, and leave room for %i more dimensions',
    async (dimensions) => {
      const model = await modelWith(dimensions);
      await withModel(model, 's3://work/', async ({ context, loader, sent }) => {
        const budgets = budgetsOf(model, context.warehouse);
        const counts = async (run: () => Promise<unknown>) => {
          await run();
          expect(sent().filter((sql) => /--|\/\*/.test(sql))).toEqual([]);
          return sent().length;
        };
        expect(await counts(() => etl(context))).toBe(needs(budgets, 'load'));
        expect(await countRows(loader, 'staging_events')).toBe(2);
        expect(await counts(() => rebuild(context))).toBe(needs(budgets, 'rebuild'));
        const [run] = await readRuns(context);
        expect(await counts(() => undo(context, { run: String(run?.runId) }, async () => true))).toBe(
          needs(budgets, 'undo'),
        );
        // Nobody has bad records.
        expect(await counts(() => forgetThem({ context }, 'ts = 1'))).toBe((needs(budgets, 'forget') ?? 0) - 3);
        // The history stays where it is, neither dropped nor made, and with `force` no rows are guarded.
        expect(await counts(() => createTables(model, context.warehouse, { force: true, commented: false }))).toBe(
          (needs(budgets, 'create-tables') ?? 0) - 3,
        );
      });
    },
  );

  test('are those of a refresh where there is no work prefix', async () => {
    const model = await modelWith(2);
    await withModel(model, undefined, async ({ context, sent }) => {
      const budgets = budgetsOf(model, context.warehouse);
      expect(budgets.map(({ task }) => task)).toEqual([
        'refresh',
        'rebuild',
        'rebuild --restamp',
        'undo',
        'create-tables',
      ]);
      await etl(context);
      expect(sent()).toHaveLength(needs(budgets, 'refresh') ?? 0);
    });
  });

  test('refuse a load before anything is listed, read or uploaded', async () => {
    const model = await modelWith(3);
    await withModel(await modelWith(0), 's3://work/', async ({ context, calls }) => {
      const before = calls();
      await expect(etl({ ...context, model })).rejects.toMatchObject({
        exitCode: 2,
        message: 'with this model, load can need 43 statements, but a batch of the Data API holds at most 40',
        next: expect.stringContaining('Take 3 or more statements away: use fewer tables'),
      });
      expect(calls()).toBe(before);
      expect((await etl(context)).status).toBe('loaded');
    });
  });
});

/** For how many star tables there is room beside so many sources, as docs/models.md says. */
const ROOM = [
  [1, 9],
  [2, 7],
  [3, 5],
  [4, 3],
] as const;

/** A model with so many sources, each with a current table, and so many star tables. */
function plainModel(sources: number, star: number): Promise<Model> {
  const columns = (name: string) => `CREATE TABLE ${name} (\n  id BIGINT NOT NULL,\n  word VARCHAR(20)\n)`;
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
  return modelOf(
    Object.fromEntries([
      ...numbers(sources).map((at) => [
        `staging/staging_s${at}.sql`,
        `-- source: S${at}\n-- key: id\n${columns(`staging_s${at}`)}\n`,
      ]),
      ...numbers(star).map((at) => [
        `star/t${at}.sql`,
        `-- key: id\n${columns(`t${at}`)};\n\nSELECT id, word FROM current_s${(at % sources) + 1} WHERE {affected}\n`,
      ]),
    ]),
  );
}

onRedshift('the largest model on Redshift', () => {
  test('is as large as docs/models.md says', async () => {
    const rules = { ...(await redshiftRules()), loads: 'parts' } as const;
    for (const [sources, star] of ROOM) {
      const needed = async (tables: number) =>
        Math.max(...budgetsOf(await plainModel(sources, tables), rules).map(({ needs }) => needs));
      expect(await needed(star)).toBeLessThanOrEqual(40);
      expect(await needed(star + 1)).toBeGreaterThan(40);
    }
    const [[, one], [, two], [, three], [, four]] = ROOM;
    expect(readFileSync('docs/models.md', 'utf8').replace(/\s+/g, ' ')).toContain(
      `A model with one source has room for ${one} star tables, with two for ${two}, with three for ${three}, with four for ${four}`,
    );
  });

  test.each([ROOM[0], ROOM[3]])(
    'with %i sources and %i star tables is created, loaded, rebuilt and reconciled',
    async (sources, star) => {
      const model = await plainModel(sources, star);
      const engine = engines.find(({ name }) => name === 'redshift') as Engine;
      await withLoader(
        engine,
        async (loader) => {
          const context = inMemory(loader);
          for (const { root } of context.sources)
            loader.store.files.set(`${root}/a.json`, lines([{ id: 1, word: 'a' }]));
          expect((await etl(context)).status).toBe('loaded');
          await rebuild(context);
          expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
          expect(await countRows(loader, `t${star}`)).toBe(1);
          const larger = await plainModel(sources, star + 1);
          await expect(createTables(larger, context.warehouse, { force: true })).rejects.toMatchObject({
            exitCode: 2,
            message:
              'with this model, create-tables can need 41 statements, but a batch of the Data API holds at most 40',
          });
          expect(await countRows(loader, `t${star}`)).toBe(1);
        },
        { model },
      );
    },
  );
});
