import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { keyPath } from '../../src/sql/key-paths.ts';
import { engines } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { inMemory, withModelOf } from '../support/models.ts';

const MODEL = {
  'staging/staging_orders.sql':
    '-- source: ORDERS\n-- ignore: left\n-- key: id\nCREATE TABLE staging_orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n)\n',
  'star/orders.sql':
    '-- key: id\nCREATE TABLE orders (\n  id BIGINT NOT NULL,\n  city VARCHAR(20)\n);\n\nSELECT id, city FROM current_orders\n',
};
const PATHS = { 'staging/staging_orders.jsonpaths': JSON.stringify({ jsonpaths: ['$.id', '$.buyer.city'] }) };

type Member = readonly [key: string, value: string];
const key = fc.constantFrom('x', 'X', 'left', 'LEFT', '__proto__', 'rescued', 'a.b', 'buyer', 'é', 'new\nline');
const value = fc.constantFrom('1', '"x"', 'null', '{"city":"Cork","zip":[1]}', '[{"a":1},2]', '1e3');
const record = fc.record({
  isBad: fc.boolean(),
  city: fc.option(fc.constantFrom('"Cork"', 'null', '7'), { nil: undefined }),
  others: fc.array(fc.tuple(key, value), { maxLength: 5 }),
});
const step = fc.record({
  keeps: fc.boolean(),
  files: fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
});

type Record = (typeof record extends fc.Arbitrary<infer T> ? T : never) & { readonly id: number };

/** A bad record has no id. */
function membersOf({ id, isBad, city, others }: Record): readonly Member[] {
  const own: Member[] = [
    ...(isBad ? [] : [['id', String(id)] as const]),
    ...(city === undefined ? [] : [['city', city] as const]),
  ];
  return [...others.slice(0, 2), ...own, ...others.slice(2)];
}

function textOf(members: readonly Member[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** The unknown members, where columns match by name. */
function unknownIn(one: Record): readonly Member[] {
  return membersOf(one).filter(
    ([name]) => !['id', 'city', 'left'].includes(name.replaceAll(/[A-Z]/g, (sign) => sign.toLowerCase())),
  );
}

interface LoadedFile {
  readonly keeps: boolean;
  readonly good: readonly Record[];
}
type Loaded = ReadonlyMap<string, LoadedFile>;

/** Loads the steps one after the other, each with files of its own. Returns the records of each file by its name. */
async function loadAll(
  context: LoadContext,
  files: Map<string, string | Uint8Array>,
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<Loaded> {
  const loaded = new Map<string, LoadedFile>();
  let records = 0;
  for (const [at, { keeps, files: some }] of steps.entries()) {
    for (const [index, drawn] of some.entries()) {
      // A first record of its own, so that no file is a copy of another.
      const all = [{ isBad: false, city: undefined, others: [] }, ...drawn].map((one, place) => ({
        ...one,
        id: records + place,
      }));
      records += all.length;
      const uri = `memory://ORDERS/${at}-${index}.json`;
      files.set(uri, all.map((one) => `${textOf(membersOf(one))}\n`).join(''));
      loaded.set(uri, { keeps, good: all.filter(({ isBad }) => !isBad) });
    }
    const tolerance = { maxErrors: 99, quarantine: false, excerpts: true };
    await etl({ ...context, unknownKeys: keeps ? 'keep' : 'warn', tolerance });
  }
  return loaded;
}

/** Holds the ledger to the records: what was met is the sum, and by name how many are unknown. Returns how many are kept. */
async function checkLedger({ warehouse }: LoadContext, loaded: Loaded, isByName: boolean): Promise<number> {
  const sql = 'SELECT uri, keys_met, keys_loaded, keys_rescued, keys_ignored, keys_unknown FROM load_ledger';
  const rows = (await warehouse.query(sql)).rows.map(([uri, ...counts]) => [String(uri), counts.map(Number)] as const);
  expect(rows).toHaveLength(loaded.size);
  let kept = 0;
  for (const [uri, [met = 0, taken = 0, rescued = 0, ignored = 0, unknown = 0]] of rows) {
    expect(met).toBe(taken + rescued + ignored + unknown);
    const { keeps, good } = loaded.get(uri) as LoadedFile;
    expect(keeps ? unknown : rescued).toBe(0);
    kept += rescued;
    if (!isByName) continue;
    expect([met, rescued + unknown]).toEqual([good.flatMap(membersOf).length, good.flatMap(unknownIn).length]);
  }
  return kept;
}

/** Holds the texts that are kept to the records. */
async function checkStaged({ warehouse }: LoadContext, loaded: Loaded): Promise<void> {
  const { rows } = await warehouse.query('SELECT id, rescued FROM staging_orders ORDER BY id');
  const due = [...loaded.values()].flatMap(({ keeps, good }) =>
    good.map((one) => [one.id, keeps ? keptOf(one) : null]),
  );
  expect(rows).toEqual(due);
}

function keptOf(one: Record): string | null {
  const unknown = unknownIn(one).map(([name, text]) => [keyPath(name), text] as const);
  return unknown.length === 0 ? null : textOf(unknown);
}

describe.each(engines)('every key on $name', (engine) => {
  test.each([
    ['by their names', {}],
    ['by paths', PATHS],
  ])(
    'is loaded, rescued, ignored or unknown, and counted again by reconcile, with columns that take values %s',
    async (_, paths) => {
      const isByName = Object.keys(paths).length === 0;
      let kept = 0;
      await withModelOf({ ...MODEL, ...paths }, (model) =>
        fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), (steps) =>
            withLoader(
              engine,
              async (loader) => {
                const context = inMemory(loader);
                const loaded = await loadAll(context, loader.store.files, steps);
                kept += await checkLedger(context, loaded, isByName);
                if (isByName) await checkStaged(context, loaded);
                expect(await reconcile(context, { recounts: true })).toMatchObject({ disagreements: [], notes: [] });
              },
              { model },
            ),
          ),
          { numRuns: Math.ceil(4 * engine.share) },
        ),
      );
      expect(kept).toBeGreaterThan(0);
    },
  );
});
