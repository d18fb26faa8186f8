import { describe, expect, test } from '@jest/globals';
import { changesOf } from '../../src/migrate/describe.ts';
import { migrate } from '../../src/migrate/migrate.ts';
import type { MigrationPlan } from '../../src/migrate/plan.ts';
import { latestUnknownKeys } from '../../src/pipeline/earlier-keys.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Change, changedModel } from '../support/changed-model.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readTables, withLoader } from '../support/loader.ts';
import { contentOf, deviceOf, freshContent, loadRuns, type RunFiles, withModel } from '../support/migrations.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/records.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { describeEach } from '../support/skips.ts';
import { beforeRun, endingAt } from '../support/trials.ts';

const DEVICE = deviceOf('VARCHAR(64)');

const LEVELS: readonly Change[] = [
  [
    'star/levels.sql',
    '',
    `-- key: level\nCREATE TABLE levels (\n  level VARCHAR(256) NOT NULL,\n  plays BIGINT NOT NULL\n);\n
SELECT level, COUNT(*) AS plays FROM songplays WHERE {affected} GROUP BY level\n`,
  ],
];

const as = (record: object, more: object) => JSON.stringify({ ...record, ...more });

const RUNS: readonly RunFiles[] = [
  [
    [`${LOG_ROOT}/a.json`, as(PLAY, { device: 'phone' })],
    [`${SONG_ROOT}/a.json`, as(SONG, { year: '0099' })],
  ],
  [
    [`${LOG_ROOT}/b.json`, `${as(PLAY, { device: 'tablet' })}\n${as(OTHER_PLAY, { device: null })}`],
    [`${LOG_ROOT}/c.json`, `${as(OTHER_PLAY, {})}\n${as(OTHER_PLAY, { device: 'desk' })}`],
  ],
];

/** Runs an action with files that are loaded with the built-in model, or another. */
const withRuns = (engine: (typeof engines)[number], action: (loader: Loader) => Promise<void>) =>
  withLoader(engine, async (loader) => {
    await loadRuns(loader, RUNS);
    await action(loader);
  });

const changed = async (loader: Loader, changes: readonly Change[]) => withModel(loader, await changedModel(changes));

const failure = (work: Promise<unknown>) => work.then(() => 'no failure', String);

/** What is said of a migration. */
const toldOf = (plan: MigrationPlan) =>
  changesOf(plan)
    .map((one) => `${[one.table, one.column ?? []].flat().join('.')}: ${one.class}`)
    .sort();

/** The tables that the batch of a migration fills, as the engine reports them. */
function filledBy({ events }: Loader): readonly string[] {
  const steps = events
    .slice(events.findIndex(({ type }) => type === 'run'))
    .flatMap((event) => (event.type === 'step' ? [event.name] : []));
  return steps
    .filter((name) => name.startsWith('insert_'))
    .map((name) => name.slice('insert_'.length))
    .sort();
}

/** One change of the model after another: what it adds, what is dropped, and the tables whose rows change. */
const STEPS: readonly {
  readonly title: string;
  readonly changes: readonly Change[];
  readonly drop?: readonly string[];
  readonly told: readonly string[];
  readonly filled: readonly string[];
}[] = [
  { title: 'a new table', changes: LEVELS, told: ['levels: rebuild'], filled: ['levels'] },
  {
    title: 'another SELECT',
    changes: [['star/users.sql', 'SELECT user_id, first_name,', 'SELECT user_id, UPPER(first_name) AS first_name,']],
    told: ['users: rebuild'],
    filled: ['users'],
  },
  {
    title: 'a new column, and one with another name',
    changes: [
      ['star/songs.sql', 'title VARCHAR(1024), --', 'name VARCHAR(1024), -- was: title.'],
      ['star/songs.sql', '  year BIGINT', '  singer VARCHAR(1024),\n  year BIGINT'],
      ['star/songs.sql', 'SELECT song_id, title,', 'SELECT song_id, title AS name, artist_name AS singer,'],
    ],
    told: ['songs.name: rebuild', 'songs.singer: rebuild'],
    filled: ['songs'],
  },
  {
    title: 'more room, and NULL',
    changes: [
      ['staging/staging_songs.sql', 'title VARCHAR(1024)', 'title VARCHAR(2048)'],
      ['staging/staging_songs.sql', 'num_songs BIGINT', 'num_songs DOUBLE PRECISION'],
      ['star/songplays.sql', 'session_id BIGINT NOT NULL', 'session_id BIGINT'],
    ],
    told: [
      'staging_songs.num_songs: safe',
      'songplays.session_id: rebuild',
      // DuckDB does not store the length of text.
      'staging_songs.title: safe',
    ],
    filled: ['songplays'],
  },
  {
    title: 'another type',
    changes: [
      ['staging/staging_songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
      ['current/current_songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
      ['star/songs.sql', 'year BIGINT', 'year VARCHAR(16)'],
    ],
    told: [
      'staging_songs.year: safe',
      'current_songs.year: rebuild',
      'artists: rebuild',
      'songplays: rebuild',
      'songs.year: rebuild',
      'time: rebuild',
      'levels: rebuild',
    ],
    filled: ['artists', 'current_songs', 'levels', 'songplays', 'songs', 'time'],
  },
  {
    title: 'a column that is dropped',
    changes: [
      [
        'staging/staging_songs.sql',
        '  num_songs DOUBLE PRECISION, -- The number of songs in the file, always 1.\n',
        '',
      ],
    ],
    drop: ['staging_songs.num_songs'],
    told: [
      'staging_songs.num_songs: loses',
      'current_songs: rebuild',
      'artists: rebuild',
      'songplays: rebuild',
      'songs: rebuild',
      'time: rebuild',
      'levels: rebuild',
    ],
    filled: ['artists', 'current_songs', 'levels', 'songplays', 'songs', 'time'],
  },
];

describe.each(engines)('migrate, on $name', (engine) => {
  test('makes one change of a model after another, each by filling the tables alone that it concerns', () =>
    withRuns(engine, async (loader) => {
      const made: Change[] = [];
      for (const { title, changes, drop, told, filled } of STEPS) {
        made.push(...changes);
        const now = await changed(loader, made);
        loader.events.length = 0;
        const { plan, status } = await migrate(now.context, { drop });
        const isSeen = (text: string) => engine.name !== 'duckdb' || !text.includes('_songs.title');
        expect({ title, status, told: toldOf(plan) }).toEqual({
          title,
          status: 'migrated',
          told: told.filter(isSeen).sort(),
        });
        const inserted = filledBy(loader);
        expect({ title, inserted }).toEqual({ title, inserted: engine.reportsLive ? filled : [] });
      }
      const { context } = await changed(loader, made);
      expect(await contentOf(context)).toEqual(await freshContent(engine, context.model, RUNS));
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      expect((await migrate(context)).status).toBe('up_to_date');
      expect((await etl(context)).status).toBe('up_to_date');
    }));

  test('fills a new column from keys that were kept, where files are gone, and keeps the others', () =>
    withLoader(engine, async (loader) => {
      const more = (record: object, device: string, campaign: number) =>
        as(record, { device, campaign, Device_2: [1.5] });
      const files = (name: string, device: string): RunFiles[number] => [
        `${LOG_ROOT}/${name}.json`,
        `${more(PLAY, device, 1)}\n${more(PLAY, device, 2)}\n${as(OTHER_PLAY, {})}\n`,
      ];
      const runs = [[files('a', 'phone')], [files('b', 'tablet')], [files('c', 'desk')]];
      const load = async (one: Loader) => {
        for (const [at, run] of runs.entries()) {
          const unknownKeys = at === 1 ? 'warn' : 'keep';
          await loadRuns({ ...one, context: { ...one.context, unknownKeys } }, [run]);
        }
      };
      const staged = async ({ context }: Loader) => {
        const sql =
          'SELECT device, rescued, itemInSession FROM staging_events ORDER BY loaded_at, itemInSession, rescued';
        return (await context.warehouse.query(sql)).rows;
      };
      await load(loader);
      const gone = `${LOG_ROOT}/c.json`;
      loader.store.files.delete(gone);
      const after = await changed(loader, DEVICE);
      await migrate(after.context);
      const own = (campaign: number) => `{"campaign":${campaign},"Device_2":[1.5]}`;
      expect(await staged(after)).toEqual([
        ...[1, 2].map((campaign) => ['phone', own(campaign), PLAY.itemInSession]),
        [null, null, OTHER_PLAY.itemInSession],
        ...[1, 2].map(() => ['tablet', null, PLAY.itemInSession]),
        [null, null, OTHER_PLAY.itemInSession],
        ...[1, 2].map((campaign) => ['desk', own(campaign), PLAY.itemInSession]),
        [null, null, OTHER_PLAY.itemInSession],
      ]);
      const { disagreements, notes } = await reconcile(after.context, { recounts: true });
      expect(disagreements.map(({ rule }) => rule)).toEqual(['gone']);
      expect(notes).toContainEqual(expect.stringContaining('the keys of 2 files or folders were not compared'));
    }));

  test('names the files that are gone or changed, and keeps their rows', () =>
    withRuns(engine, async (loader) => {
      loader.store.files.delete(`${LOG_ROOT}/a.json`);
      loader.store.files.set(`${LOG_ROOT}/c.json`, linesOf([OTHER_PLAY]));
      const now = await changed(loader, DEVICE);
      const runs = 'SELECT loaded_at, COUNT(*) FROM staging_events GROUP BY loaded_at ORDER BY loaded_at';
      const before = await loader.context.warehouse.query(runs);
      const { plan, filled } = await migrate(now.context);
      expect(await loader.context.warehouse.query(runs)).toEqual(before);
      expect(filled).toEqual([{ table: 'staging_events', files: 1, rows: 2, others: 3 }]);
      expect(plan.refills[0]?.lost.map(({ uri, reason, records }) => [uri, reason, records]).sort()).toEqual([
        [`${LOG_ROOT}/a.json`, 'gone', 1],
        [`${LOG_ROOT}/c.json`, 'changed', 2],
      ]);
      const { staging_events: rows } = await readTables(loader.context.warehouse, ['staging_events']);
      expect(rows).toHaveLength(5);
      expect((await etl(now.context)).tables[0]).toMatchObject({ files: 1 });
    }));

  test('cuts no text: what does not fit is refused with counts and an example, and what fits is not', () =>
    withRuns(engine, async (loader) => {
      const before = await readEverything(loader);
      const shorter = async (bytes: number) =>
        (await changed(loader, [['staging/staging_songs.sql', 'title VARCHAR(1024)', `title VARCHAR(${bytes})`]]))
          .context;
      expect(await failure(migrate(await shorter(13)))).toContain(
        'staging_songs.title: 1 row has up to 14 bytes of text, and the model says 13, such as "Setanta matins"',
      );
      expect(await failure(migrate(await shorter(13), { excerpts: false }))).not.toContain('Setanta');
      expect(await readEverything(loader)).toEqual(before);
      const { status } = await migrate(await shorter(14));
      expect(status).toBe(engine.name === 'duckdb' ? 'up_to_date' : 'migrated');
    }));

  test('fills a new column for all history, each row from its file and run, also what was written since it was planned', () =>
    withRuns(engine, async (loader) => {
      const now = await changed(loader, DEVICE);
      const late: RunFiles = [[`${LOG_ROOT}/d.json`, as(OTHER_PLAY, { device: 'watch', itemInSession: 7 })]];
      const warehouse = beforeRun(loader.context.warehouse, () => loadRuns(loader, [late]));
      expect(await migrate({ ...now.context, warehouse })).toMatchObject({
        status: 'migrated',
        filled: [{ table: 'staging_events', files: 4, rows: 6, others: 0 }],
      });
      expect(await contentOf(now.context)).toEqual(await freshContent(engine, now.context.model, [...RUNS, late]));
      expect((await etl(now.context)).status).toBe('up_to_date');
      expect((await reconcile(now.context, { recounts: true })).disagreements).toEqual([]);
      expect((await latestUnknownKeys(loader.context)).map(({ table }) => table)).not.toContain('staging_events');
    }));

  test('two at once do it once', () =>
    withRuns(engine, async (loader) => {
      const now = await changed(loader, DEVICE);
      const reports = await Promise.all([1, 2].map(() => migrate({ ...now.context, firstPauseMilliseconds: 5 })));
      expect(reports.map(({ status }) => status).sort()).toEqual(['migrated', 'up_to_date']);
      expect(await contentOf(now.context)).toEqual(await freshContent(engine, now.context.model, RUNS));
    }));
});

/** Each step is tried at night, every fourth one in the quick run. */
const EVERY = scale.faultyStatements === Number.POSITIVE_INFINITY ? 1 : 4;

describeEach(
  engines.filter(({ reportsLive }) => reportsLive),
  'what is left when a migration ends early: no engine reports its steps',
)('a migration that ends early, on $name', (engine) => {
  test('leaves everything as it was, at whatever step', () =>
    withRuns(engine, async (loader) => {
      const { context } = await changed(loader, [...DEVICE, ...LEVELS]);
      const before = await readEverything(loader);
      let made: unknown;
      let ends = 0;
      for (let at = 1; made === undefined; at += EVERY) {
        const ended = endingAt(loader.context.warehouse, at);
        // The comparison of the tables is a batch of its own, and changes nothing.
        made = await migrate({ ...context, warehouse: ended }).catch((error: unknown) => {
          expect(String(error)).toContain('the process is gone');
          ends += 1;
        });
        if (made === undefined) expect(await readEverything(loader)).toEqual(before);
      }
      expect(ends).toBeGreaterThan(5);
      expect(await contentOf(context)).toEqual(await freshContent(engine, context.model, RUNS));
    }));
});
