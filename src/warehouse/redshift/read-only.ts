import { tokenize } from '../../sql/tokens.ts';
import { assertBeginsWith, refused } from '../reading.ts';

/** The first words of statements that read (Database Developer Guide, SQL commands). */
const READING = ['select', 'with', 'show', 'explain', 'desc', 'describe'];

/** Functions that affect other sessions, or this one. */
const ACTING = /\b(?:pg_terminate_backend|pg_cancel_backend|set_config)\b/i;

/** PostgreSQL 8, on which Redshift is based, accepts `1INTO t` for `1 INTO t`. */
const INTO = /(?:\b|[\d.])into\b/i;

/** A statement in parentheses that changes something. */
const NESTED = /\(\s*(?:insert|update|delete|merge|copy|unload|create|drop|alter|truncate|call)\b/i;

/**
 * Refuses a statement that does more than read. Redshift has no read-only sessions over the Data API, so the text
 * decides: it must be one statement that begins like a query and has no INTO outside of literals and comments (SELECT …
 * INTO creates a table). An ambiguous text is refused. Throws WarehouseError `refused`.
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

/** The ends of literals and comments must be unambiguous. */
function assertClear(sql: string): void {
  // Whether a backslash escapes a quote depends on the kind of literal. An even number of backslashes never does.
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
