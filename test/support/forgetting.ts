import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { parseCondition } from '../../src/pipeline/condition.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { type ForgetReport, forget } from '../../src/pipeline/forget.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { Engine } from './engines.ts';
import { type Loader, type LoaderOptions, readStar, readTables, withLoader } from './loader.ts';
import { type EventRecord, expectedStar, rtrim, type SongRecord, type StagedRun } from './oracle.ts';
import { applyMove, LOG_ROOT, linesOf, type Move, scenarios } from './scenario.ts';
import { beforeRun, countRows, OTHER_PLAY, PLAY } from './trials.ts';
import { Texts } from './undoing.ts';

/** Forgets somebody without asking. */
export const forgetThem = (
  { context }: Pick<Loader, 'context'>,
  where: string,
  table?: string,
): Promise<ForgetReport> => forget(context, { condition: parseCondition(where), table }, async () => true);

/** Whose records are forgotten, and which they are. */
interface Person {
  readonly where: string;
  readonly table?: string;
  readonly event?: (event: EventRecord) => boolean;
  readonly song?: (song: SongRecord) => boolean;
}

export const PEOPLE: readonly Person[] = [
  { where: 'userid = 7', event: ({ userId }) => userId === '7' },
  {
    where: "userId='008' and firstname = Ann",
    event: ({ userId, firstName }) => userId === '8' && firstName === 'Ann',
  },
  { where: 'ts = -1', event: ({ ts }) => ts === -1 },
  { where: "artist_id = 'AR1'", song: ({ artist_id }) => rtrim(artist_id) === 'AR1' },
  { where: 'duration = 218.931790', song: ({ duration }) => duration === 218.93179 },
  { where: "location = ''", event: ({ location }) => location === '' },
];

/** A history of loads, and of people who are forgotten between them. */
export type Remembering = readonly (Move | Person)[];

export const rememberings: fc.Arbitrary<Remembering> = fc
  .tuple(scenarios, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PEOPLE)), { minLength: 1, maxLength: 3 }))
  .map(([moves, people]) =>
    people.reduce<Remembering>((all, [at, person]) => all.toSpliced(at % (all.length + 1), 0, person), moves),
  );

const isPerson = (step: Move | Person): step is Person => 'where' in step;

/** The runs of a load that never had the records of these people. */
const without = (runs: readonly StagedRun[], people: readonly Person[]): readonly StagedRun[] =>
  runs.map(({ events, songs }) => ({
    events: events.filter((event) => !people.some((person) => person.event?.(event))),
    songs: songs.filter((song) => !people.some((person) => person.song?.(song))),
  }));

/**
 * Whatever is loaded before and after people are forgotten, the warehouse is that of a load that never had their records:
 * also after the tables are made anew, with the history and without.
 */
export async function leavesThemOut(loader: Loader, history: Remembering, replays: boolean): Promise<void> {
  const { context } = loader;
  const texts = new Texts(loader);
  const people: Person[] = [];
  for (const step of history) {
    if (isPerson(step)) {
      people.push(step);
      await forgetThem(loader, step.where, step.table);
    } else {
      applyMove(loader.store.files, step);
      await etl(context);
      await texts.note();
    }
    await isAs(loader, without(await texts.runsOf(), people), isPerson(step));
  }
  await createTables(context.model, context.warehouse, { force: true, commented: false });
  await etl({ ...context, replays });
  await isAs(loader, without(await texts.runsOf(), people));
  expect(await forgetThem(loader, String(people[0]?.where))).toMatchObject({ plan: { rows: 0, isDone: true } });
}

async function isAs(loader: Loader, runs: readonly StagedRun[], agrees = true): Promise<void> {
  const { warehouse } = loader.context;
  expect(await readStar(warehouse)).toEqual(expectedStar(runs));
  const staged = await readTables(warehouse, ['staging_events', 'staging_songs']);
  expect([staged.staging_events.length, staged.staging_songs.length]).toEqual([
    runs.reduce((sum, { events }) => sum + events.length, 0),
    runs.reduce((sum, { songs }) => sum + songs.length, 0),
  ]);
  if (!agrees) return;
  // Files may be gone, and rows remain that no file holds; nothing else may differ.
  const { disagreements } = await reconcile(loader.context, { recounts: true });
  expect(disagreements.filter(({ rule }) => rule !== 'gone' && !rule.endsWith('_in_no_file'))).toEqual([]);
}

/** A person is gone from all tables, and stays so: when the file is loaded again, and in new tables. */
export async function forgetsForGood(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const { context, store } = loader;
      const tolerance = { maxErrors: 10, quarantine: false, excerpts: true };
      const bad = { ...PLAY, level: 'x'.repeat(1000) };
      const other = { ...OTHER_PLAY, userId: '40' };
      store.files.set(`${LOG_ROOT}/a.json`, linesOf([PLAY, other, bad]));
      await etl({ ...context, tolerance });
      await forgetThem(loader, 'userid = 39');
      const isGone = async () => {
        expect([await countRows(loader, 'staging_events'), await countRows(loader, 'users')]).toEqual([1, 1]);
        expect(await countRows(loader, 'rejected_records')).toBe(0);
        expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      };
      await isGone();
      store.files.set(`${LOG_ROOT}/a.json`, linesOf([PLAY, bad, other]));
      await etl({ ...context, tolerance });
      expect(await countRows(loader, 'staging_events')).toBe(2);
      await createTables(context.model, context.warehouse, { force: true, commented: false });
      await etl({ ...context, tolerance });
      await isGone();
    },
    options,
  );
}

/** A load that was planned before somebody is forgotten, and commits after it, is without their records. */
export async function leavesThemOutOfAPlannedLoad(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const { context, store } = loader;
      store.files.set(`${LOG_ROOT}/a.json`, linesOf([PLAY, { ...OTHER_PLAY, userId: '40' }]));
      await etl({ ...context, warehouse: beforeRun(context.warehouse, () => forgetThem(loader, 'userid = 39')) });
      expect(await countRows(loader, 'staging_events')).toBe(1);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
    },
    options,
  );
}
