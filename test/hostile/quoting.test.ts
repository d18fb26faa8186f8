import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { quoteIdentifier, quoteLiteral } from '../../src/sql/render.ts';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { scale } from '../support/scale.ts';
import { testEach } from '../support/skips.ts';
import { uniqueName } from '../support/unique.ts';

const awkward = fc.constantFrom(
  `'`,
  `"`,
  `''`,
  `\\'`,
  '--',
  '/*',
  ';',
  '$$',
  '$1',
  '{now}',
  '\u00a0',
  '\u2028',
  '\u{1f600}',
  'A',
  ' ',
);
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 8 })
  .map((parts) => parts.join(''));
const literal = text.filter((one) => !/[\\\p{Cc}]/u.test(one));
// PostgreSQL and Redshift cut names after 63 and 127 bytes; no engine takes an empty one.
const name = text.filter((one) => one !== '' && !/[\p{Cc}\p{Cs}]/u.test(one) && Buffer.byteLength(one) <= 63);

/** Runs one statement that may change things. */
function write(warehouse: Warehouse, sql: string) {
  return warehouse.run({
    name: `quoting-${randomUUID()}`,
    locks: false,
    steps: [{ kind: 'sql', name: 'write', sql, wanted: 'always' }],
  });
}

describe.each(engines)('on $name', (engine) => {
  let warehouse: Warehouse;
  beforeAll(async () => {
    warehouse = await engine.open([]);
  });
  afterAll(() => warehouse.close());

  test('quoted texts are read back unchanged, many in one statement', () =>
    fc.assert(
      fc.asyncProperty(fc.array(literal, { minLength: 1, maxLength: 20 }), async (texts) => {
        const [step] = await write(
          warehouse,
          `SELECT ${texts.map((one, at) => `${quoteLiteral(one)} AS c${at}`).join(', ')}`,
        );
        expect(step?.result?.rows).toEqual([texts]);
      }),
      { numRuns: Math.ceil(scale.quotings * engine.share) },
    ));
});

describe('a quoted name', () => {
  testEach(
    engines.filter(({ name: engine }) => engine !== 'redshift'),
    'quoted names of columns: only redshift is among ENGINES',
  )('is read back as it was on $name', async (engine) => {
    const warehouse = await engine.open([]);
    await fc.assert(
      fc.asyncProperty(name, async (one) => {
        const { columns } = await warehouse.query(`SELECT 1 AS ${quoteIdentifier(one)}`);
        expect(columns).toEqual([one]);
      }),
      { numRuns: Math.ceil(scale.quotings * engine.share) },
    );
    await warehouse.close();
  });

  test('is that of a schema, on DuckDB and PostgreSQL, and of a table in it', async () => {
    const target = await postgresTarget();
    const open = {
      duckdb: (schema: string) =>
        openDuckdb({ path: ':memory:', readOnly: false, readable: [], memoryLimit: undefined, schema }),
      postgres: async (schema: string) =>
        openPostgres({ target: { ...target, schema }, readable: [], scratch: '', timeoutMilliseconds: undefined }),
    };
    const names = [
      `a"b`,
      `a'; DROP TABLE users; --`,
      `x"; DROP SCHEMA public CASCADE; --`,
      'MiXed',
      'ü\u{1f600}',
      'select',
      'a.b',
      '$user',
      ' ',
    ];
    for (const [engine, openOn] of Object.entries(open)) {
      for (const table of names) {
        const schema = uniqueName(table);
        const warehouse = await openOn(schema);
        const creates = { name: `make-${randomUUID()}`, locks: false, creates: true };
        const sql = `CREATE TABLE ${quoteIdentifier(table)} (a INTEGER)`;
        await warehouse.run({ ...creates, steps: [{ kind: 'sql', name: 'create', sql }] });
        await write(warehouse, `INSERT INTO ${quoteIdentifier(table)} VALUES (7)`);
        expect([engine, ...(await existing(warehouse, [table, 'other']))]).toEqual([engine, table]);
        const found = await warehouse.query('SELECT current_schema()', { asWritten: true });
        expect(found.rows).toEqual([[schema]]);
        if (engine === 'postgres') await write(warehouse, `DROP SCHEMA ${quoteIdentifier(schema)} CASCADE`);
        await warehouse.close();
      }
    }
  });
});
