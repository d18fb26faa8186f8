import { WarehouseError } from './errors.ts';

/** Blanks (those of ASCII) and line comments and, where parentheses are allowed, those too. */
const BLANKS = /^(?:[ \t\n\v\f\r]|--[^\n]*(?:\n|$))+/;
const BLANKS_AND_PARENTHESES = /^(?:[ \t\n\v\f\r(]|--[^\n]*(?:\n|$))+/;

/** A text without leading matches of `blanks` and leading comments, which nest on every engine. */
function skip(sql: string, blanks: RegExp): string {
  let rest = sql;
  for (;;) {
    const after = rest.startsWith('/*') ? afterComment(rest) : rest.replace(blanks, '');
    if (after === rest) {
      return rest;
    }
    rest = after;
  }
}

function afterComment(sql: string): string {
  let depth = 0;
  for (const { 0: mark, index } of sql.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) {
      return sql.slice(index + 2);
    }
  }
  return '';
}

/** A statement's first word, in lower case; '' if it begins with something else. */
function firstWord(sql: string): string {
  return (/^[a-z_]*/i.exec(skip(sql, BLANKS_AND_PARENTHESES)) ?? [''])[0].toLowerCase();
}

/** The first words of queries, as opposed to statements that describe something. */
const QUERY = ['select', 'with', 'values', 'table', 'from'];

/** The statement that an EXPLAIN explains; any other statement unchanged. */
export function explained(sql: string): string {
  if (firstWord(sql) !== 'explain') {
    return sql;
  }
  let rest = skip(sql, BLANKS).slice('explain'.length);
  for (;;) {
    rest = skip(rest, BLANKS);
    const [option] = /^(?:analy[sz]e\b|verbose\b|\([^)]*\))/i.exec(rest) ?? [];
    if (option === undefined || (option.startsWith('(') && QUERY.includes(firstWord(rest)))) {
      return rest;
    }
    rest = rest.slice(option.length);
  }
}

/**
 * Throws WarehouseError `refused` unless a statement begins with one of these words (in lower case) and, if it is an
 * EXPLAIN, explains a query. This is an engine's first guard, because no list of statements that write could be
 * complete.
 */
export function assertBeginsWith(words: readonly string[], sql: string): void {
  const first = firstWord(sql);
  if (!words.includes(first)) {
    throw refused(first === '' ? 'this text does not begin with a word' : `${first.toUpperCase()} is not a query`);
  }
  if (first === 'explain' && !QUERY.includes(firstWord(explained(sql)))) {
    throw refused('this EXPLAIN does not explain a query');
  }
}

/** The error for a statement that may do more than read. */
export function refused(reason: string): WarehouseError {
  return new WarehouseError('refused', `the statement may do more than read: ${reason}`, {
    next: 'Add --write to run it anyway. A query begins with SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN.',
  });
}
