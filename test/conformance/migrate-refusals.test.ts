import { expect, test } from '@jest/globals';
import { migrate } from '../../src/migrate/migrate.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Change, changedModel } from '../support/changed-model.ts';
import { duckdb, engines } from '../support/engines.ts';
import { type Loader, type LoaderOptions, readEverything, readTables, withLoader } from '../support/loader.ts';
import { contentOf, deviceOf, freshContent, loadRuns, type RunFiles, withModel } from '../support/migrations.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/records.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { describeEach } from '../support/skips.ts';
import { override, runSql } from '../support/trials.ts';

const FILE = `${LOG_ROOT}/a.json`;
const PLAYS = [
  { ...PLAY, device: 'phone' },
  { ...OTHER_PLAY, device: 'desk' },
];
const RUNS: readonly RunFiles[] = [
  [
    [FILE, linesOf(PLAYS)],
    [`${SONG_ROOT}/a.json`, linesOf([SONG])],
  ],
];

const withRuns = (action: (loader: Loader) => Promise<void>, options: LoaderOptions = {}) =>
  withLoader(
    duckdb,
    async (loader) => {
      await loadRuns(loader, RUNS);
      await action(loader);
    },
    options,
  );

const changed = async (loader: Loader, changes: readonly Change[]) =>
  withModel(loader, await changedModel(changes)).context;

/** The advice of a migration that is refused and changes nothing. */
async function refusal(loader: Loader, context: Loader['context'], drop: readonly string[] = []) {
  const before = await readEverything(loader);
  const error = await migrate(context, { drop }).then(
    () => new Error('it is not refused'),
    (refused: Error & { readonly next?: string }) => refused,
  );
  expect(await readEverything(loader)).toEqual(before);
  return { message: error.message, next: 'next' in error ? error.next : undefined };
}

const YEAR: readonly Change[] = [
  ['staging/staging_songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
  ['current/current_songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
  ['star/songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
];

test('a new column that needs a value is refused while files are gone, and filled once they are back', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, deviceOf('VARCHAR(64) NOT NULL'));
    loader.store.files.delete(FILE);
    expect(await refusal(loader, context)).toMatchObject({
      message: expect.stringMatching(
        /staging_events\.device is NOT NULL .* 2 rows come from a file that is gone or changed/,
      ),
      next: expect.stringContaining('Bring the files back'),
    });
    loader.store.files.set(FILE, linesOf(PLAYS));
    await migrate(context);
    expect(await contentOf(context)).toEqual(await freshContent(duckdb, context.model, RUNS));
  }));

test('values that only files gone have are not lost unless they are named', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, YEAR);
    loader.store.files.delete(`${SONG_ROOT}/a.json`);
    expect((await refusal(loader, context)).next).toContain('add --drop staging_songs.year.');
    expect((await migrate(context, { drop: ['staging_songs.year'] })).filled).toEqual([]);
    expect((await readTables(context.warehouse, ['songs'])).songs).toEqual([expect.arrayContaining([null])]);
  }));

test('records that do not fit a new column are refused by file and line, and load with another type', () =>
  withRuns(async (loader) => {
    expect(await refusal(loader, await changed(loader, deviceOf('BIGINT')))).toMatchObject({
      message: expect.stringMatching(/do not fit its new columns[\s\S]*a\.json, line 1, column "device"/),
      next: expect.stringContaining('Correct the columns of the model'),
    });
    expect((await migrate(await changed(loader, deviceOf('VARCHAR(64)')))).status).toBe('migrated');
  }));

test('records that were rejected when they were loaded stay rejected', () =>
  withLoader(duckdb, async (loader) => {
    const tolerance = { maxErrors: 5, quarantine: false, excerpts: true };
    const bad = { ...PLAY, ts: 'yesterday' as unknown as number, itemInSession: 5 };
    loader.store.files.set(FILE, linesOf([bad, ...PLAYS]));
    await etl({ ...loader.context, tolerance });
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    expect((await migrate(context)).filled).toMatchObject([{ files: 1, rows: 2, others: 0 }]);
    expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
  }));

test('a record is not left without its value because others of its file were rejected', () =>
  withLoader(duckdb, async (loader) => {
    const tolerance = { maxErrors: 5, quarantine: false, excerpts: true };
    const half = { ...PLAY, userId: '1.5', itemInSession: 5, device: 1 };
    loader.store.files.set(FILE, linesOf([half, PLAYS[0] ?? PLAY]));
    await etl({ ...loader.context, tolerance });
    const userId: readonly Change[] = [
      ['staging/staging_events.sql', 'userid BIGINT', 'userid DOUBLE PRECISION'],
      ['current/current_events.sql', 'userid AS user_id', 'CAST(userid AS BIGINT) AS user_id'],
    ];
    expect(await refusal(loader, await changed(loader, [...deviceOf('BIGINT'), ...userId]))).toMatchObject({
      message: expect.stringMatching(/a\.json, line 2, column "device"/),
      next: expect.stringContaining('Correct the columns of the model'),
    });
  }));

test('records with a key of the loader are refused, and not left without their values', () =>
  withLoader(duckdb, async (loader) => {
    loader.store.files.set(FILE, linesOf(PLAYS.map((play) => ({ ...play, starload_content: 'x' }))));
    await etl(loader.context);
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    expect((await refusal(loader, context)).next).toContain('npm run create-tables -- --force');
  }));

test('files whose old columns hold other values now, by another jsonpaths file, are refused', () =>
  withRuns(async (loader) => {
    const paths = 'memory:///paths.json';
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    const events = context.model.tables.find(({ name }) => name === 'staging_events');
    const keys = (events?.columns ?? []).filter(({ hasDefault }) => !hasDefault).map(({ name }) => KEYS[name] ?? name);
    const swapped = { song: 'artist', artist: 'song' } as Readonly<Record<string, string>>;
    loader.store.files.set(paths, JSON.stringify({ jsonpaths: keys.map((key) => `$['${swapped[key] ?? key}']`) }));
    const sources = context.sources.map((one) => (one.table === events ? { ...one, jsonpaths: paths } : one));
    const other = { ...context, sources };
    expect((await refusal(loader, other)).next).toContain('Did a jsonpaths file change');
    await createTables(context.model, context.warehouse, { force: true, replaceForeign: true });
    expect((await etl(other)).status).toBe('loaded');
    loader.store.files.set(paths, JSON.stringify({ jsonpaths: keys.map((key) => `$['${key}']`) }));
    expect((await migrate(other)).status).toBe('up_to_date');
  }));

/** Keys whose spelling differs from the column's name. */
const KEYS: Readonly<Record<string, string>> = {
  firstname: 'firstName',
  iteminsession: 'itemInSession',
  lastname: 'lastName',
  sessionid: 'sessionId',
  useragent: 'userAgent',
  userid: 'userId',
};

test('a migration that others overtake each time gives up, and goes through once they rest', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    const { warehouse } = loader.context;
    const busy = override(warehouse, {
      run: async (batch, onMoment) => {
        if (batch.name.startsWith('migrate-')) await rebuild(loader.context);
        return warehouse.run(batch, onMoment);
      },
    });
    const refused = migrate({ ...context, warehouse: busy });
    await expect(refused).rejects.toMatchObject({ next: 'Run npm run migrate again when no load runs.' });
    expect((await migrate(context)).status).toBe('migrated');
  }));

test('a column that is not filled, although its files are there, is noticed: nothing is changed', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    const { warehouse } = loader.context;
    const forgetful = override(warehouse, {
      run: (batch, onMoment) => {
        const steps = batch.steps.map((step) => (step.kind === 'copy' ? { ...step, parts: [] } : step));
        return warehouse.run({ ...batch, steps }, onMoment);
      },
    });
    expect((await refusal(loader, { ...context, warehouse: forgetful })).message).toContain(
      'the files of staging_events hold other values than it has',
    );
    expect((await migrate(context)).status).toBe('migrated');
  }));

test('a staging column with another name keeps its values', () =>
  withLoader(duckdb, async (loader) => {
    await loadRuns(loader, [[[FILE, linesOf([{ ...PLAY, userAgent: 'Lynx' }])]]]);
    const before = await readTables(loader.context.warehouse, ['songplays', 'current_events', 'users']);
    const context = await changed(loader, [
      ['staging/staging_events.sql', 'useragent VARCHAR(1024), --', 'agent VARCHAR(1024), -- was: useragent.'],
      ['current/current_events.sql', 'useragent AS user_agent', 'agent AS user_agent'],
    ]);
    expect((await migrate(context)).filled).toEqual([]);
    expect((await context.warehouse.query('SELECT agent FROM staging_events')).rows).toEqual([['Lynx']]);
    expect(await readTables(context.warehouse, ['songplays', 'current_events', 'users'])).toEqual(before);
  }));

test('without a work prefix no file is read again', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, deviceOf('VARCHAR(64)'));
    const folders = { ...context, warehouse: override(context.warehouse, { loads: 'folders' as const }) };
    expect((await refusal(loader, folders)).next).toMatch(/Add WORK_PREFIX .* npm run create-tables -- --force/);
    expect((await migrate(context)).status).toBe('migrated');
  }));

test('a column with blanks and quotes in its name is dropped as the advice says', () =>
  withRuns(async (loader) => {
    const context = await changed(loader, YEAR);
    await runSql(loader.context.warehouse, `ALTER TABLE songs ADD COLUMN "it's mine" INTEGER`);
    expect((await refusal(loader, context)).next).toContain(String.raw`--drop 'songs.it'\''s mine'`);
    expect((await migrate(context, { drop: ["songs.it's mine"] })).status).toBe('migrated');
  }));

test('what the model has is not dropped, in whatever case it is named', () =>
  withRuns(async (loader) => {
    for (const name of ['CURRENT_songs', 'load_RUN', 'Songs.Title']) {
      expect((await refusal(loader, loader.context, [name])).message).toBe(`--drop ${name}: the model has it`);
    }
  }));

test('a table of a former model is dropped if it is named, with what the ledger knows of it', async () => {
  const more = '-- source: MORE\n-- key: id\nCREATE TABLE staging_more (\n  id BIGINT NOT NULL\n)\n';
  const former = await changedModel([['staging/staging_more.sql', '', more]]);
  await withLoader(
    duckdb,
    async (loader) => {
      const sources = loader.context.sources.map((one) =>
        one.table.name === 'staging_more' ? { ...one, root: 'memory:///more' } : one,
      );
      loader.store.files.set('memory:///more/a.json', '{"id": 1}');
      await loadRuns({ ...loader, context: { ...loader.context, sources } }, RUNS);
      const model = await changedModel([]);
      const context = {
        ...withModel(loader, model).context,
        sources: sources.filter(({ root }) => !root.endsWith('more')),
      };
      expect((await migrate(context)).status).toBe('up_to_date');
      const drop = ['staging_more', 'current_more', 'nonsense'];
      const { plan } = await migrate(context, { drop });
      expect(plan.unknown).toEqual(['nonsense']);
      expect(await context.warehouse.relations(drop)).toEqual([]);
      const { rows } = await context.warehouse.query('SELECT DISTINCT staging_table FROM load_ledger ORDER BY 1');
      expect(rows).toEqual([['staging_events'], ['staging_songs']]);
    },
    { model: former },
  );
});

describeEach(
  engines.filter(({ name }) => name === 'redshift'),
  'what exceeds 40 statements: only Redshift has such a limit',
)('on $name', (engine) => {
  test('a migration that exceeds 40 statements is refused before it begins, and made in two steps', () =>
    withLoader(engine, async (loader) => {
      await loadRuns(loader, RUNS);
      const many: readonly Change[] = [...YEAR, ...deviceOf('VARCHAR(64)')];
      const context = await changed(loader, many);
      expect(await refusal(loader, context)).toMatchObject({
        message: expect.stringMatching(/takes \d+ statements, but a batch of the Data API holds at most 40/),
        next: expect.stringContaining('Change the model in several steps'),
      });
      expect((await migrate(await changed(loader, YEAR))).status).toBe('migrated');
      expect((await migrate(context)).status).toBe('migrated');
      expect(await contentOf(context)).toEqual(await freshContent(engine, context.model, RUNS));
    }));
});
