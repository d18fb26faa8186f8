import { expect } from '@jest/globals';
import { identify } from '../../src/objects/bytes.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { undo } from '../../src/pipeline/undo.ts';
import type { Engine } from './engines.ts';
import { type Loader, type LoaderOptions, readStar, readTables, withLoader } from './loader.ts';
import { expectedStar } from './oracle.ts';
import { applyMove, historyOf, LOG_ROOT, linesOf, recordsOf, type Scenario } from './scenario.ts';
import { countRows, PLAY } from './trials.ts';

/** Undoes a run without asking. */
export const undoRun = ({ context }: Pick<Loader, 'context'>, run: string) => undo(context, { run }, async () => true);

/** Undoes a file without asking. */
export const undoFile = ({ context }: Pick<Loader, 'context'>, file: string) =>
  undo(context, { file }, async () => true);

/** Undone files stay out: under their names, and under those that they had got before or get after it. */
export async function keepsUndoneFilesOut(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const { context, store } = loader;
      const runs: string[] = [];
      for (const level of ['first', 'second', 'third']) {
        store.files.set(`${LOG_ROOT}/${level}.json`, linesOf([{ ...PLAY, level }]));
        runs.push(String((await etl(context)).runId));
      }
      const rename = (from: string, to: string) => {
        store.files.set(`${LOG_ROOT}/${to}.json`, store.files.get(`${LOG_ROOT}/${from}.json`) ?? '');
        store.files.delete(`${LOG_ROOT}/${from}.json`);
      };
      rename('first', 'moved');
      await etl(context);
      await undoRun(loader, runs[0] ?? '');
      await undoRun(loader, runs[2] ?? '');
      rename('third', 'renamed');
      expect((await etl(context)).tables[0]).toMatchObject({ files: 0, moved: 0, known: 1, undone: 2 });
      expect(await countRows(loader, 'staging_events')).toBe(1);
      expect((await readStar(context.warehouse)).users.map((user) => user[4])).toEqual(['second']);
    },
    options,
  );
}

/** A file that is undone takes with it what it brought in each run, and nothing of the files beside it. */
export async function takesOutOneFile(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const { context, store } = loader;
      const file = (name: string) => `${LOG_ROOT}/${name}.json`;
      const plays = (...items: readonly number[]) =>
        linesOf(items.map((itemInSession) => ({ ...PLAY, itemInSession, level: `level ${itemInSession}` })));
      store.files.set(file('a'), plays(1, 2, 3));
      store.files.set(file('b'), plays(4, 5));
      await etl(context);
      store.files.set(file('a'), plays(1, 6));
      store.files.set(file('0'), plays(7, 8));
      await etl(context);
      const { plan } = await undoFile(loader, file('a'));
      expect([plan.runs.length, plan.tables[0]]).toMatchObject([2, { files: 2, rows: 5 }]);
      expect((await etl(context)).status).toBe('up_to_date');
      const { rows } = await context.warehouse.query('SELECT iteminsession FROM staging_events ORDER BY 1');
      expect(rows.flat()).toEqual([4, 5, 7, 8]);
      expect(await countRows(loader, 'songplays')).toBe(4);
    },
    options,
  );
}

/** What a history with an undo is made of: moves before it, which of the runs is undone, and moves after it. */
export interface Undoing {
  readonly before: Scenario;
  readonly which: number;
  readonly after: Scenario;
}

/**
 * After any history, an undo leaves the star, staging and the ledger as if the run had never been, whatever was loaded
 * before and after it. What comes after the undo is loaded as ever, and nothing of the run comes back until that is asked for.
 */
export async function undoesOneRun(loader: Loader, { before, which, after }: Undoing): Promise<void> {
  const { context } = loader;
  const texts = new Texts(loader);
  for (const move of before) {
    applyMove(loader.store.files, move);
    await etl(context);
    await texts.note();
  }
  const history = historyOf(before).runs;
  const runs = (await status(context)).runs.toReversed();
  const made = history.filter(({ files }) => files > 0);
  expect(runs).toHaveLength(made.length);
  const run = runs[which % Math.max(1, runs.length)];
  if (run === undefined) return;
  const left = made.filter((_, at) => runs[at] !== run);
  const report = await undoRun(loader, run.runId);
  expect(report.plan.because).toBe(made.find((_, at) => runs[at] === run)?.loaded.length === 0 ? 'moved' : undefined);
  await isAs(loader, left);
  await undoRun(loader, run.runId);
  await goesOn(loader, { left, after, texts });
}

/** The same of a file: an undo leaves what the history gives without any load of it. */
export async function undoesOneFile(loader: Loader, { before, which, after }: Undoing): Promise<void> {
  const { context } = loader;
  const texts = new Texts(loader);
  for (const move of before) {
    applyMove(loader.store.files, move);
    await etl(context);
    await texts.note();
  }
  const { runs } = historyOf(before);
  const uris = [...new Set(runs.flatMap(({ loaded }) => loaded.map(([uri]) => uri)))].sort();
  const file = uris[which % Math.max(1, uris.length)];
  if (file === undefined) return;
  const left = runs.map(({ loaded }) => recordsOf(loaded.filter(([uri]) => uri !== file)));
  const { plan } = await undoFile(loader, file);
  const loads = runs.flatMap(({ loaded }) => loaded.filter(([uri]) => uri === file));
  expect([plan.because, plan.files.length]).toEqual([undefined, loads.length]);
  await isAs(loader, left);
  expect((await undoFile(loader, file)).plan.because).toBe('undone');
  await goesOn(loader, { left, after, texts });
}

/** After an undo, what comes is loaded as ever, and nothing comes back of what was undone until that is asked for. */
async function goesOn(
  loader: Loader,
  {
    left,
    after,
    texts,
  }: { readonly left: Parameters<typeof expectedStar>[0]; readonly after: Scenario; readonly texts: Texts },
): Promise<void> {
  const { context } = loader;
  const [newest] = (await status(context)).runs;
  expect((await etl(context)).status).toBe('up_to_date');
  expect(await readStar(context.warehouse)).toEqual(expectedStar(left));

  const undone = await versionsOf(loader, `status = 'undone'`);
  for (const move of after) {
    applyMove(loader.store.files, move);
    await etl(context);
    await texts.note();
    expect(await readStar(context.warehouse)).toEqual(expectedStar(await texts.runsOf()));
  }
  await isAs(loader, await texts.runsOf());
  const later = await versionsOf(
    loader,
    `status = 'loaded' AND loaded_at > (SELECT MAX(loaded_at) FROM load_ledger WHERE run_id = '${newest?.runId}')`,
  );
  expect(later.filter((version) => undone.includes(version))).toEqual([]);
  await etl({ ...context, again: true });
  await isAs(loader, await texts.runsOf());
  expect((await etl({ ...context, again: true })).status).toBe('up_to_date');
  expect((await etl(context)).tables.map((table) => table.undone)).toEqual([0, 0]);
}

/** The star, staging and reconcile are those of these runs. */
async function isAs(loader: Loader, runs: Parameters<typeof expectedStar>[0]): Promise<void> {
  const { warehouse } = loader.context;
  expect(await readStar(warehouse)).toEqual(expectedStar(runs));
  const staged = await readTables(warehouse, ['staging_events', 'staging_songs']);
  expect([staged.staging_events.length, staged.staging_songs.length]).toEqual([
    runs.reduce((sum, { events }) => sum + events.length, 0),
    runs.reduce((sum, { songs }) => sum + songs.length, 0),
  ]);
  // Files may be gone, and rows remain that no file holds; nothing else may differ.
  const { disagreements } = await reconcile(loader.context, { recounts: true });
  expect(disagreements.filter(({ rule }) => rule !== 'gone' && !rule.endsWith('_in_no_file'))).toEqual([]);
}

async function versionsOf({ context: { warehouse } }: Loader, where: string): Promise<readonly string[]> {
  const { rows } = await warehouse.query(`SELECT staging_table, uri, version FROM load_ledger WHERE ${where}`);
  return rows.map((row) => row.join(' '));
}

/** The texts of all files that a history has seen, by their names and versions. */
export class Texts {
  readonly #loader: Loader;
  readonly #texts = new Map<string, string>();

  constructor(loader: Loader) {
    this.#loader = loader;
  }

  async note(): Promise<void> {
    const { context, store } = this.#loader;
    for (const { root } of context.sources) {
      for await (const { objects } of store.list(root)) {
        for (const object of objects) {
          const { version } = await identify(store, object);
          this.#texts.set(`${object.uri} ${version}`, String(store.files.get(object.uri)));
        }
      }
    }
  }

  /** What the runs staged according to the ledger, in their order, without what was undone. */
  async runsOf() {
    const { rows } = await this.#loader.context.warehouse.query(
      "SELECT run_id, uri, version FROM load_ledger WHERE status = 'loaded' ORDER BY loaded_at",
    );
    const ids = [...new Set(rows.map(([id]) => id))];
    return ids.map((id) =>
      recordsOf(
        rows
          .filter(([run]) => run === id)
          .map(([, uri, version]) => [String(uri), this.#texts.get(`${uri} ${version}`) ?? 'unknown'] as const),
      ),
    );
  }
}
