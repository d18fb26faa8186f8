import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Tolerance } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { status } from '../../src/pipeline/status.ts';
import { loadedColumns, type Table } from '../../src/sql/catalogue.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { type EventRecord, expectedStar, type SongRecord } from '../support/oracle.ts';
import { scale } from '../support/scale.ts';
import { events, LOG_ROOT, SONG_ROOT, songs } from '../support/scenario.ts';
import { OTHER_PLAY, override, PLAY, SONG, writeSample } from '../support/trials.ts';

/** Bad records of every kind, each on a line of its own. */
const BAD = {
  malformed: '{"ts": 1, "page": oops}',
  unfinished: '{"ts": 1, "page": "Home',
  'no JSON': '{1, 2}',
  'a key twice': '{"ts": 1, "TS": 2, "song_id": "a", "SONG_ID": "b"}',
  'no number':
    '{"ts":"yesterday","page":"Home","sessionId":1,"itemInSession":0,"song_id":"S","artist_id":"A","year":"MM"}',
  'nothing in it': '{}',
  'too long': JSON.stringify({ ...PLAY, ...SONG, level: 'é'.repeat(200), song_id: 'x'.repeat(300) }),
  'no time': JSON.stringify({ ...PLAY, ts: 253402300800000 }),
} as const;

/** A line of a file: a good record, or what is wrong with it. */
type Line<T> = T | keyof typeof BAD;

interface Files {
  readonly logs: readonly (readonly Line<EventRecord>[])[];
  readonly songs: readonly (readonly Line<SongRecord>[])[];
}

const bad = fc.constantFrom(...(Object.keys(BAD) as (keyof typeof BAD)[]));
const fileOf = <T>(good: fc.Arbitrary<T>) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: good }, { weight: 2, arbitrary: bad }), { maxLength: 5 });
const files: fc.Arbitrary<Files> = fc.record({
  logs: fc.array(fileOf(events), { minLength: 1, maxLength: 3 }),
  songs: fc.array(fileOf(songs), { minLength: 1, maxLength: 3 }),
});

const isBad = <T>(line: Line<T>): line is keyof typeof BAD => typeof line === 'string';
const goodOf = <T>(lines: readonly Line<T>[]): readonly T[] => lines.filter((line): line is T => !isBad(line));
const textOf = (lines: readonly Line<unknown>[]) =>
  lines.map((line) => (isBad(line) ? BAD[line] : JSON.stringify(line))).join('\n');

/** Every file with its staging table and its lines. */
function filesOf({ logs, songs: catalogue }: Files) {
  return [
    ...logs.map((lines, index) => ({ table: 'staging_events', uri: `${LOG_ROOT}/${index}.json`, lines })),
    ...catalogue.map((lines, index) => ({ table: 'staging_songs', uri: `${SONG_ROOT}/${index}.json`, lines })),
  ];
}

function write(
  { store }: Loader,
  all: Files,
  only: (lines: readonly Line<unknown>[]) => readonly Line<unknown>[],
): void {
  for (const { uri, lines } of filesOf(all)) {
    store.files.set(uri, textOf(only(lines)));
  }
}

const KEEP_OUT: Tolerance = { maxErrors: 100, quarantine: false, excerpts: true };
const SET_ASIDE: Tolerance = { ...KEEP_OUT, quarantine: true };

function withTolerance(loader: Loader, tolerance: Tolerance | undefined) {
  return etl({ ...loader.context, tolerance });
}

async function rowsOf({ context: { warehouse } }: Loader, sql: string) {
  return (await warehouse.query(sql)).rows;
}

/** What the ledger says of each file, and that staging holds what it says. */
async function reconciled(loader: Loader) {
  const staged = await rowsOf(
    loader,
    'SELECT (SELECT COUNT(*) FROM staging_events) + (SELECT COUNT(*) FROM staging_songs)',
  );
  const sums = await rowsOf(loader, 'SELECT COALESCE(SUM(records - rejected), 0) FROM load_ledger');
  expect(Number(staged[0]?.[0])).toBe(Number(sums[0]?.[0]));
  return rowsOf(loader, 'SELECT uri, status, records, rejected FROM load_ledger ORDER BY uri, loaded_at');
}

const rejected = (loader: Loader) =>
  rowsOf(loader, 'SELECT staging_table, uri, line FROM rejected_records ORDER BY staging_table, uri, line');

/** The rows of rejected_records that files must give. */
function badLines(all: Files) {
  return filesOf(all).flatMap(({ table, uri, lines }) =>
    lines.flatMap((line, index) => (isBad(line) ? [[table, uri, index + 1]] : [])),
  );
}

/** The star of runs over parts of the files. */
function starOf(runs: readonly Pick<Files, 'logs' | 'songs'>[]) {
  return expectedStar(runs.map((run) => ({ events: run.logs.flatMap(goodOf), songs: run.songs.flatMap(goodOf) })));
}

const wholeOnly = <T>(all: readonly (readonly Line<T>[])[]) => all.filter((lines) => !lines.some(isBad));
const correctedOnly = <T>(all: readonly (readonly Line<T>[])[]) => all.filter((lines) => lines.some(isBad));

async function keepsOutRecords(loader: Loader, all: Files): Promise<void> {
  write(loader, all, (lines) => lines);
  const report = await withTolerance(loader, KEEP_OUT);
  expect(await readStar(loader.context.warehouse)).toEqual(starOf([all]));
  expect(await rejected(loader)).toEqual(badLines(all));
  expect(report.rejected).toBe(badLines(all).length);
  const counts = filesOf(all).map(({ uri, lines }) => [uri, 'loaded', lines.length, lines.filter(isBad).length]);
  expect(await reconciled(loader)).toEqual(counts);
  expect((await withTolerance(loader, KEEP_OUT)).status).toBe('up_to_date');

  write(loader, all, goodOf);
  await etl(loader.context);
  const corrected = { logs: correctedOnly(all.logs), songs: correctedOnly(all.songs) };
  expect(await readStar(loader.context.warehouse)).toEqual(starOf([all, corrected]));
  await reconciled(loader);
}

async function setsAsideFiles(loader: Loader, all: Files): Promise<void> {
  write(loader, all, (lines) => lines);
  const whole = { logs: wholeOnly(all.logs), songs: wholeOnly(all.songs) };
  const aside = filesOf(all).filter(({ lines }) => lines.some(isBad));
  const report = await withTolerance(loader, SET_ASIDE);
  expect(await readStar(loader.context.warehouse)).toEqual(starOf([whole]));
  expect(await rejected(loader)).toEqual(badLines(all));
  const counts = filesOf(all).map(({ uri, lines }) =>
    lines.some(isBad) ? [uri, 'quarantined', lines.length, lines.length] : [uri, 'loaded', lines.length, 0],
  );
  expect(await reconciled(loader)).toEqual(counts);
  // As they are they are not read again, and not forgotten either.
  for (const again of [report, await withTolerance(loader, SET_ASIDE), await etl(loader.context)]) {
    expect(again.quarantined.map(({ file }) => file)).toEqual(aside.map(({ uri }) => uri));
  }
  expect((await status(loader.context)).quarantined.map(({ uri }) => uri)).toEqual(aside.map(({ uri }) => uri));

  write(loader, all, goodOf);
  expect((await etl(loader.context)).quarantined).toEqual([]);
  const corrected = { logs: correctedOnly(all.logs), songs: correctedOnly(all.songs) };
  expect(await readStar(loader.context.warehouse)).toEqual(starOf([whole, corrected]));
  expect((await status(loader.context)).quarantined).toEqual([]);
  await reconciled(loader);
}

describe.each(engines)('bad records on $name', (engine) => {
  const numRuns = Math.ceil(scale.mixtures * engine.share);

  test('with errors tolerated, all other records load, and each rejected one is stored with its file and line', async () => {
    await fc.assert(
      fc.asyncProperty(files, (all) => withLoader(engine, (loader) => keepsOutRecords(loader, all))),
      { numRuns, endOnFailure: true },
    );
  }, 300_000);

  test('with quarantine, the files without any load, and the others once they are corrected', async () => {
    await fc.assert(
      fc.asyncProperty(files, (all) => withLoader(engine, (loader) => setsAsideFiles(loader, all))),
      { numRuns, endOnFailure: true },
    );
  }, 300_000);

  test('one is enough to refuse a load, and all are listed', () =>
    withLoader(engine, async (loader) => {
      writeSample(loader);
      loader.store.files.set(`${LOG_ROOT}/b.json`, [BAD['no number'], BAD.malformed, JSON.stringify(PLAY)].join('\n'));
      loader.store.files.set(`${LOG_ROOT}/c.json`, BAD.malformed);
      const before = await readEverything(loader);
      await expect(etl(loader.context)).rejects.toMatchObject({
        exitCode: 3,
        problems: [
          { file: `${LOG_ROOT}/b.json`, line: 1, column: 'ts' },
          { file: `${LOG_ROOT}/b.json`, line: 2, column: 19 },
          { file: `${LOG_ROOT}/c.json`, line: 1, column: 19 },
        ],
      });
      const allowed = withTolerance(loader, { ...KEEP_OUT, maxErrors: 2 });
      await expect(allowed).rejects.toMatchObject({ exitCode: 3, problems: { length: 3 } });
      expect(await readEverything(loader)).toEqual(before);
    }));

  test('a load that fails leaves none behind, whatever they were', () =>
    withLoader(engine, async (loader) => {
      writeSample(loader);
      loader.store.files.set(`${LOG_ROOT}/b.json`, BAD['no number']);
      const before = await readEverything(loader);
      const refuse = `SELECT CAST('x' AS VARCHAR(9)) AS offender, CAST(NULL AS VARCHAR(127)) AS staging_table,
        CAST(NULL AS VARCHAR(127)) AS staging_column, CAST(NULL AS VARCHAR(256)) AS staging_value FROM rejected_records`;
      const check = { name: 'no_rejects', phase: 'star' as const, severity: 'error' as const, sql: refuse };
      const { model } = loader.context;
      const context = { ...loader.context, model: { ...model, checks: [...model.checks, check] } };
      await expect(etl({ ...context, tolerance: KEEP_OUT })).rejects.toThrow('no_rejects');
      expect(await readEverything(loader)).toEqual(before);
    }));

  test('errors allowed are allowed for all the runs of a load together', () =>
    withLoader(engine, async (loader) => {
      for (const name of ['a', 'b', 'c']) {
        loader.store.files.set(`${LOG_ROOT}/${name}.json`, `${JSON.stringify(PLAY)}\n${BAD.malformed}`);
      }
      const context = { ...loader.context, maxRunBytes: 1, tolerance: { ...KEEP_OUT, maxErrors: 2 } };
      await expect(etl(context)).rejects.toMatchObject({ exitCode: 3 });
      expect((await reconciled(loader)).map(([uri]) => uri)).toEqual([`${LOG_ROOT}/a.json`, `${LOG_ROOT}/b.json`]);
    }));

  test('a mistake that breaks its whole file counts as one error', () =>
    withLoader(engine, async (loader) => {
      loader.store.files.set(`${LOG_ROOT}/a.json`, `${BAD.malformed}\n${JSON.stringify(PLAY, null, 1)}`);
      await expect(withTolerance(loader, { ...SET_ASIDE, maxErrors: 0 })).rejects.toThrow('one record is bad');
      await withTolerance(loader, { ...SET_ASIDE, maxErrors: 1 });
      expect(await rejected(loader)).toEqual([['staging_events', `${LOG_ROOT}/a.json`, null]]);
      await reconciled(loader);
    }));

  test('a file that is set aside loads without its bad records where errors are allowed', () =>
    withLoader(engine, async (loader) => {
      loader.store.files.set(`${LOG_ROOT}/a.json`, `${JSON.stringify(PLAY)}\n${BAD.malformed}`);
      loader.store.files.set(`${LOG_ROOT}/b.json`, JSON.stringify(OTHER_PLAY));
      await withTolerance(loader, SET_ASIDE);
      await withTolerance(loader, KEEP_OUT);
      expect(await reconciled(loader)).toEqual([
        [`${LOG_ROOT}/a.json`, 'quarantined', 2, 2],
        [`${LOG_ROOT}/a.json`, 'loaded', 2, 1],
        [`${LOG_ROOT}/b.json`, 'loaded', 1, 0],
      ]);
      expect((await etl(loader.context)).quarantined).toEqual([]);
    }));

  test('are not tolerated where the warehouse reads whole folders by itself', () =>
    withLoader(engine, async (loader) => {
      const folders = { ...loader.context, warehouse: override(loader.context.warehouse, { loads: 'folders' }) };
      for (const tolerance of [KEEP_OUT, SET_ASIDE]) {
        await expect(etl({ ...folders, tolerance })).rejects.toMatchObject({
          exitCode: 2,
          next: expect.stringContaining('WORK_PREFIX'),
        });
      }
    }));

  test('a column that is found by a path is named, too', () =>
    withLoader(engine, async ({ context, store }) => {
      const [events] = context.sources.filter(({ table }) => table.name === 'staging_events');
      const paths = loadedColumns(events?.table as Table).map(({ name }) =>
        name === 'ts' ? "$['deep'][0]" : `$['${name}']`,
      );
      const jsonpaths = 'memory://paths.json';
      store.files.set(jsonpaths, JSON.stringify({ jsonpaths: paths }));
      const record = { sessionid: 1, iteminsession: 0, page: 'Home' };
      const lines = [
        { ...record, deep: [1] },
        { ...record, deep: ['x'] },
        { ...record, ts: 1 },
      ];
      store.files.set(`${LOG_ROOT}/a.json`, lines.map((line) => JSON.stringify(line)).join('\n'));
      const sources = context.sources.map((source) => (source === events ? { ...source, jsonpaths } : source));
      const { rejects } = await etl({ ...context, sources, tolerance: KEEP_OUT });
      expect(rejects.map(({ line, column }) => [line, column])).toEqual([
        [2, 'ts'],
        [3, 'ts'],
      ]);
    }));

  test('texts of records are kept only where that is wanted, and are cut to what the column holds', () =>
    withLoader(engine, async (loader) => {
      const record = JSON.stringify({ ...PLAY, ts: '😀'.repeat(300) });
      loader.store.files.set(`${LOG_ROOT}/a.json`, record);
      await withTolerance(loader, KEEP_OUT);
      loader.store.files.set(`${LOG_ROOT}/a.json`, `\n${record}`);
      await withTolerance(loader, { ...KEEP_OUT, excerpts: false });
      const rows = await rowsOf(loader, 'SELECT line, column_name, excerpt FROM rejected_records ORDER BY line');
      expect(rows).toEqual([
        [1, 'ts', `${[...record].slice(0, 160).join('')}…`],
        [2, 'ts', null],
      ]);
    }));
});
