import { type AffectedKeys, isAffected, type KeyLookup, ownKey, reachOf } from './affected.ts';
import { carriedKeys } from './carried.ts';
import type { Table } from './catalogue.ts';
import { changed, inputsOf, tablesIn } from './reads.ts';
import { quoteIdentifier } from './render.ts';

/** The temporary table with a current table's rows of the run, and beside them columns of the rows that they replace. */
export function runRows(table: string): string {
  return `run_${table}`;
}

/** The column that holds a value as it was before the load. There is none for what stays the same. */
function before({ steady }: Table, column: string): string {
  return steady.includes(column) ? column : `before_${column}`;
}

/** Whether a table's query for affected keys reads the rows of an input that a load changes. */
export function readsChanged({ affected }: Table, input: string): boolean {
  return affected !== undefined && tablesIn(affected).includes(changed(input));
}

/** The columns of a table's rows before a load that the star tables need, besides what stays the same. */
export function wantedBefore(table: Table, star: readonly Table[]): readonly string[] {
  const readers = star.filter((other) => inputsOf(other).includes(table.name));
  const wanted = readers.flatMap((reader) =>
    readsChanged(reader, table.name) ? table.columns.map(({ name }) => name) : carriedKeys(reader, table).flat(),
  );
  return [...new Set(wanted)].filter((column) => !table.steady.includes(column));
}

/** Columns of a row before the load, as a list to select, from the table `of` that joins it. */
export function selectBefore(table: Table, columns: readonly string[]): readonly string[] {
  return columns.map((column) => `before_load.${quoteIdentifier(column)} AS ${quoteIdentifier(before(table, column))}`);
}

/** Joins the rows before the load to rows with the same keys and times, which the statement calls `rows`. */
export function joinBefore(table: Table, rows: string): string {
  const same = reachOf(table).map(
    (column) => `before_load.${quoteIdentifier(column)} = ${rows}.${quoteIdentifier(column)}`,
  );
  return `LEFT JOIN ${quoteIdentifier(table.name)} before_load ON ${same.join(' AND ')}`;
}

/** How rows of `changedCurrent` are looked for by these columns. */
export function lookupsOf(table: Table, columns: readonly string[]): readonly KeyLookup[] {
  const old = columns.map((column) => before(table, column));
  const isMoving = old.some((column, at) => column !== columns[at]);
  return (isMoving ? [columns, old] : [columns]).map((some) => ({ table: runRows(table.name), columns: some }));
}

/**
 * Columns of a current table's rows that a load changes, as they were before it and as they are now: what to read them
 * from. Old values that stay are left out if they are `keysOnly`.
 */
export function changedCurrent(table: Table, columns: readonly string[], keysOnly: boolean): string {
  const moving = columns.filter((column) => before(table, column) !== column);
  const rows = quoteIdentifier(runRows(table.name));
  if (moving.length === 0) {
    return rows;
  }
  const differs = moving.map((column) => {
    const [now, then] = [quoteIdentifier(column), quoteIdentifier(before(table, column))];
    return `${now} IS NULL OR ${then} <> ${now}`;
  });
  const where = keysOnly ? ` WHERE ${differs.join(' OR ')}` : '';
  const now = columns.map(quoteIdentifier).join(', ');
  return `(SELECT ${oldValues(table, columns)} FROM ${rows}${where} UNION ALL SELECT ${now} FROM ${rows})`;
}

/** The same for a star table, of which a load knows the affected keys. */
export function changedStar(table: Table, columns: readonly string[], keys: AffectedKeys): string {
  const current = `${quoteIdentifier(table.name)} WHERE ${isAffected(table, keys, ownKey(table))}`;
  const now = columns.map(quoteIdentifier).join(', ');
  return `(SELECT ${oldValues(table, columns)} FROM ${keys.rows} UNION ALL SELECT ${now} FROM ${current})`;
}

/** The values of columns before the load, under the columns' own names. */
function oldValues(table: Table, columns: readonly string[]): string {
  return columns
    .map((column) => [before(table, column), column].map(quoteIdentifier))
    .map(([old, name]) => (old === name ? old : `${old} AS ${name}`))
    .join(', ');
}
