import type { Model, Table } from '../sql/catalogue.ts';
import { derivedTables } from '../sql/catalogue.ts';
import { inDependencyOrder, inputsOf } from '../sql/reads.ts';
import { holdsTheSame, isChanged, type TableChange } from './compare.ts';

/** What a migration does with the tables, before it is known which SELECTs give other rows than their tables hold. */
export interface Effects {
  /** The control and staging tables that are made again with their rows. */
  readonly kept: readonly TableChange[];
  /** The control and staging tables that the warehouse does not have. */
  readonly created: readonly TableChange[];
  /** The current and star tables that are dropped and made again. */
  readonly remade: readonly TableChange[];
  /** The current and star tables that are filled again, because what they are made of changes. */
  readonly refilled: readonly Table[];
  /** The current and star tables whose rows can be compared with what their SELECTs give now. */
  readonly comparable: readonly Table[];
}

/** `dropped` names the columns to drop, as `table.column`. */
export function effectsOf(model: Model, changes: readonly TableChange[], dropped: ReadonlySet<string>): Effects {
  const isDerived = ({ table }: TableChange) => table.role === 'current' || table.role === 'star';
  const isAltered = (change: TableChange) => isChanged(change) || losesColumn(change, dropped);
  const own = changes.filter((change) => !isDerived(change));
  const derived = inOrder(model).flatMap((table) => changes.find((change) => change.table === table) ?? []);
  const other = new Set(own.filter((change) => changesContent(change, dropped)).map(({ table }) => table.name));
  const [refilled, comparable]: [Table[], Table[]] = [[], []];
  for (const change of derived) {
    const { table, found } = change;
    const isOther = found === undefined || !holdsTheSame(change) || sourcesOf(table).some((name) => other.has(name));
    if (isOther) {
      other.add(table.name);
    }
    (isOther ? refilled : comparable).push(table);
  }
  return {
    kept: own.filter((change) => change.found !== undefined && isAltered(change)),
    created: own.filter(({ found }) => found === undefined),
    remade: derived.filter((change) => change.found === undefined || isAltered(change)),
    refilled,
    comparable,
  };
}

/** Current tables, then star tables, each after those that it reads. */
function inOrder(model: Model): readonly Table[] {
  const tables = derivedTables(model);
  return [
    ...tables.filter(({ role }) => role === 'current'),
    ...inDependencyOrder(tables.filter(({ role }) => role === 'star')),
  ];
}

function sourcesOf(table: Table): readonly string[] {
  return table.of === undefined ? inputsOf(table) : [table.of];
}

/** Which version of a record counts may depend on every column of its staging table. */
function changesContent(change: TableChange, dropped: ReadonlySet<string>): boolean {
  return change.found === undefined || !holdsTheSame(change) || losesColumn(change, dropped);
}

/** Whether one of its columns is dropped. */
export function losesColumn({ table, others }: TableChange, dropped: ReadonlySet<string>): boolean {
  return others.some((name) => dropped.has(`${table.name}.${name}`));
}
