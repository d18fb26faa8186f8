import { StarloadError } from '../errors.ts';
import type { Model } from '../sql/catalogue.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { createTablesBatch } from './batches.ts';
import { newRunId } from './run-id.ts';

/** A table that holds rows. */
export interface FilledTable {
  readonly table: string;
  readonly rows: number;
}

/** The model's tables that hold rows, which create-tables would drop. `load_run` is the loader's own and does not count. */
export async function filledTables(model: Model, warehouse: Warehouse): Promise<readonly FilledTable[]> {
  const names = model.tables.map(({ name }) => name).filter((name) => name !== 'load_run');
  const existing = [...(await warehouse.existing(names))];
  if (existing.length === 0) {
    return [];
  }
  const counts = existing.map(
    (name) => `SELECT ${quoteLiteral(name)} AS table_name, COUNT(*) AS row_count FROM ${quoteIdentifier(name)}`,
  );
  const { rows } = await warehouse.query(counts.join('\nUNION ALL\n'));
  return rows
    .map(([table, count]) => ({ table: String(table), rows: Number(count) }))
    .filter(({ rows: count }) => count > 0);
}

/** The error that keeps create-tables from dropping rows. */
export function refuseToDrop(filled: readonly FilledTable[]): StarloadError {
  const list = filled.map(({ table, rows }) => `${table} (${rows} rows)`).join(', ');
  return new StarloadError(`create-tables would drop rows: ${list}`, {
    next: 'Add --force to drop them. To load new files into the tables as they are, run npm run etl.',
  });
}

/** Drops and creates all tables in one transaction. Returns their names. */
export async function createTables(model: Model, warehouse: Warehouse): Promise<readonly string[]> {
  await warehouse.settle();
  await warehouse.run(createTablesBatch(model, warehouse.engine, warehouse.now, `create-tables-${newRunId()}`));
  return model.tables.map(({ name }) => name);
}
