import { reachOf } from './affected.ts';
import type { Column, Table } from './catalogue.ts';
import { inputsOf, mentionsIn } from './reads.ts';
import { type Token, tokenize } from './tokens.ts';

/** Which columns of an input have the values of a table's key and time, in one or several ways. */
export function carriedKeys(table: Table, input: Table): readonly (readonly string[])[] {
  const said = table.affectedBy.filter((one) => one.input === input.name).map(({ columns }) => columns);
  if (said.length > 0) {
    return said;
  }
  const reach = reachOf(table);
  return reach.every((name) => isSameColumn(columnOf(table, name), columnOf(input, name))) && passesOn(table, reach)
    ? [reach]
    : [];
}

/**
 * Whether rows of one key certainly have the same time: an input tells the time, and the key has that of the input. If not,
 * a load that affects a later time does not see the row of an earlier one.
 */
export function determinesTime(table: Table, tables: readonly Table[]): boolean {
  const { key, time } = table;
  const inputs = tables.filter(({ name }) => inputsOf(table).includes(name));
  const isOfOneRow = (input: Table) =>
    carriedKeys(table, input).some((columns) => input.key.every((one) => columns.slice(0, key.length).includes(one)));
  return time === undefined || key.includes(time) || inputs.some(isOfOneRow);
}

function columnOf({ columns }: Table, wanted: string): Column | undefined {
  return columns.find(({ name }) => name === wanted);
}

/** Whether values of one column are values of the other, unchanged. */
export function isSameColumn(one: Column | undefined, other: Column | undefined): boolean {
  return one !== undefined && one.sqlType === other?.sqlType;
}

/**
 * Whether columns of a table are certainly those of the same names in the one table that its SELECT reads, as
 * they are. We do not parse SQL: wherever a name could mean something else, the answer is no.
 */
function passesOn({ select }: Table, key: readonly string[]): boolean {
  if (select === undefined || mentionsIn(select).length !== 1) {
    return false;
  }
  const tokens = tokenize(select.sql);
  const [mention] = mentionsIn(select);
  return !tokens.some(
    (token, at) =>
      MIXING.has(token.key) ||
      isColumnList(tokens, at, mention) ||
      (token.key === 'over' && !isOverKey(tokens, at, key)) ||
      (key.includes(nameOf(token)) && isNewName(tokens, at)),
  );
}

/** Words of queries in which a column can come from more than one place, or by its position. */
const MIXING = new Set(
  'union except intersect minus with values lateral unnest natural rollup cube pivot unpivot limit offset fetch top window qualify'.split(
    ' ',
  ),
);
/** Words after which a value begins. After any other word, a name is an alias. */
const BEFORE_VALUES = new Set(
  'select distinct all by where and or on not in between having like ilike is when then else case as over partition using from'.split(
    ' ',
  ),
);
const AFTER_CALLS = new Set(['filter', 'over', 'within']);
const BEFORE_ITEMS = new Set(['select', 'distinct', 'all', ',']);

/** The name that a token can be, as engines compare names. */
function nameOf({ kind, key }: Token): string {
  return (kind === 'string' ? key.replaceAll("'", '') : key).toLowerCase();
}

/** Whether a window goes over rows of one key only: PARTITION BY names each of its columns. */
function isOverKey(tokens: readonly Token[], at: number, key: readonly string[]): boolean {
  const list = tokens.slice(at + 4);
  const end = list.findIndex((token) => [')', 'order', 'rows', 'range'].includes(token.key));
  const named = list.slice(0, end).map(nameOf);
  const isPartition =
    tokens[at + 1]?.key === '(' && tokens[at + 2]?.key === 'partition' && tokens[at + 3]?.key === 'by';
  return isPartition && !named.includes('(') && key.every((column) => named.includes(column));
}

/** Whether a name is given to something other than a column of the same name. */
function isNewName(tokens: readonly Token[], at: number): boolean {
  const name = tokens[at]?.key;
  const before = tokens[at - 1];
  if (tokens[at + 1]?.key === ':') {
    return true;
  }
  if (before?.key === 'as') {
    const isPlain = BEFORE_ITEMS.has(tokens[at - 3]?.key ?? '');
    const isPrefixed = tokens[at - 3]?.key === '.' && BEFORE_ITEMS.has(tokens[at - 5]?.key ?? '');
    return tokens[at]?.kind === 'string' || tokens[at - 2]?.key !== name || !(isPlain || isPrefixed);
  }
  const endsValue =
    before?.kind === 'quoted' ||
    before?.kind === 'string' ||
    /^[)\d\]]/.test(before?.key ?? '') ||
    (before?.kind === 'word' && !BEFORE_VALUES.has(before.key));
  return endsValue;
}

/** `) x (a, b)` or `table x (a, b)`: names for columns by their position. */
function isColumnList(tokens: readonly Token[], at: number, mention: Token | undefined): boolean {
  const from = tokens[at];
  if (from === undefined || (from.key !== ')' && from.at !== mention?.at)) {
    return false;
  }
  const alias = tokens[at + 1]?.key === 'as' ? at + 2 : at + 1;
  const isName = tokens[alias]?.kind === 'word' || tokens[alias]?.kind === 'quoted';
  const word = tokens[alias]?.key ?? '';
  return isName && tokens[alias + 1]?.key === '(' && !BEFORE_VALUES.has(word) && !AFTER_CALLS.has(word);
}
