import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { etl } from '../../src/pipeline/etl.ts';
import { loadedColumns } from '../../src/sql/catalogue.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { type Loader, openLoader } from '../support/loader.ts';
import { note } from '../support/notes.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

/** A value of JSON as it is written: members may occur twice, numbers and blanks are as they are. */
type Node =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, spelling: string, value: Node])[] }
  | { readonly kind: 'array'; readonly elements: readonly Node[] };
type Path = readonly (string | number)[];

const KEYS = ['a', 'b', 'a.b', 'é', '0', 'say "b"', 'a~1/b', '__proto__', 'constructor', "b]['b"] as const;
/** Keys that a jsonpaths file can name. */
const NAMED = KEYS.filter((key) => !key.includes("'"));
const LEAVES = [
  'null',
  'true',
  '"39"',
  '"1.0"',
  '7',
  '7.0',
  '4.60',
  '1e3',
  '-0.0',
  '1e-400',
  '""',
  '" "',
  '"x"',
  '"}]"',
];

const leaf: fc.Arbitrary<Node> = fc.constantFrom(...LEAVES).map((text) => ({ kind: 'leaf', text }));
const key = fc
  .constantFrom(...KEYS)
  .chain((name) =>
    fc
      .constantFrom(JSON.stringify(name), JSON.stringify(name), escaped(name))
      .map((spelling) => [name, spelling] as const),
  );
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 2, arbitrary: leaf },
    { weight: 3, arbitrary: objectOf(tie('node')) },
    { weight: 2, arbitrary: arrayOf(tie('node')) },
  ),
}));

function arrayOf(value: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  return fc.array(value, { maxLength: 3 }).map((elements) => ({ kind: 'array', elements }));
}

function objectOf(value: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((members) => ({
    kind: 'object',
    members: members.map(([[name, spelling], inner]) => [name, spelling, inner]),
  }));
}

/** A wanted key that occurs twice on the first level is a matter of framing: see values.test.ts. */
const record = objectOf(node).filter(
  (value) => value.kind === 'object' && new Set(value.members.map(([name]) => name)).size === value.members.length,
);

/** Paths of two keys or more for three columns; often the same, or one through the other. */
const token = fc.oneof(fc.constantFrom<string | number>('a', 'b', 'a', 'b'), fc.constantFrom(...NAMED), fc.nat(2));
const path: fc.Arbitrary<Path> = fc
  .tuple(fc.constantFrom('a', 'b'), fc.array(token, { maxLength: 3 }))
  .map(([first, rest]) => [first, ...rest]);
const MAPPED = ['level', 'userid', 'registration'] as const;
type Mapped = Readonly<Record<(typeof MAPPED)[number], Path>>;
const mapped: fc.Arbitrary<Mapped> = fc.record({ level: path, userid: path, registration: path });

function escaped(text: string): string {
  return `"${[...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
}

function render(value: Node, blank: string): string {
  const inside = (parts: readonly string[]) => parts.join(`${blank},${blank}`);
  switch (value.kind) {
    case 'leaf':
      return value.text;
    case 'array':
      return `[${blank}${inside(value.elements.map((element) => render(element, blank)))}]`;
    case 'object':
      return `{${inside(value.members.map(([, spelling, inner]) => `${spelling}:${blank}${render(inner, blank)}`))}}`;
  }
}

/** What the oracle says of a record or a value that no engine may load. */
const REFUSED = Symbol('refused');

/** The oracle: what stands at a path. */
function at(value: Node, [first, ...rest]: Path): Node | undefined | typeof REFUSED {
  if (first === undefined) return value;
  if (value.kind === 'leaf' && value.text === 'null') return undefined;
  if (typeof first === 'number') {
    const element = value.kind === 'array' ? value.elements[first] : undefined;
    return element === undefined ? REFUSED : at(element, rest);
  }
  const found = value.kind === 'object' ? value.members.filter(([name]) => name === first) : [];
  if (found.length > 1) return REFUSED;
  const [, , inner] = found[0] ?? [];
  return inner && at(inner, rest);
}

/** As sql/models/sparkify/staging/staging_events.sql has it; the text of a nested value can be longer. */
const LEVEL_BYTES = 256;

const HOLDS: Readonly<Record<keyof Mapped, (text: string, isText: boolean) => Value | typeof REFUSED>> = {
  level: (text) => (Buffer.byteLength(text) <= LEVEL_BYTES ? text : REFUSED),
  userid: (text, isText) =>
    /^\d+$/.test(text) || (!isText && /^-?\d\.0$/.test(text)) ? Math.trunc(Number(text)) + 0 : REFUSED,
  registration: (text) => (/^(7|39|7\.0|1\.0|4\.60|1e3|-0\.0)$/.test(text) ? Number(text) : REFUSED),
};

function held(value: Node | undefined, column: keyof Mapped, blank: string): Value | typeof REFUSED {
  if (value === undefined || (value.kind === 'leaf' && value.text === 'null')) return null;
  const json = render(value, blank);
  const isText = json.startsWith('"');
  const text: string = isText ? JSON.parse(json) : json;
  if (isText && text.trim() === '' && column !== 'level') return null;
  return HOLDS[column](text, isText);
}

/** The row of a record; undefined when it is refused. */
function rowOf(object: Node, paths: Mapped, blank: string): readonly Value[] | undefined {
  const row = MAPPED.map((column) => {
    const value = at(object, paths[column]);
    return value === REFUSED ? REFUSED : held(value, column, blank);
  });
  return row.includes(REFUSED) ? undefined : (row as Value[]);
}

/** The value that has a leaf at a path, and nothing else. */
function nested([first, ...rest]: Path, text: string): Node {
  if (first === undefined) return { kind: 'leaf', text };
  const inner = nested(rest, text);
  if (typeof first === 'string') return { kind: 'object', members: [[first, JSON.stringify(first), inner]] };
  const before = Array.from({ length: first }, (): Node => ({ kind: 'leaf', text: 'null' }));
  return { kind: 'array', elements: [...before, inner] };
}

/** One record that every engine loads and one that none does: on a server a single case may have no other of a kind. */
function bothKinds(paths: Mapped): readonly Node[] {
  return [{ kind: 'object', members: [] }, nested(paths.userid, '"x"')];
}

const PATHS_FILE = 'memory://paths/paths.json';
const expression = (tokens: Path) =>
  `$${tokens.map((one) => (typeof one === 'number' ? `[${one}]` : `['${one}']`)).join('')}`;

/** Loads records, each on a line of its own, those that are refused kept out; gives the rows by line. */
async function load({ context, store }: Loader, records: readonly string[], paths: Mapped) {
  await runSql(context.warehouse, 'DELETE FROM staging_events');
  await runSql(context.warehouse, 'DELETE FROM load_ledger');
  store.files.set(`${LOG_ROOT}/a.json`, records.join('\n'));
  const sources = context.sources.map((source) => {
    if (source.table.name !== 'staging_events') return source;
    const all = loadedColumns(source.table).map(({ name }) => expression(paths[name as keyof Mapped] ?? [name]));
    store.files.set(PATHS_FILE, JSON.stringify({ jsonpaths: all }));
    return { ...source, jsonpaths: PATHS_FILE };
  });
  const tolerance = { maxErrors: records.length, quarantine: false, excerpts: true };
  const { rejected } = await etl({ ...context, sources, tolerance });
  const { rows } = await context.warehouse.query(
    `SELECT sessionid, ${MAPPED.join(', ')} FROM staging_events ORDER BY sessionid`,
  );
  return { rows, rejected };
}

describe.each(engines)('paths below the first level on $name', (engine) => {
  let loader: Loader;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ loader, close } = await openLoader(engine));
  });
  afterAll(() => close());

  test('give the value that the oracle expects, or their record is refused', async () => {
    const verdicts = { loaded: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        mapped,
        fc.array(record, { minLength: 100, maxLength: 100, size: 'max' }),
        fc.constantFrom('', ' ', '\t '),
        async (paths, generated, blank) => {
          const objects = [...generated, ...bothKinds(paths)];
          const records = objects.map((object, index) => {
            const own = render(object, blank).slice(1, -1);
            return `{"sessionid":${index},"ts":${index},"iteminsession":0,"page":"Home"${own && ','}${own}}`;
          });
          const expected = objects.flatMap((object, index) => {
            const row = rowOf(object, paths, blank);
            return row === undefined ? [] : [[index, ...row]];
          });
          const { rows, rejected } = await load(loader, records, paths);
          expect(rows).toEqual(expected);
          expect(rejected).toBe(records.length - expected.length);
          verdicts.loaded += expected.length;
          verdicts.refused += rejected;
        },
      ),
      // Shrinking a hundred records takes many minutes.
      { numRuns: Math.ceil((scale.values * engine.share) / 10), endOnFailure: true },
    );
    note('Figures', `paths on ${engine.name}: ${verdicts.loaded} records loaded, ${verdicts.refused} refused`);
    expect(Math.min(verdicts.loaded, verdicts.refused)).toBeGreaterThan(0);
  });
});
