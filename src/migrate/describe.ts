import { count } from '../counts.ts';
import type { Table } from '../sql/catalogue.ts';
import type { RelationColumn } from '../warehouse/warehouse.ts';
import { type ColumnChange, isRenamed, type TableChange, typeOf } from './compare.ts';
import type { Refill } from './fill.ts';
import type { MigrationPlan } from './plan.ts';

/** `safe`: every row and value stays. `rebuild`: rows are made again by a SELECT. `loses`: rows or values are dropped. */
export type ChangeClass = 'safe' | 'rebuild' | 'loses';

/** A change for readers. */
export interface ModelChange {
  readonly table: string;
  /** Absent if it is the table as a whole. */
  readonly column: string | undefined;
  readonly change: string;
  readonly class: ChangeClass;
}

/** All changes of a migration, in the order of the model's tables. */
export function changesOf(plan: MigrationPlan): readonly ModelChange[] {
  const { changes, droppedTables } = plan;
  return [
    ...changes.flatMap((change) => changesOfTable(change, plan)),
    ...droppedTables.map(({ name: table }) => ({
      table,
      column: undefined,
      change: 'dropped',
      class: 'loses' as const,
    })),
  ];
}

/** The columns that the model does not have and that stay. */
export function othersOf({ changes, droppedColumns }: MigrationPlan): readonly string[] {
  return changes
    .flatMap(({ table, others }) => others.map((name) => `${table.name}.${name}`))
    .filter((name) => !droppedColumns.has(name));
}

function changesOfTable(change: TableChange, plan: MigrationPlan): readonly ModelChange[] {
  const { table, found, columns, others } = change;
  const ofTable = (text: string, kind: ChangeClass): ModelChange => ({
    table: table.name,
    column: undefined,
    change: text,
    class: kind,
  });
  if (found === undefined) {
    return [isDerived(table) ? ofTable('new, filled by its SELECT', 'rebuild') : ofTable('new', 'safe')];
  }
  const refill = plan.refills.find((one) => one.change === change);
  const own = columns.flatMap((one) => changeOfColumn(one, table, refill));
  const dropped = others
    .filter((name) => plan.droppedColumns.has(`${table.name}.${name}`))
    .map((column): ModelChange => ({ table: table.name, column, change: 'dropped', class: 'loses' }));
  const differing = plan.differing.get(table);
  const again = own.length + dropped.length === 0 && plan.effects.refilled.includes(table);
  return [
    ...own,
    ...dropped,
    ...(again ? [ofTable('made of tables that change', 'rebuild')] : []),
    ...(differing === undefined ? [] : [ofTable(`its SELECT gives other rows: ${count(differing)} differ`, 'rebuild')]),
  ];
}

function isDerived({ role }: Table): boolean {
  return role === 'current' || role === 'star';
}

function changeOfColumn(one: ColumnChange, table: Table, refill: Refill | undefined): readonly ModelChange[] {
  const { column, from, fate } = one;
  const renamed = from !== undefined && isRenamed(one) ? [`was ${from.name}`] : [];
  const texts = [...renamed, ...(fate === 'same' ? [] : [describeFate(one, table, refill)])];
  const isLoss = fate === 'other' && (refill?.lost.length ?? 0) > 0;
  const kind = isLoss ? 'loses' : isDerived(table) ? 'rebuild' : 'safe';
  return texts.length === 0 ? [] : [{ table: table.name, column: column.name, change: texts.join(', '), class: kind }];
}

function describeFate({ column, from, fate }: ColumnChange, table: Table, refill: Refill | undefined): string {
  const files = refill === undefined || column.hasDefault ? '' : `, ${describeRefill(refill)}`;
  if (from === undefined) {
    return table.role === 'control' && column.notNull ? 'new, 1 for earlier rows' : `new${files}`;
  }
  const becomes = `${typeIn(from)} becomes ${typeOf(column)}${column.notNull ? ' NOT NULL' : ''}`;
  return fate === 'other' ? `${becomes}${files}` : becomes;
}

function describeRefill({ files, lost }: Refill): string {
  const read = `filled from ${files.size === 1 ? 'one file' : `${count(files.size)} files`}`;
  const rows = lost.reduce((sum, { records }) => sum + records, 0);
  const keep = rows === 1 ? '1 row has no file any more' : `${count(rows)} rows have no file any more`;
  return rows === 0 ? read : `${read}; ${keep}`;
}

/** A column's type as the warehouse has it. */
function typeIn({ type, length, isRequired }: RelationColumn): string {
  return `${type.toUpperCase()}${length === undefined ? '' : `(${length})`}${isRequired ? ' NOT NULL' : ''}`;
}
