import { loadedColumns, type Table } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';
import type { Step } from '../warehouse/warehouse.ts';
import type { Copy } from './batches.ts';

/** A temporary table with the columns of a staging table that COPY fills. */
export interface TemporaryTable extends Table {
  /** The staging table's name. */
  readonly like: string;
}

/** Files to copy into a temporary table. */
export type TemporaryCopy<T extends Copy = Copy> = T & { readonly table: TemporaryTable };

/** The same files, to be copied into the temporary table `source_…`. */
export function temporarily<T extends Copy>(copy: T): TemporaryCopy<T> {
  return renamed(copy, 'source_');
}

/** The same files, to be copied into the temporary table `other_…`. */
export function temporarilyBeside<T extends Copy>(copy: T): TemporaryCopy<T> {
  return renamed(copy, 'other_');
}

function renamed<T extends Copy>(copy: T, prefix: string): TemporaryCopy<T> {
  const { name } = copy.table;
  return { ...copy, table: { ...copy.table, name: `${prefix}${name}`, like: name } };
}

/** The steps that create a temporary table and copy files into it. The table is dropped with its session. */
export function temporaryCopy({ table, parts, mapping }: TemporaryCopy): readonly Step[] {
  const make: Step = { kind: 'sql', name: `create_${table.name}`, sql: likeStaging(table) };
  return parts.length === 0 ? [make] : [make, { kind: 'copy', name: `copy_${table.name}`, table, parts, mapping }];
}

/** The step that adds the rows of one temporary table to those of another. */
export function addRows(from: TemporaryTable, into: TemporaryTable): Step {
  const columns = columnsOf(from);
  const sql = `INSERT INTO ${quoteIdentifier(into.name)} (${columns})
SELECT ${columns}
FROM ${quoteIdentifier(from.name)}`;
  return { kind: 'sql', name: `add_${from.name}`, sql };
}

/** An empty temporary table with the columns that COPY fills. */
function likeStaging(table: TemporaryTable): string {
  return `CREATE TEMP TABLE ${quoteIdentifier(table.name)} AS
SELECT ${columnsOf(table)}
FROM ${quoteIdentifier(table.like)}
WHERE 1 = 0`;
}

function columnsOf(table: Table): string {
  return loadedColumns(table)
    .map(({ name }) => quoteIdentifier(name))
    .join(', ');
}
