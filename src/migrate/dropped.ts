import { StarloadError, UsageError } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { lowerCase } from '../sql/fold.ts';
import type { Relation } from '../warehouse/warehouse.ts';
import type { TableChange } from './compare.ts';

/** What `--drop` names. */
export interface Droppable {
  readonly tables: readonly Relation[];
  /** As `table.column`. */
  readonly columns: ReadonlySet<string>;
  /** What is not there: a migration may have dropped it already, or the name is wrong. */
  readonly unknown: readonly string[];
}

/**
 * Finds what `--drop` names. Throws UsageError for what the model has, and StarloadError for what is not a table of this user.
 */
export async function readDropped(
  { model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>,
  changes: readonly TableChange[],
  names: readonly string[],
): Promise<Droppable> {
  const own = names.find((name) => isOfModel(changes, name));
  if (own !== undefined) {
    throw new UsageError(`--drop ${own}: the model has it`, {
      next: 'Take it out of the model first, or leave out the option.',
    });
  }
  const wanted = names.filter((name) => !name.includes('.') && !model.tables.some((table) => table.name === name));
  const tables = wanted.length === 0 ? [] : await warehouse.relations(wanted);
  const other = tables.find(({ kind, stranger }) => kind !== 'table' || stranger !== undefined);
  if (other !== undefined) {
    throw new StarloadError(`--drop ${other.name}: it is not a table of this user, but ${describe(other)}`, {
      outcome: 'nothing was changed',
      next: 'Leave it out. Whoever made it can drop it.',
    });
  }
  const columns = othersIn(changes).filter((name) => names.includes(name));
  const found = [...columns, ...tables.map(({ name }) => name), ...retyped(changes)];
  return { tables, columns: new Set(columns), unknown: names.filter((name) => !found.includes(name)) };
}

/** The columns whose type changes: their values are lost where the files are gone. */
function retyped(changes: readonly TableChange[]): readonly string[] {
  return changes.flatMap(({ table, columns }) =>
    columns.flatMap(({ column, fate }) => (fate === 'other' ? [`${table.name}.${column.name}`] : [])),
  );
}

/** In any case, as DuckDB reads names; a column that the model does not have may differ from its columns in case alone. */
function isOfModel(changes: readonly TableChange[], name: string): boolean {
  const own = changes.flatMap(({ table, columns }) => [
    table.name,
    ...columns.map(({ column }) => `${table.name}.${column.name}`),
  ]);
  return own.includes(lowerCase(name)) && ![...retyped(changes), ...othersIn(changes)].includes(name);
}

function othersIn(changes: readonly TableChange[]): readonly string[] {
  return changes.flatMap(({ table, others }) => others.map((name) => `${table.name}.${name}`));
}

function describe({ kind, stranger }: Relation): string {
  return stranger === undefined ? `a ${kind}` : `a ${kind} of the user ${stranger}`;
}
