import { expect, test } from '@jest/globals';
import type { LedgerFile } from '../../src/pipeline/ledger.ts';
import { compareKeys, keptBefore } from '../../src/pipeline/reconcile/keys.ts';
import type { KeyCounts } from '../../src/records/key-tally.ts';

const KEYS: KeyCounts = { met: 10, loaded: 4, rescued: 3, ignored: 2, unknown: 1 };

function entry(uri: string, changes: Partial<LedgerFile> = {}): LedgerFile {
  const file = { table: 't', uri, version: 'v', size: 9, records: 1, rejected: 0, status: 'loaded' as const };
  return { ...file, versions: 1, copies: 1, keys: KEYS, rescued: KEYS.rescued, keysModel: 'm', ...changes };
}

function compared(entries: readonly LedgerFile[], uris = ['a'], folders = 0) {
  const files = uris.map((uri) => ({
    object: { uri, label: `/${uri}`, size: 9, version: undefined },
    ...{
      version: 'v',
      size: 9,
      records: 1,
      rejected: 0,
      forgotten: 0,
      number: 1,
      quarantined: false,
      keys: { ...KEYS, told: undefined, missing: undefined },
    },
  }));
  return compareKeys([{ entries, folders, prepared: { files }, digests: { plain: 'm', kept: 'k' } }]);
}

const AGREED = { disagreements: [], notes: [] };

test.each(Object.keys(KEYS) as (keyof KeyCounts)[])('another number of keys %s is found', (what) => {
  expect(compared([entry('a')])).toEqual(AGREED);
  const { disagreements, notes } = compared([entry('a', { keys: { ...KEYS, [what]: KEYS[what] + 1 } })]);
  expect(disagreements).toMatchObject([{ rule: 'recounted_keys', count: 1 }]);
  expect(disagreements[0]?.examples[0]).toContain(`/a: the ledger says ${what === 'met' ? 11 : 10} keys met`);
  expect(notes).toEqual([]);
});

test('what was not counted, or counted for another model, is not compared, and that is told', () => {
  const other = { keys: { ...KEYS, met: 99 } };
  const others = [entry('a', { keys: undefined }), entry('a', { ...other, keysModel: 'n' })];
  for (const one of [...others, entry('a', { ...other, rejected: 1 })]) {
    expect(compared([one])).toEqual({ disagreements: [], notes: [expect.stringContaining('one file or folder')] });
  }
  expect(compared([], [], 2).notes).toEqual([expect.stringContaining('2 files or folders')]);
});

test('what was kept is known, unless the model has changed since', () => {
  const digests = { plain: 'm', kept: 'k' };
  const [plain, kept] = [entry('a', { rescued: 0 }), entry('b', { keysModel: 'k', version: 'w' })];
  const moved = entry('c', { status: 'moved', keys: undefined, rescued: 0, keysModel: undefined, version: 'w' });
  const isKept = keptBefore([plain, kept, moved], digests);
  expect(['a', 'b', 'c', 'd'].map((uri) => isKept?.({ uri }))).toEqual([false, true, true, false]);
  for (const keysModel of ['n', undefined]) {
    expect(keptBefore([plain, entry('b', { keys: undefined, keysModel })], digests)).toBeUndefined();
  }
});

test('a file that was moved is compared with a file of the same content', () => {
  const moved = entry('b', { status: 'moved', keys: undefined });
  const wrong = entry('a', { keys: { ...KEYS, met: 11 } });
  expect(compared([entry('a'), moved], ['b'])).toEqual(AGREED);
  expect(compared([wrong, moved], ['b']).disagreements).toMatchObject([{ count: 1 }]);
  expect(compared([wrong, entry('c'), moved], ['b'])).toEqual(AGREED);
  expect(compared([entry('a', { version: 'w' }), moved], ['b']).notes).toHaveLength(1);
});
