import { StarloadError } from '../errors.ts';
import { doctorSql, type Model } from '../sql/catalogue.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

const SCHEMA_PRIVILEGES = ['USAGE on the schema', 'CREATE on the schema', 'TEMP on the database'];
const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
/** The only table with a row that is updated. */
const UPDATED = 'load_run';

/** The user's privileges according to the engine's catalogue. */
export async function checkPrivileges({ model }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const { warehouse, schema, tables = new Set() } = learnt;
  if (warehouse === undefined || schema === undefined) {
    return { status: 'skipped', reason: 'the schema does not exist yet' };
  }
  const lacking = [
    ...(await lackingInSchema(model, warehouse, schema)),
    ...(tables.size === 0 ? [] : await lackingOnTables(model, warehouse, [...tables])),
  ];
  if (lacking.length > 0) {
    throw new StarloadError(`the database user lacks ${lacking.join('; ')}`, {
      next: 'GRANT these to the database user, or make it the owner of the schema and its tables.',
    });
  }
  return { reason: `the user may work in the schema ${schema}${tables.size === 0 ? '' : ' and with its tables'}` };
}

async function lackingInSchema(model: Model, warehouse: Warehouse, schema: string): Promise<readonly string[]> {
  const sql = doctorSql(model, 'schema_privileges', warehouse.engine).replaceAll('{schema}', () =>
    quoteLiteral(schema),
  );
  const [row = []] = (await warehouse.query(sql)).rows;
  return SCHEMA_PRIVILEGES.filter((_, index) => row[index] === false);
}

async function lackingOnTables(
  model: Model,
  warehouse: Warehouse,
  tables: readonly string[],
): Promise<readonly string[]> {
  const sql = doctorSql(model, 'table_privileges', warehouse.engine);
  const schema = quoteIdentifier(await warehouse.schema());
  const selects = tables.map((table) =>
    sql
      .replaceAll('{table}', () => quoteLiteral(`${schema}.${quoteIdentifier(table)}`))
      .replaceAll('{name}', () => quoteLiteral(table)),
  );
  const { rows } = await warehouse.query(selects.join('\nUNION ALL\n'));
  return rows.flatMap(([table, ...granted]) => {
    const lacking = TABLE_PRIVILEGES.filter(
      (privilege, index) => granted[index] === false && (privilege !== 'UPDATE' || table === UPDATED),
    );
    return lacking.length === 0 ? [] : [`${lacking.join(', ')} on ${table}`];
  });
}
