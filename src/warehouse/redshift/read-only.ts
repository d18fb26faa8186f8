import { tokenize } from '../../sql/tokens.ts';
import { assertBeginsWith, refused } from '../reading.ts';

/** What a statement that reads may begin with (Database Developer Guide, SQL commands). */
const READING = ['select', 'with', 'show', 'explain', 'desc', 'describe'];

/** Functions that act on other sessions, or on this one. */
const ACTING = /\b(?:pg_terminate_backend|pg_cancel_backend|set_config)\b/i;

/** PostgreSQL 8, which Redshift comes from, takes `1INTO t` for `1 INTO t`. */
const INTO = /(?:\b|[\d.])into\b/i;

/** A statement that changes something, where it stands in parentheses. */
const NESTED = /\(\s*(?:insert|update|delete|merge|copy|unload|create|drop|alter|truncate|call)\b/i;

/**
 * Refuses a statement that does not only read. Redshift has no read-only sessions over the Data API, so the words decide:
 * one statement that begins as a query does, and that holds no INTO outside of literals and comments (SELECT … INTO makes a
 * table). A text that could be taken apart in two ways is refused. Throws WarehouseError `refused`.
 */
export function assertReads(sql: string): void {
  assertBeginsWith(READING, sql);
  assertClear(sql);
  const words = withoutLiterals(sql).replace(/;\s*$/, '');
  assertBeginsWith(READING, words);
  if (words.includes(';')) {
    throw refused('it holds several statements, but only one at a time can be run');
  }
  if (INTO.test(words) || NESTED.test(words)) {
    throw refused('it holds INTO, or another statement in parentheses');
  }
  const [acting] = ACTING.exec(sql) ?? [];
  if (acting !== undefined) {
    throw refused(`it calls ${acting}`);
  }
}

/** Where literals and comments end must be beyond doubt. */
function assertClear(sql: string): void {
  // Whether a backslash escapes a quote depends on the kind of literal; an even number of them does not.
  if (/(?<!\\)(?:\\\\)*\\'/.test(sql)) {
    throw refused("it has a backslash before a quote: write '' for a quote in a text");
  }
  if (/\$\w*\$/.test(sql)) {
    throw refused("it holds a dollar quote: write the text between '…'");
  }
  if (/\/\*(?:(?!\*\/)[\s\S])*\/\*/.test(sql)) {
    throw refused('it has a nested comment');
  }
}

/** The statement without its literals, quoted names and comments. */
function withoutLiterals(sql: string): string {
  return tokenize(sql)
    .filter(({ kind }) => kind === 'word' || kind === 'other')
    .map(({ text }) => text)
    .join(' ');
}
