import type { Part } from '../../objects/part.ts';
import { loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { type RecordsQuery, recordQueries } from '../reader/records.ts';
import type { Mapping } from '../warehouse.ts';

/** The statements that load parts into a table, one for each compression. */
export function copyStatements(table: Table, parts: readonly Part[], mapping: Mapping): readonly RecordsQuery[] {
  const columns = loadedColumns(table).map(({ name }) => quoteIdentifier(name));
  const into = `INSERT INTO ${quoteIdentifier(table.name)} (${columns.join(', ')})`;
  return recordQueries(table, parts, mapping).map((query) => ({ ...query, sql: `${into}\n${query.sql}` }));
}
