import { originsOf, type Scope } from './expression.ts';
import {
  columnOf,
  deciding,
  NOTHING,
  type Origins,
  ofColumn,
  type Readable,
  type Result,
  together,
  untold,
} from './origins.ts';
import { type Node, nameAt, namesAt, nodeAt, tablesBelow, theseAt } from './tree.ts';

/** What FROM reads, and what decides which of its rows are taken. */
export interface Read {
  readonly sources: readonly Readable[];
  readonly rows: Origins;
}

const NONE: Read = { sources: [], rows: NOTHING };

/** Reads the tree of a FROM. */
export function readSources(from: Node | undefined, scope: Scope): Read {
  switch (from?.['type']) {
    case undefined:
    case 'EMPTY':
      return NONE;
    case 'BASE_TABLE':
      return single(from as Node, tableOf(from as Node, scope));
    case 'SUBQUERY': {
      const query = nodeAt(nodeAt(from, 'subquery'), 'node');
      return query === undefined ? opaque(from as Node) : single(from as Node, scope.trace(query, scope));
    }
    case 'JOIN':
      return readJoin(from as Node, scope);
    case 'EXPRESSION_LIST':
      return single(from as Node, rowsOf(from as Node, scope));
    case 'TABLE_FUNCTION': {
      const call = nodeAt(from, 'function');
      const others = call === undefined ? NOTHING : originsOf(call, scope);
      return single(from as Node, { columns: [], rows: others, others });
    }
    default:
      return opaque(from as Node);
  }
}

/** A kind of FROM that is not known here, such as PIVOT: only its tables are. */
function opaque(from: Node): Read {
  const all = untold(tablesBelow(from));
  return single(from, { columns: [], rows: all, others: all });
}

/** One source, under its alias, with the names that its columns get. What it comes from decides the rows. */
function single(from: Node, { columns, rows, others }: Result): Read {
  const names = namesAt(from, 'column_name_alias');
  const alias = nameAt(from, 'alias') || nameAt(from, 'table_name');
  const renamed = columns.map((column, at) => ({ ...column, name: names[at] ?? column.name }));
  const added = others === undefined ? [] : names.slice(columns.length).map((name) => ({ name, origins: others }));
  return {
    sources: [{ alias, columns: [...renamed, ...added], rows, others, merged: new Set() }],
    rows: deciding(rows),
  };
}

/** A query of WITH, or a table of the model. */
function tableOf(from: Node, { common, tables }: Scope): Result {
  const name = nameAt(from, 'table_name');
  const query = nameAt(from, 'schema_name') === '' ? common.get(name) : undefined;
  const columns = tables.get(name)?.map((column) => ({ name: column, origins: ofColumn(`${name}.${column}`) }));
  return query ?? { columns: columns ?? [], rows: NOTHING, others: columns === undefined ? untold([name]) : undefined };
}

/** VALUES: each column is made of what stands in its place in any row. */
function rowsOf(from: Node, scope: Scope): Result {
  const lists = (from['values'] as readonly (readonly Node[])[] | undefined) ?? [];
  const columns = (lists[0] ?? []).map((_, at) => ({
    name: `col${at}`,
    origins: together(...lists.flatMap((list) => (list[at] === undefined ? [] : [originsOf(list[at], scope)]))),
  }));
  return { columns, rows: NOTHING, others: undefined };
}

/** The right side of a join may read the left one. */
function readJoin(from: Node, scope: Scope): Read {
  const left = readSources(nodeAt(from, 'left'), scope);
  const beside = { ...scope, sources: [left.sources, ...scope.sources] };
  const right = readSources(nodeAt(from, 'right'), beside);
  const shared = sharedColumns(from, left, right);
  const merged = new Set(shared);
  const sources = [...left.sources, ...right.sources.map((source) => ({ ...source, merged }))];
  const compared = [
    ...theseAt(from, 'condition').map((one) => originsOf(one, { ...scope, sources: [sources, ...scope.sources] })),
    ...shared.flatMap((name) => sources.flatMap((source) => columnOf(source, name) ?? [])),
  ];
  return { sources, rows: together(left.rows, right.rows, ...compared.map(deciding)) };
}

/** The columns that are equal without a condition that says so: those of USING, or all of the same names. */
function sharedColumns(from: Node, left: Read, right: Read): readonly string[] {
  if (from['ref_type'] !== 'NATURAL') {
    return namesAt(from, 'using_columns');
  }
  const names = (read: Read) => read.sources.flatMap(({ columns }) => columns.map(({ name }) => name));
  return names(left).filter((name) => names(right).includes(name));
}
