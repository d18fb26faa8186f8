import type { NamedSql } from '../sql/catalogue.ts';
import { inFile } from '../warehouse/errors.ts';
import type { QueryOptions, ResultSet, Warehouse } from '../warehouse/warehouse.ts';

/** Runs a query that is written in sql/. Throws WarehouseError, which names the file and the line. */
export async function ask(
  warehouse: Warehouse,
  { sql, written }: Pick<NamedSql, 'sql' | 'written'>,
  options?: QueryOptions,
): Promise<ResultSet> {
  try {
    return await warehouse.query(sql, options);
  } catch (error) {
    throw inFile(error, written);
  }
}
