import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { OTHER_PLAY, PLAY, SONG, writeSample } from '../support/trials.ts';

const HOME = { ...PLAY, itemInSession: 9, page: 'Home' };

/** What a reconciliation found: kinds and their examples. */
async function differences({ context }: Loader, recounts = false): Promise<Record<string, readonly string[]>> {
  const { disagreements } = await reconcile(context, { recounts });
  expect(disagreements.every(({ count, examples, next }) => count >= examples.length && next !== '')).toBe(true);
  return Object.fromEntries(disagreements.map(({ rule, examples }) => [rule, examples]));
}

/** Changes the warehouse behind the loader's back. */
async function tamper({ context: { warehouse } }: Loader, sqls: readonly string[]): Promise<void> {
  const steps = sqls.map((sql, index) => ({ kind: 'sql' as const, name: `tamper_${index}`, sql }));
  await warehouse.run({ name: `tamper-${Math.random()}`, locks: false, steps });
}

/** One that loaded a sample with two plays, a page view and two songs. */
function withLoaded(engine: Engine, action: (loader: Loader) => Promise<void>): Promise<void> {
  return withLoader(engine, async (loader) => {
    writeSample(loader);
    loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([OTHER_PLAY, HOME]));
    loader.store.files.set(`${SONG_ROOT}/b.json`, linesOf([{ ...SONG, song_id: 'SOB', title: 'Other' }]));
    await etl(loader.context);
    await action(loader);
  });
}

/** Rounds of statements that make tables disagree, each in its own way; the last is beyond what a rebuild mends. */
const CHANGES: readonly Readonly<Record<string, readonly string[]>>[] = [
  {
    "DELETE FROM current_events WHERE page = 'Home'": ['current_events'],
    'INSERT INTO songs SELECT * FROM songs': ['songs'],
    "INSERT INTO artists (artist_id, name) SELECT 'AR0', 'Nobody' FROM load_run": ['artists'],
    'DELETE FROM users': ['users'],
    'INSERT INTO time SELECT * FROM time': ['time'],
  },
  {
    "DELETE FROM current_songs WHERE song_id = 'SOB'": ['current_songs'],
    "UPDATE songplays SET song_id = 'SOB' WHERE song_id IS NOT NULL": ['songplays'],
  },
  {
    'DELETE FROM songplays WHERE song_id IS NULL': ['time'],
    'DELETE FROM staging_events WHERE iteminsession = 1': ['current_events', 'staged_rows', 'users'],
  },
];

describe.each(engines)('reconcile on $name', (engine) => {
  test('finds that all agree after a load, and before one that files are missing', () =>
    withLoaded(engine, async (loader) => {
      expect(await reconcile(loader.context, { recounts: true })).toMatchObject({
        sources: [
          { table: 'staging_events', files: 2, records: 3 },
          { table: 'staging_songs', files: 2, records: 2 },
        ],
        disagreements: [],
        notes: [],
        seconds: { sources: expect.any(Number), star: expect.any(Number), files: expect.any(Number) },
      });
      loader.store.files.set(`${LOG_ROOT}/c.json`, linesOf([]));
      expect(await differences(loader)).toEqual({ missing: [`${LOG_ROOT}/c.json`] });
    }));

  test('names changed and gone files, and the rows that no file holds any more', () =>
    withLoaded(engine, async (loader) => {
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([HOME]));
      loader.store.files.delete(`${SONG_ROOT}/b.json`);
      const { notes } = await reconcile(loader.context, { recounts: false });
      expect(notes).toEqual([expect.stringContaining('--recount lists them')]);
      const unheld = {
        gone: [`${SONG_ROOT}/b.json`],
        events_in_no_file: [
          `the event of ts ${OTHER_PLAY.ts}, sessionId ${OTHER_PLAY.sessionId}, itemInSession 1, userId 39`,
        ],
        songs_in_no_file: ['song SOB'],
      };
      expect(await differences(loader, true)).toEqual({ changed: [`${LOG_ROOT}/b.json`], ...unheld });
      await etl(loader.context);
      expect(await differences(loader, true)).toEqual(unheld);
      expect(await differences(loader)).toEqual({ gone: unheld.gone });
    }));

  test('counts again what the ledger says, and names a file that cannot be read', () =>
    withLoaded(engine, async (loader) => {
      await tamper(loader, [`UPDATE load_ledger SET records = 5 WHERE uri = '${LOG_ROOT}/b.json'`]);
      loader.store.files.set(`${SONG_ROOT}/b.json`, '{"song_id":');
      expect(await differences(loader, true)).toEqual({
        recounted: [`${LOG_ROOT}/b.json: the ledger says 5 records, it holds 2`],
        unreadable: [expect.stringContaining(`${SONG_ROOT}/b.json, line 1: `)],
        changed: [`${SONG_ROOT}/b.json`],
        staged_rows: [expect.stringMatching(/staging_events, the run of .*: the ledger says 6 rows, there are 3/)],
      });
    }));

  test('knows what was kept out: bad records, files that were set aside', () =>
    withLoaded(engine, async (loader) => {
      const tolerance = { maxErrors: 9, quarantine: false, excerpts: true };
      loader.store.files.set(`${LOG_ROOT}/b.json`, `{"ts":oops}\n${linesOf([{ ...HOME, itemInSession: 10 }])}\n{}`);
      await etl({ ...loader.context, tolerance });
      loader.store.files.set(`${SONG_ROOT}/b.json`, `{1}\n${linesOf([{ ...SONG, song_id: 'SOC' }])}`);
      await etl({ ...loader.context, tolerance: { ...tolerance, quarantine: true } });
      expect(await differences(loader)).toEqual({});
      expect((await reconcile(loader.context, { recounts: false })).notes).toContain(
        `one file is set aside until corrected: ${SONG_ROOT}/b.json; npm run status says why`,
      );
      expect(await differences(loader, true)).toEqual({
        events_in_no_file: [expect.stringContaining('itemInSession 9,'), expect.stringContaining('itemInSession 1,')],
        songs_in_no_file: ['song SOB'],
      });
    }));

  test('names a file whose rejected records are not as many as the ledger says', () =>
    withLoaded(engine, async (loader) => {
      loader.store.files.set(`${LOG_ROOT}/b.json`, '{"ts":oops}\n');
      await etl({ ...loader.context, tolerance: { maxErrors: 9, quarantine: false, excerpts: true } });
      await tamper(loader, ['DELETE FROM rejected_records']);
      expect(await differences(loader)).toEqual({
        rejected_records: [
          expect.stringMatching(/b.json, the run of .*: the ledger says 1 .*, rejected_records has 0$/),
        ],
      });
    }));

  test('knows the broken files that were set aside, and says that it did not look for rows that are in no file', () =>
    withLoaded(engine, async (loader) => {
      const tolerance = { maxErrors: 9, quarantine: true, excerpts: true };
      for (const broken of [`{\n${linesOf([SONG])}`, `,${linesOf([SONG])}`, `${linesOf([SONG])}{"x":[\n{}\n`]) {
        loader.store.files.set(`${SONG_ROOT}/b.json`, broken);
        await etl({ ...loader.context, tolerance });
        const { disagreements, notes } = await reconcile(loader.context, { recounts: true });
        expect(disagreements).toEqual([]);
        expect(notes).toEqual([
          expect.stringContaining('since a file could not be read to its end'),
          expect.stringContaining('one file is set aside'),
        ]);
      }
      loader.store.files.set(`${SONG_ROOT}/b.json`, `,${linesOf([SONG])}`);
      const { disagreements } = await reconcile(loader.context, { recounts: true });
      expect(disagreements.map(({ rule }) => rule)).toEqual(['unreadable', 'changed']);
    }));

  test('knows a broken gzip file that was set aside, and names one that broke or changed since', () =>
    withLoaded(engine, async (loader) => {
      const uri = `${LOG_ROOT}/z.json.gz`;
      const whole = gzipSync(linesOf([HOME, PLAY, OTHER_PLAY]));
      const broken = whole.subarray(0, whole.length - 9);
      loader.store.files.set(uri, broken);
      await etl({ ...loader.context, tolerance: { maxErrors: 9, quarantine: true, excerpts: true } });
      for (const recounts of [false, true]) {
        const { disagreements, notes } = await reconcile(loader.context, { recounts });
        expect(disagreements).toEqual([]);
        expect(notes).toContain(`one file is set aside until corrected: ${uri}; npm run status says why`);
      }
      loader.store.files.set(uri, Buffer.from(broken).fill(0, broken.length - 2));
      const changed = { unreadable: [expect.stringContaining('not a whole gzip file')], changed: [uri] };
      expect(await differences(loader, true)).toEqual(changed);
      loader.store.files.set(uri, whole);
      await etl(loader.context);
      loader.store.files.set(uri, Buffer.from(whole).fill(0, whole.length - 9));
      expect(await differences(loader, true)).toMatchObject(changed);
    }));

  test('notices every change of a table that the loader did not make', () =>
    withLoaded(engine, async (loader) => {
      for (const round of CHANGES) {
        await rebuild(loader.context);
        await tamper(loader, Object.keys(round));
        expect(Object.keys(await differences(loader)).sort()).toEqual(Object.values(round).flat().sort());
      }
    }));
});
