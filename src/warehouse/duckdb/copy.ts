import type { Part } from '../../objects/part.ts';
import { loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { type RecordsQuery, recordQueries } from '../reader/records.ts';
import type { Mapping } from '../warehouse.ts';

/**
 * The statements that load parts into a table, one for each compression. `name` is the table's quoted and qualified
 * name.
 */
export function copyStatements(
  name: string,
  { table, parts, mapping }: { readonly table: Table; readonly parts: readonly Part[]; readonly mapping: Mapping },
): readonly RecordsQuery[] {
  const columns = loadedColumns(table).map(({ name }) => quoteIdentifier(name));
  const into = `INSERT INTO ${name} (${columns.join(', ')})`;
  return recordQueries(table, parts, mapping).map((query) => ({ ...query, sql: `${into}\n${query.sql}` }));
}
