import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DataError, StarloadError } from '../../src/errors.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { loadedColumns } from '../../src/sql/catalogue.ts';
import { engines } from '../support/engines.ts';
import { type Loader, openLoader } from '../support/loader.ts';
import { note } from '../support/notes.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

/** Values at the edges of what JSON, doubles, 64 bits, text and this loader take. */
const LEAVES = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-0.0',
    '7',
    '7.0',
    '7.50',
    '4.60',
    '1e3',
    '1E400',
    '-1e400',
    '1e-400',
    '-1E-400',
  ],
  ...[
    '1.7976931348623157e308',
    '1.7976931348623159e308',
    '2.2250738585072014e-308',
    '2.2250738585072013e-308',
    '4.9e-324',
  ],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '9'.repeat(400)],
  ...[
    '0.1000000000000000055511151231257827',
    '123456789.123456789',
    '9007199254740993',
    '1e0',
    '0e0',
    '0.0000000',
    '1e+22',
    '1e21',
  ],
  ...[
    '"39"',
    '" 39"',
    '"39 "',
    '"\\u00a039"',
    '"\u00a039"',
    '"1.0"',
    '"0x1F"',
    '"NaN"',
    '"Infinity"',
    '"-0.0"',
    '"1e-400"',
    '"+5"',
  ],
  ...[
    '"007"',
    '"-0"',
    '"1_000"',
    '"1e3"',
    '"1E400"',
    '".5"',
    '"5."',
    '"٣"',
    '"１"',
    '"1d"',
    '"1f"',
    '"inf"',
    '"1,5"',
    '"true"',
  ],
  ...[
    '""',
    '" "',
    '"   "',
    '"\\t"',
    '"\\n"',
    '"\\r\\n"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\u001f"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
  ],
  ...[
    '"\\ud83d\\ude00"',
    '"😀"',
    '"\\ufeff"',
    '"\ufeff"',
    '"\\ufeff39"',
    '"\\u00a0"',
    '"\u00a0"',
    '"\u2028"',
    '"\\u2029"',
    '"e\\u0301"',
  ],
  ...[
    '"é"',
    '"a\\/b"',
    '"}]"',
    '"\\\\N"',
    '"\\\\"',
    '"\\""',
    '"@NULL@"',
    '"NULL"',
    '"x  "',
    '"\ufffd"',
    '"\uffff"',
    '"\\uffff"',
    '"\\u007f"',
  ],
  ...[
    `"${'é'.repeat(128)}"`,
    `"${'é'.repeat(129)}"`,
    `"${'a'.repeat(256)}  "`,
    `"${'a'.repeat(257)}"`,
    `"${'😀'.repeat(64)}"`,
  ],
  ...[
    `${'['.repeat(70)}${']'.repeat(70)}`,
    `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[1e-400]',
  ],
] as const;
const KEYS = [
  'a',
  'a',
  'b',
  'A',
  '0',
  'é',
  '\\u0061',
  ' a',
  'a ',
  '',
  '\ufeffa',
  '__proto__',
  '\\u00a0',
  '\\ud83d\\ude00',
] as const;
const TOKENS = ['a', 'b', 'A', '0', 'é', ' a', 'a ', '\ufeffa', '\u00a0', '😀', '__proto__'] as const;
const MAPPED = ['level', 'userid', 'registration', 'length'] as const;

const blank = fc.constantFrom('', '', '', ' ', '\t', '  ');
const { node } = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...LEAVES) },
    { weight: 3, arbitrary: objectOf(tie('node')) },
    { weight: 2, arbitrary: arrayOf(tie('node')) },
  ),
}));

function objectOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(fc.constantFrom(...KEYS), blank, value), { minLength: 1, maxLength: 3 })
    .map(
      (members) =>
        `{${members.map(([key, space, inner]) => `${space}"${key}"${space}:${space}${inner}${space}`).join()}}`,
    );
}

function arrayOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(blank, value), { maxLength: 3 })
    .map((all) => `[${all.map(([space, one]) => `${space}${one}${space}`).join()}]`);
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b').map((key) => `['${key}']`) },
  { weight: 2, arbitrary: fc.constantFrom(...TOKENS).map((key) => `['${key}']`) },
  { weight: 2, arbitrary: fc.nat({ max: 2 }).map((index) => `[${index}]`) },
  { weight: 1, arbitrary: fc.constantFrom("['0']", '[9]', "['a'][0]") },
);
const path = fc
  .tuple(fc.constantFrom("$['a']", "$['b']", "$['A']"), fc.array(step, { maxLength: 2 }))
  .map(([first, rest]) => first + rest.join(''));
const paths = fc.array(path, { minLength: MAPPED.length, maxLength: MAPPED.length });
/** Most have a plain number where many values are no number, so that more than the least is loaded. */
const number = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('7', '"7"', 'null', '7.0') },
  { weight: 1, arbitrary: node },
);
const records = fc.array(fc.tuple(objectOf(node), node, number), { minLength: 200, maxLength: 200, size: 'max' });

const PATHS_FILE = 'memory://paths/paths.json';

/** Points the columns under test at paths, or leaves them to their names. */
function context({ context: own, store }: Loader, expressions: readonly string[] | undefined): Loader['context'] {
  if (expressions === undefined) {
    return own;
  }
  const sources = own.sources.map((source) => {
    if (source.table.name !== 'staging_events') return source;
    const all = loadedColumns(source.table).map(({ name }) => {
      const at = MAPPED.indexOf(name as (typeof MAPPED)[number]);
      return at === -1 ? `$['${name}']` : expressions[at];
    });
    store.files.set(PATHS_FILE, JSON.stringify({ jsonpaths: all }));
    return { ...source, jsonpaths: PATHS_FILE };
  });
  return { ...own, sources };
}

/** What comes of a file on an engine: the rows, and what was refused, or why all was. */
async function outcome(loader: Loader, text: string, expressions: readonly string[] | undefined, tolerant: boolean) {
  const { warehouse } = loader.context;
  await runSql(warehouse, 'DELETE FROM staging_events');
  await runSql(warehouse, 'DELETE FROM load_ledger');
  loader.store.files.set(`${LOG_ROOT}/a.json`, text);
  const tolerance = tolerant ? { maxErrors: 1000, quarantine: false, excerpts: true } : undefined;
  try {
    const { rejected, rejects } = await etl({ ...context(loader, expressions), tolerance });
    const { rows } = await warehouse.query(
      `SELECT sessionid, ${MAPPED.join(', ')} FROM staging_events ORDER BY sessionid`,
    );
    const exact = rows.map((row) =>
      row.map((value) => (Object.is(value, -0) ? '-0.0' : typeof value === 'bigint' ? String(value) : value)),
    );
    return { rows: exact, rejected, rejects };
  } catch (error) {
    // A refusal of the engine's own, which names no record, is one that our reader has let through.
    expect(error).toBeInstanceOf(StarloadError);
    return { message: (error as Error).message, names: error instanceof DataError && error.problems.length > 0 };
  }
}

const opened: { readonly name: string; readonly loader: Loader; readonly close: () => Promise<void> }[] = [];
beforeAll(async () => {
  for (const engine of engines) {
    opened.push({ name: engine.name, ...(await openLoader(engine)) });
  }
});
afterAll(async () => {
  for (const { close } of opened) await close();
});

test('records with unusual values, nested to any depth, give the same rows or the same refusal on every engine, and every refusal names its record', async () => {
  const seen = { loaded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(records, fc.option(paths, { nil: undefined }), async (all, expressions) => {
      const lines = all.map(
        ([object, level, userid], index) =>
          `{"sessionid":${index},"ts":${index},"iteminsession":0,"page":"Home","level":${level},"userId":${userid},${object.slice(1)}`,
      );
      const [first, ...others] = await inTurn(({ loader }) => outcome(loader, lines.join('\n'), expressions, true));
      for (const other of others) expect(other).toEqual(first);
      expect(first).not.toHaveProperty('message');
      seen.loaded += first?.rows?.length ?? 0;
      seen.refused += first?.rejected ?? 0;
      // Alone, and with nothing tolerated, a record has the same fate.
      const kept = new Set(first?.rows?.map(([index]) => Number(index)));
      for (const index of [0, 1, 2]) {
        for (const alone of await inTurn(({ loader }) => outcome(loader, lines[index] ?? '', expressions, false))) {
          expect(alone).toMatchObject(
            kept.has(index) ? { rows: [first?.rows?.find(([id]) => Number(id) === index)] } : { names: true },
          );
        }
      }
    }),
    { numRuns: Math.ceil(scale.values / 25), endOnFailure: true },
  );
  note(
    'Figures',
    `odd values on ${opened.map(({ name }) => name).join(', ')}: ${seen.loaded} loaded, ${seen.refused} refused`,
  );
  expect(Math.min(seen.loaded, seen.refused)).toBeGreaterThan(0);
}, 900_000);

async function inTurn<T>(action: (engine: (typeof opened)[number]) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (const engine of opened) results.push(await action(engine));
  return results;
}
