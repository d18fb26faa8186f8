import {
  columnOf,
  deciding,
  NOTHING,
  type Origins,
  type Readable,
  type Result,
  type ResultColumn,
  together,
  untold,
} from './origins.ts';
import { childrenOf, type Node, namesAt, nodeAt, nodesAt, tablesBelow } from './tree.ts';

/** What names mean at a place in a query. */
export interface Scope {
  /** The columns of the model's tables. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** The queries of WITH. */
  readonly common: ReadonlyMap<string, Result>;
  /** What is read here, then what the queries around this one read. */
  readonly sources: readonly (readonly Readable[])[];
  /** The columns of the SELECT so far, to which it may refer by their names. */
  readonly own: readonly ResultColumn[];
  /** Traces a query inside this one. */
  readonly trace: (query: Node, scope: Scope) => Result;
}

/** What an expression is made of. */
export function originsOf(node: Node, scope: Scope): Origins {
  switch (node['class']) {
    case 'CONSTANT':
      return NOTHING;
    case 'COLUMN_REF':
      return resolve(namesAt(node, 'column_names'), scope);
    case 'SUBQUERY':
      return ofSubquery(node, scope);
    case 'WINDOW':
    case 'FUNCTION':
      return ofCall(node, scope);
    case 'STAR':
      // COLUMNS (…), a list of which the names are not known.
      return untold(scope.sources.flat().flatMap(({ columns }) => columns.flatMap(({ origins }) => tablesOf(origins))));
    default:
      return below(childrenOf(node), scope);
  }
}

/** Whatever has a class is an expression; other nodes hold some. */
function below(nodes: readonly Node[], scope: Scope): Origins {
  return together(
    ...nodes.map((node) =>
      typeof node['class'] === 'string' ? originsOf(node, scope) : below(childrenOf(node), scope),
    ),
  );
}

/** What a window is divided and ordered by decides its values; so does what filters an aggregate or orders its rows. */
function ofCall(node: Node, scope: Scope): Origins {
  const values = nodesAt(node, 'children').map((child) => originsOf(child, scope));
  const { children: _, ...others } = node;
  return together(...values, deciding(below(childrenOf(others), scope)));
}

function ofSubquery(node: Node, scope: Scope): Origins {
  const query = nodeAt(nodeAt(node, 'subquery'), 'node');
  const tested = nodeAt(node, 'child');
  const own = tested === undefined ? NOTHING : originsOf(tested, scope);
  if (query === undefined) {
    return together(own, untold(tablesBelow(node)));
  }
  const { columns, rows, others } = scope.trace(query, scope);
  const values = together(...columns.map(({ origins }) => origins), others ?? NOTHING);
  const isTest = /EXISTS/.test(String(node['subquery_type']));
  return together(own, isTest ? deciding(values) : values, deciding(rows));
}

/** A column by its name, of the innermost query that has it. */
function resolve(path: readonly string[], scope: Scope): Origins {
  const column = path.at(-1) ?? '';
  const table = path.at(-2);
  for (const sources of scope.sources) {
    const fitting = sources.filter(({ alias }) => table === undefined || alias === table);
    const found = fitting.flatMap((source) => columnOf(source, column) ?? []);
    if (found.length > 0) {
      return together(...found);
    }
    // A field of a column that is a structure.
    const whole = table === undefined ? [] : sources.flatMap((source) => columnOf(source, path[0] ?? '') ?? []);
    if (whole.length > 0 && fitting.length === 0) {
      return together(...whole);
    }
  }
  return scope.own.find(({ name }) => name === column)?.origins ?? wholeRow(column, scope);
}

/** A name of a table in the place of a column is its whole row. */
function wholeRow(name: string, { sources }: Scope): Origins {
  const source = sources.flat().find(({ alias }) => alias === name);
  return source === undefined ? NOTHING : together(...source.columns.map(({ origins }) => origins));
}

/** The tables of the columns that something comes from. */
export function tablesOf({ values, decides, untold: tables }: Origins): readonly string[] {
  return [...tables, ...[...values, ...decides].map((column) => column.split('.')[0] ?? '')];
}
