import type { Token } from './lexer.ts';

/** The columns of tables, by the tables' names as written for PostgreSQL. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/** A column, and the table that qualifies it, if any. */
export interface Reference {
  readonly table: string | undefined;
  readonly column: string;
  readonly token: Token;
  readonly isInWhere: boolean;
  /** How it is compared: not yet, only as `a = b`, or otherwise. */
  form: 'alone' | 'equality' | 'other';
}

/** A SELECT, for the rules on correlated subqueries. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** Its place in its parent. */
  readonly place: 'on' | 'in' | 'elsewhere';
  readonly names: Set<string>;
  /** The tables of FROM; undefined for anything else, since its columns are not known. */
  readonly sources: (string | undefined)[];
  readonly references: Reference[];
  readonly items: Item[];
  /** The subqueries inside aggregate functions. */
  readonly aggregated: Scope[];
  /** The keys of its GROUP BY: names, column numbers and subqueries. */
  readonly keys: { readonly text: string; readonly scopes: readonly Scope[] }[];
  isInWhere: boolean;
  /** It is beside OR, or in CASE, HAVING or ORDER BY. */
  isBranch: boolean;
  hasWindow: boolean;
  /** An aggregate function other than MIN and MAX. */
  hasAggregate: boolean;
  /** The ORDER BY of its LISTAGG. */
  listOrder?: string;
  /** It has a LIMIT or is part of a set operation. */
  isCut: boolean;
}

/** A column of the SELECT list: its alias and the subqueries it contains. */
export interface Item {
  readonly alias: string;
  /** Whether the alias is explicit. */
  readonly isNamed: boolean;
  readonly scopes: readonly Scope[];
}

/** An empty scope for a SELECT. */
export function newScope(parent: Scope | undefined, place: Scope['place'] = 'elsewhere'): Scope {
  return {
    parent,
    place,
    names: new Set(),
    sources: [],
    references: [],
    items: [],
    aggregated: [],
    keys: [],
    isInWhere: false,
    isBranch: false,
    hasWindow: false,
    hasAggregate: false,
    isCut: false,
  };
}

/** Records how the references of one condition are compared. */
export function classify(references: readonly Reference[], operators: readonly string[]): void {
  if (operators.length === 0) return;
  const isEquality = operators.length === 1 && operators[0] === '=';
  for (const reference of references) {
    if (!isEquality) reference.form = 'other';
    else if (reference.form === 'alone') reference.form = 'equality';
  }
}

/**
 * The first correlated reference that Redshift cannot decorrelate. An unqualified column is looked up among those of the
 * tables; if FROM contains anything else, the column is assumed to belong to it. The AWS page "Correlated subqueries"
 * rules out a reference that skips a level, is in an ON clause, comes from a subquery with a window function, or comes
 * from a subquery after IN with an aggregate (other than MIN and MAX) and GROUP BY. It also rules out a GROUP BY on the
 * result of a correlated subquery, and an aggregate of it. The page shows as supported a column that is equal to one of
 * the outer query in WHERE. Anything else that correlates is refused here: by LIMIT, another comparison or another
 * clause, beside OR or in CASE.
 */
export function unsupportedReference(scopes: readonly Scope[], columns: Columns): Token | undefined {
  for (const scope of scopes) {
    const found = correlated(scope, columns).find(
      ({ reference, depth }) => depth > 1 || !isSupported(scope, reference),
    );
    if (found !== undefined) return found.reference.token;
  }
  return scopes
    .flatMap((scope) => [...groupedBy(scope), ...scope.aggregated])
    .flatMap((scope) => correlated(scope, columns))[0]?.reference.token;
}

function isSupported(scope: Scope, { isInWhere, form }: Reference): boolean {
  const aggregates = scope.place === 'in' && scope.hasAggregate && scope.keys.length > 0;
  return (
    isInWhere &&
    form === 'equality' &&
    scope.place !== 'on' &&
    !scope.isBranch &&
    !scope.hasWindow &&
    !scope.isCut &&
    !aggregates
  );
}

/** The references to an outer query, and the number of levels between. */
function correlated(
  scope: Scope,
  columns: Columns,
): readonly { readonly reference: Reference; readonly depth: number }[] {
  return scope.references
    .map((reference) => ({ reference, depth: depthOf(scope, reference, columns) }))
    .filter(({ depth }) => depth > 0);
}

function depthOf(scope: Scope, { table, column }: Reference, columns: Columns): number {
  let depth = 0;
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    if (table === undefined ? hasColumn(level, column, columns) : level.names.has(table)) return depth;
    if (table === undefined && level.sources.some((source) => columns.get(source ?? '') === undefined)) return 0;
    depth += 1;
  }
  return 0;
}

function hasColumn({ sources, items }: Scope, column: string, columns: Columns): boolean {
  return items.some(({ alias }) => alias === column) || sources.some((name) => columns.get(name ?? '')?.has(column));
}

/**
 * Whether the columns of tables are needed, to determine which references are correlated and which are rows instead of
 * columns.
 */
export function needsColumns(scopes: readonly Scope[]): boolean {
  return scopes.some(({ parent, names, references }) =>
    references.some(({ table, column }) => table === undefined && (parent !== undefined || names.has(column))),
  );
}

/** The first reference to a table as if it were a column. PostgreSQL reads it as the row; no AWS page mentions that. */
export function wholeRow(scopes: readonly Scope[], columns: Columns): Token | undefined {
  for (const scope of scopes) {
    const isKnown = scope.sources.every((source) => columns.has(source ?? ''));
    const named = { ...scope, items: scope.items.filter(({ isNamed }) => isNamed) };
    const row = scope.references.find(
      ({ table, column }) => table === undefined && scope.names.has(column) && !hasColumn(named, column, columns),
    );
    if (isKnown && row !== undefined) return row.token;
  }
  return undefined;
}

/** The subqueries that a query groups by: directly, by alias or by column number. */
function groupedBy({ items, keys }: Scope): readonly Scope[] {
  return keys.flatMap(({ text, scopes }) => [
    ...scopes,
    ...items.flatMap((item, index) => (item.alias === text || String(index + 1) === text ? item.scopes : [])),
  ]);
}
