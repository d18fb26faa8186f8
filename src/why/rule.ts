import type { Table } from '../sql/catalogue.ts';
import { type Token, tokenize, withoutComments } from '../sql/tokens.ts';

/** How a row comes about, in words: what the model says of it, and what its SELECT does. */
export function ruleOf(table: Table): readonly string[] {
  const sql = table.select?.sql ?? '';
  return [...toldBy(sql), ...clausesOf(sql)];
}

/** The comments above a SELECT, as one text. */
function toldBy(sql: string): readonly string[] {
  const lines = /^(?:\s*--[^\n]*\n)*/.exec(sql)?.[0].match(/--[^\n]*/g) ?? [];
  const text = lines.map((line) => line.replace(/^--\s*/, '')).join(' ');
  return text === '' ? [] : [text];
}

/** Words with which the clause of a join ends. */
const AFTER_ON = new Set([
  'join',
  'left',
  'right',
  'full',
  'inner',
  'cross',
  'where',
  'group',
  'order',
  'having',
  'union',
]);
const AFTER_GROUP = new Set(['order', 'having', 'union', 'limit']);

/** What matches, groups and orders rows in a SELECT, as it is written there. */
function clausesOf(sql: string): readonly string[] {
  const bare = withoutComments(sql);
  const tokens = tokenize(bare);
  return tokens.flatMap(({ key }, at) => {
    const next = tokens[at + 1]?.key;
    if (key === 'on') return [`matched by ${clause(bare, tokens, at + 1, AFTER_ON)}`];
    if (key === 'group' && next === 'by') return [`one row for each ${clause(bare, tokens, at + 2, AFTER_GROUP)}`];
    if (key === 'order' && next === 'by')
      return [`the first by ${clause(bare, tokens, at + 2, new Set(['limit', 'rows']))}`];
    return [];
  });
}

/** The text from a token on, up to the parenthesis that encloses it or one of some words. */
function clause(sql: string, tokens: readonly Token[], from: number, ends: ReadonlySet<string>): string {
  let [depth, to] = [0, from];
  for (; to < tokens.length; to += 1) {
    const key = tokens[to]?.key ?? '';
    if (depth === 0 && (key === ')' || ends.has(key))) break;
    depth += key === '(' ? 1 : key === ')' ? -1 : 0;
  }
  const [first, last] = [tokens[from], tokens[to - 1]];
  return first === undefined || last === undefined
    ? ''
    : sql.slice(first.at, last.at + last.text.length).replace(/\s+/g, ' ');
}
