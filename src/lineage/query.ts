import { originsOf, type Scope } from './expression.ts';
import { deciding, NOTHING, type Origins, type Result, type ResultColumn, together, untold } from './origins.ts';
import { readSources } from './sources.ts';
import { starColumns } from './star.ts';
import { type Node, nameAt, namesAt, nodeAt, nodesAt, tablesBelow, theseAt } from './tree.ts';

/** What the columns of a query are made of, and what decides its rows. */
export function trace(query: Node, scope: Scope): Result {
  const inner = withCommon(query, scope);
  switch (query['type']) {
    case 'SELECT_NODE':
      return traceSelect(query, inner);
    case 'SET_OPERATION_NODE':
      return traceSetOperation(query, inner);
    case 'RECURSIVE_CTE_NODE':
      return traceRecursive(query, inner);
    case 'CTE_NODE':
      return traceCommon(query, inner);
    default:
      return opaque(query);
  }
}

/** A query of which only the tables are known. */
function opaque(query: Node): Result {
  const all = untold(tablesBelow(query));
  return { columns: [], rows: all, others: all };
}

/** The scope inside a query, with the names of its WITH. */
function withCommon(query: Node, scope: Scope): Scope {
  const common = new Map(scope.common);
  const inner = { ...scope, common };
  for (const { key, value } of nodesAt(nodeAt(query, 'cte_map'), 'map') as readonly {
    key?: unknown;
    value?: unknown;
  }[]) {
    const node = nodeAt(nodeAt(value as Node, 'query'), 'node');
    if (typeof key === 'string' && node !== undefined) {
      common.set(key.toLowerCase(), named(trace(node, inner), value as Node));
    }
  }
  return inner;
}

/** `WITH name (a, b) AS …` */
function named(result: Result, common: Node): Result {
  const aliases = (common['aliases'] as readonly unknown[] | undefined) ?? [];
  return renamed(
    result,
    aliases.map((alias) => String(alias).toLowerCase()),
  );
}

/** A result with other names for its first columns. */
export function renamed(result: Result, names: readonly string[]): Result {
  return { ...result, columns: result.columns.map((column, at) => ({ ...column, name: names[at] ?? column.name })) };
}

function traceSelect(query: Node, scope: Scope): Result {
  const { sources, rows } = readSources(nodeAt(query, 'from_table'), scope);
  const own: ResultColumn[] = [];
  const inner: Scope = { ...scope, sources: [sources, ...scope.sources], own };
  let others: Origins | undefined;
  for (const item of nodesAt(query, 'select_list')) {
    if (item['class'] === 'STAR') {
      const star = starColumns(item, sources, inner);
      own.push(...star.columns);
      others = star.others ?? others;
    } else {
      own.push({ name: nameOf(item), origins: originsOf(item, inner) });
    }
  }
  const conditions = theseAt(query, 'where_clause', 'having', 'qualify');
  const groups = nodesAt(query, 'group_expressions').map((group) => positioned(group, own) ?? originsOf(group, inner));
  const decided = [...conditions.map((one) => originsOf(one, inner)), ...groups, ...modifiersOf(query, inner, own)];
  return { columns: [...own], rows: together(rows, ...decided.map(deciding)), others };
}

function nameOf(item: Node): string {
  const columns = item['column_names'];
  return nameAt(item, 'alias') || (Array.isArray(columns) ? String(columns.at(-1)).toLowerCase() : '');
}

/** What a number in GROUP BY or ORDER BY stands for. */
function positioned(item: Node, columns: readonly ResultColumn[]): Origins | undefined {
  const value = nodeAt(item, 'value')?.['value'];
  return item['class'] === 'CONSTANT' && typeof value === 'number' ? columns[value - 1]?.origins : undefined;
}

function aliased(item: Node, columns: readonly ResultColumn[]): Origins | undefined {
  const [name, ...rest] = namesAt(item, 'column_names');
  return rest.length > 0 ? undefined : columns.find((column) => column.name === name)?.origins;
}

/** An order decides rows only where a LIMIT follows it. A name there is that of a column of the result, if there is one. */
function modifiersOf(query: Node, scope: Scope, columns: readonly ResultColumn[]): readonly Origins[] {
  const modifiers = nodesAt(query, 'modifiers');
  const isCut = modifiers.some(({ type }) => type === 'LIMIT_MODIFIER' || type === 'LIMIT_PERCENT_MODIFIER');
  const targets = modifiers.flatMap((modifier) => nodesAt(modifier, 'distinct_on_targets'));
  const orders = modifiers
    .flatMap((modifier) => nodesAt(modifier, 'orders'))
    .flatMap((one) => theseAt(one, 'expression'));
  return [...targets, ...(isCut || targets.length > 0 ? orders : [])].map(
    (item) => positioned(item, columns) ?? aliased(item, columns) ?? originsOf(item, scope),
  );
}

function traceSetOperation(query: Node, scope: Scope): Result {
  const listed = nodesAt(query, 'children');
  const parts = listed.length > 0 ? listed : theseAt(query, 'left', 'right');
  const [first, ...rest] = parts.map((part) => trace(part, scope));
  if (first === undefined) {
    return opaque(query);
  }
  const adds = nameAt(query, 'setop_type').startsWith('union');
  const byName = nameAt(query, 'setop_type') === 'union_by_name';
  const combined = adds ? rest.reduce((sum, part) => union(sum, part, byName), first) : first;
  // What EXCEPT and INTERSECT compare with decides which rows stay.
  const compared = adds ? [] : rest.flatMap(({ columns, rows }) => [rows, ...columns.map(({ origins }) => origins)]);
  const inner = { ...scope, sources: [], own: combined.columns };
  const modified = modifiersOf(query, inner, combined.columns);
  return { ...combined, rows: together(combined.rows, ...[...compared, ...modified].map(deciding)) };
}

function union(left: Result, right: Result, byName: boolean): Result {
  const other = (name: string, at: number) =>
    byName ? right.columns.find((column) => column.name === name) : right.columns[at];
  const columns = left.columns.map(({ name, origins }, at) => ({
    name,
    origins: together(origins, other(name, at)?.origins ?? right.others ?? NOTHING),
  }));
  const added = byName ? right.columns.filter(({ name }) => !left.columns.some((column) => column.name === name)) : [];
  const others = left.others ?? right.others;
  return { columns: [...columns, ...added], rows: together(left.rows, right.rows), others };
}

/** Its second part reads the whole, row by row: each turn may pass on what another column was made of before. */
function traceRecursive(query: Node, scope: Scope): Result {
  const [left, right] = [nodeAt(query, 'left'), nodeAt(query, 'right')];
  if (left === undefined || right === undefined) {
    return opaque(query);
  }
  const name = nameAt(query, 'cte_name');
  let known = trace(left, scope);
  for (const _ of [...known.columns, undefined]) {
    known = union(known, trace(right, { ...scope, common: new Map([...scope.common, [name, known]]) }), false);
  }
  return known;
}

function traceCommon(query: Node, scope: Scope): Result {
  const [node, child] = [nodeAt(query, 'query'), nodeAt(query, 'child')];
  if (node === undefined || child === undefined) {
    return opaque(query);
  }
  const common = new Map([...scope.common, [nameAt(query, 'cte_name'), trace(node, scope)] as const]);
  return trace(child, { ...scope, common });
}
