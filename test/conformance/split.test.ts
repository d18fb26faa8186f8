import { describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/objects/memory.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { status } from '../../src/pipeline/status.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/trials.ts';

const BAD = '{"ts":"x"}';

/** Files that are loaded in this order, each in a run of its own: the song is the smaller source. */
function write({ store }: Loader, logs: readonly string[]): void {
  store.files.set(`${SONG_ROOT}/a.json`, linesOf([SONG]));
  for (const [index, text] of logs.entries()) {
    store.files.set(`${LOG_ROOT}/${index}.json`, text);
  }
}

const split = (context: LoadContext): LoadContext => ({ ...context, maxRunBytes: 1 });
const play = (ts: number) => linesOf([{ ...PLAY, ts }]);

/** The warehouse, where another loader takes the second file of events just before this one's third run would. */
function overtaken({ context, store }: Loader): Warehouse {
  const other = new MemoryStore();
  other.files.set(`${LOG_ROOT}/1.json`, store.files.get(`${LOG_ROOT}/1.json`) ?? '');
  let batches = 0;
  const run: Warehouse['run'] = async (...args) => {
    batches += 1;
    if (batches === 3) {
      await etl({ ...context, storeOf: () => other });
    }
    return context.warehouse.run(...args);
  };
  return new Proxy(context.warehouse, {
    get(target, name) {
      const value = name === 'run' ? run : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const loadedUris = async ({ context: { warehouse } }: Loader) =>
  (await warehouse.query('SELECT uri FROM load_ledger ORDER BY uri')).rows.map(([uri]) => String(uri));

describe.each(engines.map((engine) => [engine.name, engine] as const))('a split load on %s', (_, engine) => {
  test('with a bad record says which runs are committed, and they are', () =>
    withLoader(engine, async (loader) => {
      write(loader, [play(1541000000001), BAD, play(1541000000002)]);
      const error = await failureOf(etl(split(loader.context)));
      expect([error.exitCode, error.headline]).toEqual([
        3,
        'one record cannot be loaded; runs 1 to 2 of 4 are committed and stay (2 files, 2 records); the others are not loaded',
      ]);
      expect(error.committed).toEqual({
        run_id: expect.any(String),
        runs: 2,
        of: 4,
        files: 2,
        records: 2,
        rejected: 0,
      });
      const { runs } = await status(loader.context);
      expect(runs.map(({ runId }) => runId)).toEqual([2, 1].map((run) => `${error.committed?.run_id}.${run}`));
      loader.store.files.set(`${LOG_ROOT}/1.json`, play(1541000000003));
      const report = await etl(split(loader.context));
      expect(report.tables.map(({ files, known }) => [files, known])).toEqual([
        [2, 1],
        [0, 1],
      ]);
    }));

  test('that fails in its first run says that nothing was loaded', () =>
    withLoader(engine, async (loader) => {
      loader.store.files.set(`${LOG_ROOT}/a.json`, BAD);
      loader.store.files.set(`${LOG_ROOT}/b.json`, play(1541000000001));
      const error = await failureOf(etl(split(loader.context)));
      expect([error.headline, error.committed]).toEqual(['one record cannot be loaded; nothing was loaded', undefined]);
      expect(await loadedUris(loader)).toEqual([]);
    }));

  test('that fails a check says which run is committed', () =>
    withLoader(engine, async (loader) => {
      write(loader, [play(253402300800000)]);
      const error = await failureOf(etl(split(loader.context)));
      expect(error.headline).toMatch(
        /^a check failed \(.*\); run 1 of 2 is committed and stays \(1 file, 1 record\); the others are not loaded$/,
      );
    }));

  test('counts the errors of all its runs together, and says so', () =>
    withLoader(engine, async (loader) => {
      write(loader, [`${play(1541000000001)}\n${BAD}`, `${BAD}\n${BAD}`, play(1541000000002)]);
      const tolerance = { maxErrors: 2, quarantine: false, excerpts: true };
      const error = await failureOf(etl({ ...split(loader.context), tolerance }));
      expect(error.headline).toBe(
        '3 records are bad, but only 2 are allowed (the first 2 are listed); runs 1 to 2 of 4 are committed and stay (2 files, 2 records, 1 rejected); the others are not loaded',
      );
    }));

  test('that is planned again reports everything it loaded, and counts all errors', () =>
    withLoader(engine, async (loader) => {
      write(loader, [`${play(1541000000001)}\n${BAD}`, linesOf([OTHER_PLAY]), `${play(1541000000002)}\n${BAD}`]);
      const tolerance = { maxErrors: 2, quarantine: false, excerpts: true };
      const warehouse = overtaken(loader);
      const report = await etl({ ...split(loader.context), warehouse, tolerance });
      expect(loader.events.filter(({ type }) => type === 'again')).toHaveLength(1);
      expect([report.status, report.rejected, report.rejects.length]).toEqual(['loaded', 2, 2]);
      expect(report.tables).toMatchObject([
        { table: 'staging_events', files: 2, known: 1, records: 4, rejected: 2 },
        { table: 'staging_songs', files: 1, known: 0, records: 1, rejected: 0 },
      ]);
      expect(await loadedUris(loader)).toHaveLength(4);
      const { runs } = await status(loader.context);
      expect(runs.filter(({ runId }) => runId.startsWith(String(report.runId)))).toHaveLength(3);
    }));

  test('that is planned anew refuses one error too many, whichever plan met it', () =>
    withLoader(engine, async (loader) => {
      write(loader, [`${play(1541000000001)}\n${BAD}`, linesOf([OTHER_PLAY]), `${play(1541000000002)}\n${BAD}`]);
      const tolerance = { maxErrors: 1, quarantine: false, excerpts: true };
      const warehouse = overtaken(loader);
      const error = await failureOf(etl({ ...split(loader.context), warehouse, tolerance }));
      expect(error.headline).toMatch(
        /^2 records are bad, but only 1 is allowed.*; runs 1 to 2 of 3 are committed and stay/,
      );
    }));

  test('that is stopped between two runs says which are committed', () =>
    withLoader(engine, async (loader) => {
      write(loader, [play(1541000000001), play(1541000000002)]);
      const stop = new AbortController();
      const emit: LoadContext['emit'] = ({ type }) =>
        type === 'committed' && stop.abort(new InterruptedError('SIGINT', ''));
      const error = await failureOf(etl({ ...split(loader.context), signal: stop.signal, emit }));
      expect([error.name, error.exitCode, error.committed]).toEqual([
        'InterruptedError',
        130,
        { run_id: expect.any(String), runs: 1, of: 3, files: 1, records: 1, rejected: 0 },
      ]);
      expect(await loadedUris(loader)).toEqual([`${SONG_ROOT}/a.json`]);
    }));
});
