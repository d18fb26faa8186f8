import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { note } from '../support/notes.ts';
import { TRIED, UNTRIED } from '../support/tried-advice.ts';

interface Inventoried {
  readonly file: string;
  readonly exitCode: number;
  readonly messages: readonly string[];
  readonly cures: readonly string[];
}

const SOURCES = new URL('../../src/', import.meta.url);
let errors: readonly Inventoried[];
let document: { readonly DOCUMENT: URL; errorsDocument(): string; writeDocument(): void };

beforeAll(async () => {
  const inventory = new URL('../../scripts/errors/inventory.mjs', import.meta.url).href;
  errors = (await import(inventory)).inventory();
  document = await import(new URL('../../scripts/errors/document.mjs', import.meta.url).href);
});

describe('docs/errors.md', () => {
  test('is made from the sources as they are', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') document.writeDocument();
    expect(document.errorsDocument()).toBe(readFileSync(document.DOCUMENT, 'utf8'));
  });

  test.each([
    ['a message', 'create-tables would drop rows: {list}'],
    ['a cure', 'Add --force to drop them. To load new files into the existing tables, run npm run etl.'],
    ['a cure found by a code', '`code 53100`'],
    ['a cure found by words', '`… disk full …`'],
    ['a message put together by functions', 'of a PostgreSQL server'],
    ['a mistake in dwh.cfg', '`{value} has a comment after it'],
    ['why a record is refused', '`{text} is not a whole number`'],
    ['a rule of the model', '`records_staged`'],
  ])('has %s', (_what, text) => {
    expect(readFileSync(document.DOCUMENT, 'utf8')).toContain(text);
  });
});

describe('the inventory', () => {
  test('finds an error in every file that makes one', () => {
    const made = /new (Starload|Warehouse|Data|Usage|Config)Error\(/;
    const passedOn = [
      'warehouse/errors.ts',
      'errors.ts',
      'warehouse/redshift/outcome.ts',
      'warehouse/reader/csv.ts',
      'config/parse.ts',
    ];
    const found = new Set(errors.map(({ file }) => file));
    for (const file of sources().filter((name) => made.test(source(name)) && !passedOn.includes(name))) {
      expect([...found]).toContain(file);
    }
  });

  test('finds a cure for every failure, but where the statement was stopped on purpose', () => {
    const failures = errors.filter(({ exitCode, cures }) => exitCode === 1 && cures.length === 0);
    expect([...new Set(failures.flatMap(({ messages }) => messages))].sort()).toEqual(WITHOUT_CURE);
  });
});

describe('the advice of the sources', () => {
  const reasons = UNTRIED.flatMap(({ advice }) => advice);

  test('is followed by a test, or stands in the list of what no test follows, with the reason (test/support/tried-advice.ts)', () => {
    const known = [...TRIED.map(({ advice }) => advice), ...reasons];
    const cures = [...new Set(errors.flatMap((error) => error.cures))];
    expect(cures.filter((cure) => !known.some((advice) => cure.startsWith(advice)))).toEqual([]);
    // An entry that no advice begins with has been forgotten.
    expect(known.filter((advice) => !cures.some((cure) => cure.startsWith(advice)))).toEqual([]);
  });

  test('that is tried is tried by a test that is there', () => {
    const missing = TRIED.filter(
      ({ file, title }) => !readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').includes(title),
    );
    expect(missing).toEqual([]);
  });

  test('that is tried is not called untried as well', () => {
    expect(TRIED.filter(({ advice }) => reasons.some((reason) => reason === advice))).toEqual([]);
    note('Figures', `advice: ${TRIED.length} followed by tests, ${reasons.length} not, with the reason`);
  });
});

/** A stop, which needs none, and the beginnings of messages whose causes and cures are listed one by one. */
const WITHOUT_CURE = [
  'cannot {action} {uri}: {what}',
  'the statement was cancelled',
  '{rule}: {examples}[; {others} more]',
];

function source(name: string): string {
  return readFileSync(new URL(name, SOURCES), 'utf8');
}

function sources(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}
