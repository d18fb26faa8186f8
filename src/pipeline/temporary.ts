import { loadedColumns, type Table } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';
import type { Step } from '../warehouse/warehouse.ts';
import type { Copy } from './batches.ts';

const PREFIX = 'source_';

/** The same files, to be copied into a temporary table. */
export function temporarily<T extends Copy>(copy: T): T {
  return { ...copy, table: { ...copy.table, name: `${PREFIX}${copy.table.name}` } };
}

/** The steps that make a temporary table and copy files into it. It goes with its session. */
export function temporaryCopy({ table, parts, mapping }: Copy): readonly Step[] {
  const make: Step = { kind: 'sql', name: `create_${table.name}`, sql: likeStaging(table) };
  return parts.length === 0 ? [make] : [make, { kind: 'copy', name: `copy_${table.name}`, table, parts, mapping }];
}

/** An empty temporary table with the columns that COPY fills. */
function likeStaging(table: Table): string {
  const columns = loadedColumns(table).map(({ name }) => quoteIdentifier(name));
  return `CREATE TEMP TABLE ${quoteIdentifier(table.name)} AS
SELECT ${columns.join(', ')}
FROM ${quoteIdentifier(table.name.slice(PREFIX.length))}
WHERE 1 = 0`;
}
