import { type Token, tokenize } from './tokens.ts';

/** A SELECT that makes one row of each row of its table. */
export interface SimpleSelect {
  /** By name, the tokens of each column's value. */
  readonly items: ReadonlyMap<string, readonly Token[]>;
  readonly table: string;
}

/** Words of SELECTs that combine rows or leave some out. */
const COMBINING = new Set(['select', 'distinct', 'over', 'union', 'except', 'intersect', 'with']);

/** Calls that combine rows or make several of one, and values that differ from run to run. */
const COMBINING_CALLS = new Set(
  'count sum avg min max median mode first last any_value arg_min arg_max string_agg listagg array_agg list bool_and bool_or every stddev stddev_samp stddev_pop variance var_samp var_pop approx_count_distinct unnest generate_series generate_subscripts regexp_split_to_table json_array_elements random now clock_timestamp getdate uuid gen_random_uuid nextval'.split(
    ' ',
  ),
);
const CHANGING = new Set([
  'current_timestamp',
  'current_date',
  'current_time',
  'localtime',
  'localtimestamp',
  'sysdate',
]);

function combines({ kind, key }: Token, next: Token | undefined): boolean {
  const isCall = next?.key === '(' && COMBINING_CALLS.has(key);
  return kind === 'word' && (COMBINING.has(key) || CHANGING.has(key) || isCall);
}

/** Reads `SELECT …, … FROM table alias`; undefined if it is anything else. */
export function readSimpleSelect(sql: string): SimpleSelect | undefined {
  const [first, ...tokens] = tokenize(sql);
  const from = tokens.findIndex(({ key }, at) => key === 'from' && depthAt(tokens, at) === 0);
  const [table, ...alias] = tokens.slice(from + 1);
  const isWhole = alias.length === 0 || alias.length === 1 || (alias.length === 2 && alias[0]?.key === 'as');
  if (first?.key !== 'select' || from === -1 || table === undefined || !isWhole || !alias.every(isName)) {
    return undefined;
  }
  const list = tokens.slice(0, from);
  return list.some((token, at) => combines(token, list[at + 1]))
    ? undefined
    : { items: new Map(itemsIn(list).map(toItem)), table: table.key };
}

/** The names of the columns that a query gives; undefined where they do not stand in its first list. */
export function namesGiven(sql: string): readonly string[] | undefined {
  return itemsGiven(sql)?.map((item) => item.at(-1)?.key ?? '');
}

/** The columns that a query gives, each with its name behind it; undefined where they do not stand in its first list. */
export function itemsGiven(sql: string): readonly (readonly Token[])[] | undefined {
  const [first, ...tokens] = tokenize(sql);
  const from = tokens.findIndex(({ key }, at) => key === 'from' && depthAt(tokens, at) === 0);
  const list = itemsIn(from === -1 ? tokens : tokens.slice(0, from));
  return first?.key !== 'select' || list.some((item) => item.at(-1)?.key === '*') ? undefined : list;
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}

function depthAt(tokens: readonly Token[], end: number): number {
  return tokens.slice(0, end).reduce((depth, { key }) => depth + (key === '(' ? 1 : key === ')' ? -1 : 0), 0);
}

/** What stands between the commas that are in no parentheses. */
export function itemsIn(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += token.key === '(' ? 1 : token.key === ')' ? -1 : 0;
    if (token.key === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** `a`, `t.a` and `value AS a`. */
function toItem(item: readonly Token[]): readonly [string, readonly Token[]] {
  const named = item.at(-2)?.key === 'as' ? item.slice(0, -2) : item;
  return [item.at(-1)?.key ?? '', named];
}

/** The columns that a value is made of, of those that its table has. */
export function columnsUsed<T extends { readonly name: string }>(
  item: readonly Token[],
  columns: readonly T[],
): readonly T[] {
  const names = new Set(item.filter(({ kind }) => kind !== 'string').map(({ key }) => key));
  return columns.filter(({ name }) => names.has(name));
}

/** The column whose value it is, unchanged: `a` or `t.a`. */
export function plainColumn(item: readonly Token[]): string | undefined {
  const isPrefixed = item.length === 3 && item[1]?.key === '.';
  const last = item.at(-1);
  return (item.length === 1 || isPrefixed) && last !== undefined && isName(last) ? last.key : undefined;
}

/** The column whose value it is without its trailing blanks: `RTRIM(a, ' ')`. */
export function trimmedColumn(item: readonly Token[]): string | undefined {
  const [name, open, ...rest] = item;
  const [comma, blank, close] = rest.slice(-3);
  const isTrim =
    name?.key === 'rtrim' && open?.key === '(' && comma?.key === ',' && blank?.text === "' '" && close?.key === ')';
  return isTrim ? plainColumn(rest.slice(0, -3)) : undefined;
}
