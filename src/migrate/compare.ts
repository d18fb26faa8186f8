import type { Column, Model, Table } from '../sql/catalogue.ts';
import { isCatalogued, isOfType, MOST_BYTES } from '../sql/types.ts';
import type { Relation, RelationColumn } from '../warehouse/warehouse.ts';

/**
 * What becomes of a column. `new`: the warehouse has none. `wider`: it takes all values that it has, and more.
 * `narrower`: it takes fewer. `other`: it has another type, in which its values cannot be kept.
 */
export type Fate = 'same' | 'new' | 'wider' | 'narrower' | 'other';

/** A column of the model beside that of the warehouse. */
export interface ColumnChange {
  readonly column: Column;
  /** Absent if the warehouse has none. */
  readonly from: RelationColumn | undefined;
  readonly fate: Fate;
}

/** A table of the model beside that of the warehouse. */
export interface TableChange {
  readonly table: Table;
  /** Absent if the warehouse has none. */
  readonly found: Relation | undefined;
  readonly columns: readonly ColumnChange[];
  /** Columns of the warehouse's table that the model does not have. */
  readonly others: readonly string[];
}

/** The model's tables beside those of the warehouse, in the model's order. */
export function compareTables(model: Model, relations: readonly Relation[]): readonly TableChange[] {
  return model.tables.map((table) => {
    const found = relations.find(({ name }) => name === table.name);
    const columns = table.columns.map((column) => compareColumn(column, found?.columns ?? []));
    const known = new Set(columns.flatMap(({ from }) => (from === undefined ? [] : [from.name])));
    const others = (found?.columns ?? []).map(({ name }) => name).filter((name) => !known.has(name));
    return { table, found, columns, others };
  });
}

/** A column has its former name until it is renamed. */
function compareColumn(column: Column, found: readonly RelationColumn[]): ColumnChange {
  const named = (name: string | undefined) => found.find((one) => one.name === name);
  const from = named(column.name) ?? named(column.was);
  return { column, from, fate: from === undefined ? 'new' : fateOf(column, from) };
}

function fateOf(column: Column, from: RelationColumn): Fate {
  const isMoreExact = column.type === 'double' && isCatalogued('BIGINT', from.type);
  if (!isMoreExact && !isOfType(column, from.type)) {
    return 'other';
  }
  const [now, then] = [column.maxBytes, from.length];
  const isKnown = now !== undefined && then !== undefined;
  const getsNotNull = column.notNull && !column.hasDefault && !from.isRequired;
  if (getsNotNull || (isKnown && now < then)) {
    return 'narrower';
  }
  const losesNotNull = from.isRequired && !column.notNull;
  return isMoreExact || losesNotNull || (isKnown && now > then) ? 'wider' : 'same';
}

/**
 * The columns of a staging table that COPY filled, with the types that they had: what did not fit them was not loaded. Text has
 * the room of the model, unless the warehouse knows that it had less.
 */
export function formerTable({ table, columns }: TableChange): Table {
  const loaded = columns.flatMap(({ column, from }) =>
    from === undefined || column.hasDefault ? [] : [formerColumn(column, from)],
  );
  return { ...table, columns: loaded };
}

function formerColumn(column: Column, { type, length, isRequired }: RelationColumn): Column {
  const kind = KINDS.find(([written]) => isCatalogued(written, type))?.[1] ?? column.type;
  const maxBytes = length ?? column.maxBytes ?? MOST_BYTES;
  return { ...column, type: kind, maxBytes: kind === 'varchar' ? maxBytes : undefined, notNull: isRequired };
}

/** The types of columns of staging tables. */
const KINDS = [
  ['VARCHAR', 'varchar'],
  ['BIGINT', 'bigint'],
  ['DOUBLE PRECISION', 'double'],
  ['TIMESTAMP', 'timestamp'],
] as const;

/** Whether the warehouse has no values for a column. A new one with a default has none in any row. */
export function isUnknown({ column, fate }: ColumnChange): boolean {
  return (fate === 'new' || fate === 'other') && !column.hasDefault;
}

/** Whether a column has another name in the warehouse. */
export function isRenamed({ column, from }: ColumnChange): boolean {
  return from !== undefined && from.name !== column.name;
}

/** Whether a table differs from the model's, apart from columns that the model does not have. */
export function isChanged({ columns }: TableChange): boolean {
  return columns.some((one) => one.fate !== 'same' || isRenamed(one));
}

/** Whether a table takes other values, but holds the same ones under the same names. */
export function holdsTheSame({ columns }: TableChange): boolean {
  return columns.every((one) => !isUnknown(one) && !isRenamed(one));
}

/** The type as a CREATE TABLE has it. */
export function typeOf({ sqlType, maxBytes, digits }: Column): string {
  const size = maxBytes ?? digits;
  return size === undefined ? sqlType : `${sqlType}(${size})`;
}
