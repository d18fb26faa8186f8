import { describe, expect, test } from '@jest/globals';
import { createMissing } from '../../src/pipeline/create-missing.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { LONGEST_COMMENT } from '../../src/sql/comments.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { WarehouseError } from '../../src/warehouse/errors.ts';
import type { Batch, Warehouse } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readStar, withLoader } from '../support/loader.ts';
import { describeEach } from '../support/skips.ts';
import { runSql, writeSample } from '../support/trials.ts';

/** What a comment may hold that SQL, a shell or a page could take for something else. */
const ODD: readonly string[] = [
  `it's "quoted", 'twice''`,
  String.raw`C:\new\'; DROP TABLE songs; --`,
  String.raw`ends with a backslash \ `.trim(),
  String.raw`\\'\'''`,
  '-- a comment /* in a comment */ ; and $$ a dollar $1 :name {now}',
  'größer, 日本語, 😀, é',
  '<script>alert(1)</script> ]]> &amp;',
  'x'.repeat(LONGEST_COMMENT),
];

/** The built-in model with odd comments, each on a table and on its first column. */
function oddModel(): Model {
  const model = loadModel();
  const tables = model.tables.map((table, at) => {
    const comment = ODD[at % ODD.length];
    return {
      ...table,
      comment,
      columns: table.columns.map((column, n) => (n === 0 ? { ...column, comment } : column)),
    };
  });
  return { ...model, tables };
}

/** The comments as the engine's catalogue has them: `table` or `table.column`, and the text. */
async function commentsIn(warehouse: Warehouse): Promise<Readonly<Record<string, string>>> {
  const schema = (await warehouse.schema()).replaceAll("'", "''");
  const duckdb = `SELECT table_name AS place, comment FROM duckdb_tables() WHERE comment IS NOT NULL
UNION ALL SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL`;
  const postgres = `SELECT c.relname || COALESCE('.' || a.attname, '') AS place, d.description
FROM pg_catalog.pg_description d
JOIN pg_catalog.pg_class c ON c.oid = d.objoid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = '${schema}'
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0`;
  const { rows } = await warehouse.query(warehouse.engine === 'duckdb' ? duckdb : postgres);
  return Object.fromEntries(rows.map(([place, text]) => [String(place), String(text)]));
}

/** Of all tables that create-tables makes. It keeps load_history. */
function commentsOf({ tables }: Model): Readonly<Record<string, string>> {
  const made = tables.filter(({ kept }) => !kept);
  const all = made.flatMap(({ name, comment, columns }) => [
    [name, comment],
    ...columns.map((column) => [`${name}.${column.name}`, column.comment]),
  ]);
  return Object.fromEntries(all.filter(([, comment]) => comment !== undefined));
}

const create = ({ context: { warehouse } }: Loader, model: Model) => createTables(model, warehouse, { force: true });

describe.each(engines)('comments of tables and columns, on $name', (engine) => {
  test('are in the catalogue of the warehouse, whatever is written in them', () =>
    withLoader(engine, async (loader) => {
      const { warehouse } = loader.context;
      for (const model of [loadModel(), oddModel()]) {
        await create(loader, model);
        expect(await commentsIn(warehouse)).toEqual(commentsOf(model));
      }
    }));

  test('come with a table that create-tables --missing makes, and no other', () =>
    withLoader(engine, async (loader) => {
      const { warehouse, model } = loader.context;
      await runSql(warehouse, 'DROP TABLE users');
      await createMissing(loader.context);
      const users = Object.entries(commentsOf(model)).filter(([place]) => /^users\b/.test(place));
      expect(users.length).toBeGreaterThan(1);
      expect(await commentsIn(warehouse)).toEqual(Object.fromEntries(users));
    }));
});

describeEach(
  engines.filter(({ name }) => name === 'redshift'),
  'comments in batches of their own: Redshift is not among the engines',
)('comments in transactions of their own, on $name', (engine) => {
  test.each([
    ['refused', /^the tables are made, but not all of their comments: .*permission denied/],
    ['cancelled', /cancelled/],
  ] as const)('that are %s leave the tables, and the next load works', (kind, message) =>
    withLoader(engine, async (loader) => {
      const { context } = loader;
      const warehouse = failing(
        context.warehouse,
        /-comments-2$/,
        new WarehouseError(kind, `${kind}: permission denied`),
      );
      await expect(createTables(context.model, warehouse, { force: true })).rejects.toThrow(message);
      const found = Object.keys(await commentsIn(context.warehouse));
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThan(Object.keys(commentsOf(context.model)).length);
      const star = writeSample(loader);
      await etl(context);
      expect(await readStar(context.warehouse)).toEqual(star);
    }),
  );
});

/** A warehouse on which batches of a name fail. */
function failing(warehouse: Warehouse, name: RegExp, error: WarehouseError): Warehouse {
  return new Proxy(warehouse, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (key === 'run') {
        return (batch: Batch) => (name.test(batch.name) ? Promise.reject(error) : target.run(batch));
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
