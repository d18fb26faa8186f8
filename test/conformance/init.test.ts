import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { modelFiles } from '../../src/init/documents.ts';
import type { KeyPlace } from '../../src/init/place.ts';
import { type PlannedSource, planModel } from '../../src/init/plan.ts';
import { readSource } from '../../src/init/read.ts';
import { LocalStore } from '../../src/objects/local.ts';
import { budgetsOf } from '../../src/pipeline/budget.ts';
import { checkSteps } from '../../src/pipeline/checks.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Model, tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { render } from '../../src/sql/render.ts';
import { countStatements, MAX_STATEMENTS } from '../../src/warehouse/redshift/statements.ts';
import { engines, withFolder } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { assertPortable } from '../support/portable.ts';
import { scale } from '../support/scale.ts';

const LIMIT = { most: MAX_STATEMENTS, needs: countStatements };

/** JSON that keeps what JSON.parse does not: every key, and the text of numbers. */
type Json =
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'array'; readonly elements: readonly Json[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Json])[] };
type Members = readonly (readonly [string, Json])[];

function textOf(json: Json): string {
  switch (json.kind) {
    case 'raw':
      return json.text;
    case 'text':
      return JSON.stringify(json.text);
    case 'array':
      return `[${json.elements.map(textOf).join(',')}]`;
    case 'object':
      return recordOf(json.members);
  }
}

function recordOf(members: Members): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`;
}

const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const raw = (text: string): Json => ({ kind: 'raw', text });
const quoted = (text: string): Json => ({ kind: 'text', text });
const object = (members: Members): Json => ({ kind: 'object', members });
const array = (elements: readonly Json[]): Json => ({ kind: 'array', elements });
const anyText = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', ''));

const scalar: fc.Arbitrary<Json> = fc.oneof(
  few('null', 'true', 'false', '0', '-0', '1.0', '1e400', '5e-324', '9223372036854775808', '12345678901234567.5').map(
    raw,
  ),
  fc.maxSafeInteger().map((value) => raw(String(value))),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => raw(String(value))),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => raw(JSON.stringify(value))),
  fc.oneof(anyText, few('', ' ', '1', 'a ', '2024-02-29 10:00:00', '2024-02-29T10:00:00Z')).map(quoted),
);

const KEYS = [
  'id',
  'a',
  'A',
  'a b',
  'order',
  'row_id',
  'loaded_at',
  '__proto__',
  '',
  "it's",
  'é',
  'created_at',
  'x.y',
  'name',
];
const key = fc.oneof({ weight: 8, arbitrary: few(...KEYS) }, { weight: 1, arbitrary: anyText });

function objectOf(value: fc.Arbitrary<Json>): fc.Arbitrary<Members> {
  return fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 6 });
}

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map(array) },
    { weight: 2, arbitrary: objectOf(tie('value')).map(object) },
  ),
}));

/** Records of one shape, so that columns have values of one kind, and of any shape. */
const shaped = fc
  .uniqueArray(fc.tuple(key, few(...KINDS())), { selector: ([name]) => name, minLength: 1, maxLength: 6 })
  .chain((shape) =>
    fc.array(
      fc
        .tuple(...shape.map(([name, kind]) => kind.map((one) => [name, one] as const)))
        .map((members): Members => members),
      { minLength: 1, maxLength: 6 },
    ),
  );
const records = fc.oneof(shaped, fc.array(objectOf(value), { minLength: 1, maxLength: 6 }));

/** Values of one kind, for a whole column. */
function KINDS(): readonly fc.Arbitrary<Json>[] {
  return [
    fc.integer().map((one) => raw(String(one))),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => raw(JSON.stringify(one))),
    fc.boolean().map((one) => raw(String(one))),
    anyText.map(quoted),
    few('2024-02-29 10:00:00', '2023-01-01 00:00:00').map(quoted),
    few('2024-02-29T10:00:00Z', '2023-01-01T00:00:00+00:00').map(quoted),
    fc.integer({ min: 1_500_000_000, max: 1_800_000_000 }).map((one) => raw(String(one))),
    fc.tuple(fc.integer({ min: 1, max: 3 }), anyText).map(([id, name]) =>
      object([
        ['id', raw(String(id))],
        ['name', quoted(name)],
      ]),
    ),
  ];
}

function* placesBelow(place: KeyPlace): Generator<KeyPlace> {
  for (const child of place.children) {
    yield child;
    yield* placesBelow(child);
  }
}

/** Makes a model of records, reads it, and passes both on. */
async function withModel(
  lines: readonly string[],
  action: (model: Model, planned: PlannedSource, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    mkdirSync(join(folder, 'things'));
    writeFileSync(join(folder, 'things', 'a.json'), lines.map((line) => `${line}\n`).join(''));
    const store = new LocalStore();
    const context = { storeOf: () => store, emit: () => undefined, signal: new AbortController().signal };
    const names = { key: 'THINGS', table: 'things' };
    const read = await readSource(context, { root: join(folder, 'things'), names, key: undefined });
    expect({ records: read.search.records, bad: read.bad }).toEqual({ records: lines.length, bad: 0 });
    const leaves = [...placesBelow(read.search.profile.root)].filter(({ children }) => children.length === 0);
    if (leaves.every(({ path }) => path.some((one) => /^$|['\\]/.test(one)))) return;
    const [planned] = planModel([read]) as [PlannedSource];
    for (const [file, text] of modelFiles([planned], { config: '', commandLine: (command) => command })) {
      mkdirSync(dirname(join(folder, 'model', file)), { recursive: true });
      writeFileSync(join(folder, 'model', file), text);
    }
    await action(loadModel(join(folder, 'model')), planned, folder);
  });
}

/** Where the records of a model's sources are. */
function sourcesOf(model: Model, folder: string) {
  return tablesOf(model, 'staging').map((table) => ({
    table,
    root: join(folder, 'things'),
    jsonpaths: table.jsonpaths,
  }));
}

/** What a column must hold of a record. */
function expected(members: Members, { place, type }: PlannedSource['columns'][number]): unknown {
  const found = place.path.reduce<Json | undefined>(
    (json, name) => (json?.kind === 'object' ? json.members.find(([one]) => one === name)?.[1] : undefined),
    { kind: 'object', members },
  );
  if (found === undefined || textOf(found) === 'null') return null;
  const text = found.kind === 'text' ? found.text : textOf(found);
  if (type === 'BIGINT') return String(BigInt(text));
  if (type === 'DOUBLE PRECISION') return String(Number(text) + 0);
  return type === 'TIMESTAMP' ? `${text}.000` : text;
}

const asText = (value: unknown) =>
  value === null ? null : typeof value === 'number' ? String(value + 0) : String(value);
const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

test('a model that init makes is portable SQL, and fits a batch of Redshift', () => {
  const people = few(1, 2, 3).map((id) =>
    object([
      ['id', raw(String(id))],
      ['name', quoted('x')],
    ]),
  );
  const wide = fc.array(
    fc
      .tuple(
        ...['actor', 'repo', 'org', 'team', 'a', 'b', 'c', 'd', 'e'].map((name) =>
          people.map((one) => [name, one] as const),
        ),
      )
      .map(
        (things): Members => [
          ['id', raw('1')],
          ['at', quoted('2024-01-01T00:00:00.5Z')],
          ['ts', raw('1700000000')],
          ...things,
        ],
      ),
    { minLength: 1, maxLength: 3 },
  );
  return fc.assert(
    fc.asyncProperty(fc.oneof(records, wide), (all) =>
      withModel(all.map(recordOf), async (model) => {
        const stamp = "TIMESTAMP '2018-11-01 00:00:00'";
        const checks = (['staged', 'star'] as const).flatMap((phase) => checkSteps(model, phase, 'load'));
        for (const { sql } of [...model.derivation.load, ...model.derivation.rebuild, ...checks, ...model.queries]) {
          assertPortable(render(sql, { now: stamp, since: stamp }));
        }
        const engine = { engine: 'redshift', now: 'SYSDATE', loads: 'parts', statementLimit: LIMIT } as const;
        for (const { needs, most } of budgetsOf(model, engine)) expect(needs).toBeLessThanOrEqual(most);
      }),
    ),
    { numRuns: scale.inits.duckdb },
  );
});

describe.each(engines)('a model that init makes on $name', (engine) => {
  test('accepts every record that init has read, and holds its values', async () => {
    const property = fc.asyncProperty(records, (all) =>
      withModel(all.map(recordOf), (model, { columns }, folder) =>
        columns.length === 0
          ? Promise.resolve()
          : withLoader(
              engine,
              async ({ context }) => {
                const store = new LocalStore();
                const [table] = tablesOf(model, 'staging');
                const own = { ...context, sources: sourcesOf(model, folder), storeOf: () => store };
                const report = await etl(own);
                expect(report.warnings).toEqual([]);
                expect(report.unknownKeys).toEqual([]);
                const names = columns.map(({ name }) => name);
                const { rows } = await context.warehouse.query(`SELECT ${names.join(', ')} FROM ${table?.name}`);
                const wanted = all.map((members) => columns.map((column) => expected(members, column)));
                expect(sorted(rows.map((row) => row.map(asText)))).toEqual(sorted(wanted));
                expect((await reconcile(own, { recounts: true })).disagreements).toEqual([]);
                expect((await rebuild(own)).rows).toEqual(report.rows);
              },
              { model },
            ),
      ),
    );
    await fc.assert(property, { numRuns: scale.inits[engine.name === 'duckdb' ? 'duckdb' : 'servers'] });
  });

  test('makes times of texts to the microsecond, however many digits they have', () => {
    const texts = ['05Z', '05.1Z', '05.12+00:00', '05.123Z', '05.12345Z', '05.123456Z', '05.123456999+00:00'];
    const lines = texts.map((text, id) => JSON.stringify({ id, sent: `2024-02-29T03:04:${text}` }));
    return withModel([...lines, '{"id":99,"sent":"2024-03-01T03:04:05.1234567Z"}'], (model, planned, folder) =>
      withLoader(
        engine,
        async ({ context }) => {
          const store = new LocalStore();
          await etl({ ...context, sources: sourcesOf(model, folder), storeOf: () => store });
          const times = texts.map((text) => `2024-02-29 03:04:${text.replace(/Z|[+]00:00/, '').slice(0, 9)}`);
          const cases = times.map((time, id) => `WHEN ${id} THEN TIMESTAMP '${time}'`).join(' ');
          const { rows } = await context.warehouse.query(
            `SELECT id FROM things WHERE sent_utc = CASE id ${cases} ELSE TIMESTAMP '2024-03-01 03:04:05.123456' END`,
          );
          expect(rows).toHaveLength(texts.length + 1);
          const said = planned.remarks.filter(({ about }) => about === 'sent').map(({ text }) => text);
          expect(said).toEqual([
            'holds times as text: a VARCHAR, and a TIMESTAMP in sent_utc, which ends at microseconds',
          ]);
        },
        { model },
      ),
    );
  });
});
