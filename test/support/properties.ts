import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { type Loader, readStar } from './loader.ts';
import { expectedStar } from './oracle.ts';
import {
  type Agreement,
  applyMove,
  historyOf,
  LOG_ROOT,
  linesOf,
  type Move,
  replayOf,
  type Scenario,
  SONG_ROOT,
} from './scenario.ts';

/**
 * I1 to I4 on one history: after every run the star is what the oracle makes of the raw records, so many rows were staged
 * as records were read, a further run loads nothing, and rebuild changes nothing.
 */
export async function holdsThroughHistory(loader: Loader, scenario: Scenario): Promise<void> {
  const { context, store } = loader;
  const { runs } = historyOf(scenario);
  for (const [index, move] of scenario.entries()) {
    applyMove(store.files, move);
    const run = runs[index] ?? { events: [], songs: [], files: 0 };
    const report = await etl(context);
    expect(report.status).toBe(run.files === 0 ? 'up_to_date' : 'loaded');
    expect(report.tables.map(({ records }) => records)).toEqual([run.events.length, run.songs.length]);
    expect(await readStar(context.warehouse)).toEqual(expectedStar(runs.slice(0, index + 1)));
  }
  expect((await etl(context)).status).toBe('up_to_date');
  await rebuild(context);
  expect(await readStar(context.warehouse)).toEqual(expectedStar(runs));
  expect(await countStaged(loader)).toEqual([
    sum(runs, ({ events }) => events.length),
    sum(runs, ({ songs }) => songs.length),
  ]);
}

/**
 * A restore: after a history, `create-tables` and `etl`, with some files under other names, the star is what the last run
 * of each content that is still there gives; so it is the star before, where every loaded content is there.
 */
export async function restores(
  { context, store }: Loader,
  scenario: Scenario,
  renames: Move['renames'],
): Promise<void> {
  for (const move of scenario) {
    applyMove(store.files, move);
    await etl(context);
  }
  const star = await readStar(context.warehouse);
  applyMove(store.files, { logs: [], songs: [], renames: renames ?? [] });
  const { runs, isWhole } = replayOf(historyOf(scenario), store.files);
  // Twice: what is not loaded in between is not forgotten.
  await createTables(context.model, context.warehouse, { force: true });
  await createTables(context.model, context.warehouse);
  const { missing } = await etl(context);
  const restored = await readStar(context.warehouse);
  expect(restored).toEqual(expectedStar(runs));
  expect(restored).toEqual(isWhole ? star : expect.anything());
  expect(missing.length === 0).toBe(isWhole || store.files.size === 0);
  expect((await etl(context)).status).toBe('up_to_date');
  await rebuild(context);
  expect(await readStar(context.warehouse)).toEqual(restored);
}

/** I2: two ways to cut the same files into runs, and one run over all of them, give the same star. */
export async function converges(loaders: readonly Loader[], { files, partitions }: Agreement): Promise<void> {
  const all = files.map(() => 0);
  const stars = [];
  for (const [index, loader] of loaders.entries()) {
    await loadInRuns(loader, files, partitions[index] ?? all);
    stars.push(await readStar(loader.context.warehouse));
  }
  const everything = { events: files.flatMap(({ events }) => events), songs: files.flatMap(({ songs }) => songs) };
  for (const star of stars) {
    expect(star).toEqual(expectedStar([everything]));
  }
}

async function loadInRuns(loader: Loader, files: Agreement['files'], partition: readonly number[]): Promise<void> {
  for (const run of [...new Set(partition)]) {
    for (const [index, { kind, events, songs }] of files.entries()) {
      if (partition[index] === run) {
        const root = kind === 'log' ? LOG_ROOT : SONG_ROOT;
        loader.store.files.set(`${root}/${index}.json`, linesOf(kind === 'log' ? events : songs));
      }
    }
    await etl(loader.context);
  }
}

async function countStaged({ context: { warehouse } }: Loader): Promise<readonly number[]> {
  const tables = ['staging_events', 'staging_songs'];
  const counts = await Promise.all(tables.map((table) => warehouse.query(`SELECT COUNT(*) FROM ${table}`)));
  return counts.map(({ rows }) => Number(rows[0]?.[0]));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
