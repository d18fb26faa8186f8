import { expect } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { LOG_ROOT, type Loader, linesOf, readStar, SONG_ROOT } from './loader.ts';
import { expectedStar, type StagedRun } from './oracle.ts';
import type { Agreement, History, Scenario } from './scenario.ts';

/**
 * I1 to I4 on one history: after every run the star is what the oracle makes of the raw records, so many rows were staged
 * as records were read, a further run loads nothing, and rebuild changes nothing. Returns the history.
 */
export async function holdsThroughHistory(loader: Loader, scenario: Scenario): Promise<History> {
  const { context } = loader;
  const runs: StagedRun[] = [];
  const versions = new Map<string, string[]>();
  for (const move of scenario) {
    const { logs, songs } = writeFiles(loader, move, versions);
    const report = await etl(context);
    const run = { events: logs.flatMap(({ events }) => events), songs: songs.flatMap((file) => file.songs) };
    runs.push(run);
    expect(report.status).toBe(logs.length + songs.length === 0 ? 'up_to_date' : 'loaded');
    expect(report.tables.map(({ records }) => records).sort()).toEqual([run.events.length, run.songs.length].sort());
    expect(await readStar(context.warehouse)).toEqual(expectedStar(runs));
  }
  expect((await etl(context)).status).toBe('up_to_date');
  await rebuild(context);
  expect(await readStar(context.warehouse)).toEqual(expectedStar(runs));
  expect(await countStaged(loader)).toEqual([
    sum(runs, ({ events }) => events.length),
    sum(runs, ({ songs }) => songs.length),
  ]);
  const restored = [...versions.values()].some((texts) => new Set(texts).size < texts.length);
  return { runs, restored };
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

/** Writes a move's files; returns those that are not what was last loaded under their name. */
function writeFiles({ store }: Loader, { logs, songs }: Scenario[number], versions: Map<string, string[]>) {
  const isNew = (uri: string, text: string) => {
    store.files.set(uri, text);
    const known = versions.get(uri) ?? [];
    versions.set(uri, known);
    return known.at(-1) !== text && known.push(text) > 0;
  };
  return {
    logs: logs.filter(({ file, events }) => isNew(`${LOG_ROOT}/${file}.json`, linesOf(events))),
    songs: songs.filter((one) => isNew(`${SONG_ROOT}/${one.file}.json`, linesOf(one.songs))),
  };
}

async function countStaged({ context: { warehouse } }: Loader): Promise<readonly number[]> {
  const tables = ['staging_events', 'staging_songs'];
  const counts = await Promise.all(tables.map((table) => warehouse.query(`SELECT COUNT(*) FROM ${table}`)));
  return counts.map(({ rows }) => Number(rows[0]?.[0]));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
