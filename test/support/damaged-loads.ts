import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import type { Tolerance } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { DamagedFile } from './damage.ts';
import { endOf } from './hostile.ts';
import { type Loader, readEverything } from './loader.ts';
import { events, LOG_ROOT } from './scenario.ts';
import { PLAY, writeSample } from './trials.ts';

const FILE = `${LOG_ROOT}/damaged.json`;
const tolerating = (maxErrors: number, quarantine = false): Tolerance => ({ maxErrors, quarantine, excerpts: true });

const LINE = JSON.stringify(PLAY);
/** Would be an event if it stood alone. */
const INNER = JSON.stringify({ ...PLAY, userId: '666', sessionId: 666 });
const times = (count: number, line: string) => `${line}\n`.repeat(count);

/** Files with a mistake, in which nobody can tell where the malformed record ends. */
export const BROKEN_FILES: Readonly<Record<string, string>> = {
  'commas before the records': `${LINE}\n${times(2000, `,${LINE}`)}`,
  'commas behind the records': `${times(2000, `${LINE},`)}${LINE}\n`,
  'a log prefix before the records': `${LINE}\n${times(1000, `2018-11-01 INFO ${LINE}`)}${LINE}\n`,
  'a number before the records': `${LINE}\n${times(1000, `12 ${LINE}`)}${LINE}\n`,
  'a line that breaks off before a value, and swallows the next': `${LINE}\n{"x":\n${times(3, LINE)}`,
  'a line that breaks off inside a text, joined with the next': `${LINE}\n{"x":"y${times(3, LINE)}`,
  'an object of a malformed record on a line of its own': `${LINE}\n{"x":[\n${INNER}\n],oops}\n${LINE}\n`,
  'an object of an unfinished record on a line of its own': `${LINE}\n{"x":\n${INNER}\n`,
  'a pretty-printed record with a mistake': `${JSON.stringify(PLAY, null, 2)}\n{\n  "ts": oops,\n  "x": 1\n}\n${times(3, LINE)}`,
  'a record on several lines behind a mistake': `{"ts":oops}\n${JSON.stringify(PLAY, null, 2)}\n`,
  'an array without its end': `[\n${LINE},\n${LINE}\n`,
  'returns for line ends': `${LINE}\r{"ts":oops}\r${LINE}\r`,
  'NULs before a record': `${LINE}\n\0\0\0\0${LINE}\n${LINE}\n`,
  'a byte order mark between records': `${LINE}\n\ufeff${LINE}\n${LINE}\n`,
  'a line separator of Unicode between records': `${LINE}\u2028${LINE}\n${LINE}\n`,
};

/**
 * No number of errors covers a broken file: the load is refused. It can be set aside, and nothing of it is staged; to
 * reconcile that is the same.
 */
export async function refusesBrokenFiles(loader: Loader, files: readonly (readonly [string, string])[]): Promise<void> {
  writeSample(loader);
  await etl(loader.context);
  const before = await readEverything(loader);
  for (const [name, content] of files) {
    loader.store.files.set(FILE, content);
    for (const maxErrors of [1, 1_000_000]) {
      const end = await endOf(() => etl({ ...loader.context, tolerance: tolerating(maxErrors) }));
      const text = expect.stringMatching(/one file is broken as a whole; nothing was loaded\n[\s\S]*--quarantine/);
      expect([name, end]).toEqual([name, { code: 3, text }]);
    }
  }
  expect(await readEverything(loader)).toEqual(before);
  await setsBrokenFilesAside(loader, files, before);
}

async function setsBrokenFilesAside(
  { context, store, ...rest }: Loader,
  files: readonly (readonly [string, string])[],
  before: Awaited<ReturnType<typeof readEverything>>,
): Promise<void> {
  store.files.delete(FILE);
  for (const [index, [, content]] of files.entries()) store.files.set(`${LOG_ROOT}/broken-${index}.json`, content);
  const { quarantined } = await etl({ ...context, tolerance: tolerating(1_000_000, true) });
  expect(quarantined).toHaveLength(files.length);
  const after = await readEverything({ context, store, ...rest });
  for (const table of ['staging_events', 'users', 'songplays']) expect(after[table]).toEqual(before[table]);
  expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
}

/** Events that hold another one, and texts that look like records. */
export const nestingEvents: fc.Arbitrary<string> = fc
  .record({
    event: events,
    x: fc.constantFrom<unknown>(JSON.parse(INNER), [JSON.parse(INNER), 1], INNER, `}\n${INNER}`, '"', {}),
    isFirst: fc.boolean(),
  })
  .map(({ event, x, isFirst }) => JSON.stringify(isFirst ? { x, ...event } : { ...event, x }));

/**
 * A load of a damaged file is refused and leaves it unknown, or stages every line that it does not count as an error, with
 * the values that somebody wrote there.
 */
export async function loadsWhatWasWritten(
  loader: Loader,
  uri: string,
  file: DamagedFile,
): Promise<'refused' | 'kept out' | 'whole'> {
  const { context, store } = loader;
  store.files.set(uri, file.bytes);
  const end = await endOf(() => etl({ ...context, tolerance: tolerating(1_000_000) }));
  const ledger = await rowsOf(loader, `SELECT records, rejected FROM load_ledger WHERE uri = '${uri}'`);
  if (end.code !== 0) {
    store.files.delete(uri);
    expect([end, ledger]).toEqual([{ code: 3, text: expect.stringContaining('broken as a whole') }, []]);
    return 'refused';
  }
  const staged = await rowsOf(
    loader,
    `SELECT s.ts, s.sessionid, s.iteminsession, s.userid
    FROM staging_events s JOIN load_ledger l ON l.loaded_at = s.loaded_at WHERE l.uri = '${uri}'`,
  );
  const rejects = await rowsOf(loader, `SELECT line, column_name FROM rejected_records WHERE uri = '${uri}'`);
  expect(ledger.map((counts) => counts.map(Number))).toEqual([[staged.length + rejects.length, rejects.length]]);
  if (rejects.every(([, column]) => column !== null)) {
    return 'whole';
  }
  const bad = new Set(rejects.map(([line]) => Number(line)));
  expect(bad.size).toBe(rejects.length);
  const good = file.lines.filter(({ bytes }, index) => /[^ \t\r\ufeff]/.test(String(bytes)) && !bad.has(index + 1));
  expect(good.filter(({ isWritten }) => !isWritten)).toEqual([]);
  expect(inOrder(staged)).toEqual(inOrder(good.map(({ bytes }) => keyOf(String(bytes)))));
  return 'kept out';
}

async function rowsOf({ context: { warehouse } }: Loader, sql: string) {
  return (await warehouse.query(sql)).rows;
}

const inOrder = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => row.map((value) => String(value ?? '')).join()).sort();

/** An event's key as it stands in a line; the case of keys does not count. */
function keyOf(line: string): readonly unknown[] {
  const fields = Object.entries(JSON.parse(line.replace(/^\ufeff/, '')) as Record<string, unknown>);
  const named = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]));
  return ['ts', 'sessionid', 'iteminsession', 'userid'].map((name) => named.get(name) ?? null);
}
