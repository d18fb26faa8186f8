import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DataError } from '../../src/errors.ts';
import { byName } from '../../src/pipeline/batches.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { checkFields, readFields } from '../../src/pipeline/record.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { type Loader, openLoader } from '../support/loader.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

/** The JSON text of a value, the column it is for, and what the column then holds; undefined when it is refused. */
const CASES: readonly (readonly [column: string, json: string, held: Value | undefined])[] = [
  ['userid', '"39"', 39],
  ['userid', '39', 39],
  ['userid', '""', null],
  ['userid', '"  "', null],
  ['userid', '"\\t\\n"', null],
  ['userid', '"\\u00a0"', undefined],
  ['userid', 'null', null],
  ['userid', '"x39"', undefined],
  ['userid', '3.5', undefined],
  ['userid', 'true', undefined],
  ['userid', '{}', undefined],
  ['userid', '1540919166796.0', 1540919166796],
  ['userid', '1e3', undefined],
  ['userid', '1e16', undefined],
  ['userid', '"3.0"', undefined],
  ['userid', '1e20', undefined],
  ['userid', '1e21', undefined],
  ['userid', '9007199254740993', 9007199254740993n],
  ['userid', '"9223372036854775807"', 9223372036854775807n],
  ['userid', '9223372036854775808', undefined],
  ['userid', '-9223372036854775808', -9223372036854775808n],
  ['userid', '-0', 0],
  ['userid', '-0.0', 0],
  ['userid', '"+7"', 7],
  ['registration', '1540919166796.0', 1540919166796],
  ['registration', '"4.5"', 4.5],
  ['registration', '"4.5e"', undefined],
  ['registration', '1e400', undefined],
  ['registration', '"NaN"', undefined],
  ['registration', '"Infinity"', undefined],
  ['registration', '4.9e-324', 5e-324],
  ['registration', '0.1', 0.1],
  ['registration', '""', null],
  ['registration', 'false', undefined],
  ['level', '4.6', '4.6'],
  ['level', '12345678901234567890', '12345678901234567890'],
  ['level', '1e3', '1e3'],
  ['level', '4.60', '4.60'],
  ['level', '0.00001', '0.00001'],
  ['level', 'true', 'true'],
  ['level', '""', ''],
  ['level', '" a "', ' a '],
  ['level', '"\\t\\n\\"\\\\\\/"', '\t\n"\\/'],
  ['level', '"\\ud83d\\ude00 \\u05d0\\u200f"', '😀 א\u200f'],
  ['level', JSON.stringify('é'.repeat(128)), 'é'.repeat(128)],
  ['level', JSON.stringify(`${'é'.repeat(128)}a`), undefined],
  ['level', '{"b": [1, "x"]}', '{"b": [1, "x"]}'],
  ['level', JSON.stringify(`${'a'.repeat(256)}  `), 'a'.repeat(256)],
  ['level', JSON.stringify(`${'é'.repeat(127)}a   `), `${'é'.repeat(127)}a `],
  ['sessionid', 'null', undefined],
  ['sessionid', '""', undefined],
  ['page', 'null', undefined],
  ['page', '""', ''],
];

describe.each(engines)('the meaning of values on $name', (engine) => {
  let loader: Loader;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ loader, close } = await openLoader(engine));
  });
  afterAll(() => close());

  test.each(CASES)('%s: %s gives %s', async (column, json, held) => {
    expect(await load(loader, column, json)).toEqual(held);
  });

  test('a value is refused exactly when the search for bad records blames it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('userid', 'registration', 'level', 'page'),
        awkwardJson,
        async (column, json) => {
          const table = loader.context.sources.find((source) => source.table.name === 'staging_events')?.table;
          if (table === undefined) {
            throw new Error('the model has no staging_events');
          }
          const blamed = checkFields(readFields(recordWith(column, json), table, byName(table)), table);
          expect((await load(loader, column, json)) === undefined).toBe(blamed.length > 0);
        },
      ),
      { numRuns: Math.ceil(scale.values * engine.share) },
    ));
});

const awkwardText = fc.oneof(
  fc.stringMatching(/^[ \t\v\u00a0\u2003]{0,3}$/),
  fc.stringMatching(/^[ +-]?[0-9]{0,20}([.][0-9]{0,3})?(e[+-]?[0-9]{1,3})?[ x]?$/),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);
const awkwardJson: fc.Arbitrary<string> = fc.oneof(
  awkwardText.map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.integer().map((value) => `${value}.0`),
  fc.integer({ min: -330, max: 330 }).map((exponent) => `-12.5e${exponent}`),
  fc.json({ maxDepth: 2 }),
);

/** A record that is right but for one column. */
function recordWith(column: string, json: string): string {
  const fields = { ts: '1541105830796', sessionid: '1', iteminsession: '0', page: '"Home"', [column]: json };
  return `{${Object.entries(fields)
    .map(([key, value]) => `"${key}":${value}`)
    .join(',')}}`;
}

/** What the column holds after the record has been loaded; undefined when it was refused. */
async function load({ context, store }: Loader, column: string, json: string): Promise<Value | undefined> {
  await runSql(context.warehouse, 'DELETE FROM staging_events');
  await runSql(context.warehouse, 'DELETE FROM load_ledger');
  store.files.set(`${LOG_ROOT}/a.json`, recordWith(column, json));
  try {
    await etl(context);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return undefined;
  }
  const { rows } = await context.warehouse.query(`SELECT ${column} FROM staging_events`);
  return rows[0]?.[0];
}
