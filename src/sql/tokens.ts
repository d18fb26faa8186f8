/** A piece of SQL that means something: no white space, no comment. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'other';
  /** As it is written. */
  readonly text: string;
  /** A word in lower case, a quoted name without its quotes; else as it is written. */
  readonly key: string;
  /** Where it begins in the statement. */
  readonly at: number;
}

const PIECES =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|[\s\S]/gu;

/** The tokens of a statement, in order. A literal, a quoted name and a dollar-quoted text are one token each. */
export function tokenize(sql: string): readonly Token[] {
  return [...sql.matchAll(PIECES)]
    .map(({ 0: text, index }) => ({ text, at: index, ...kindOf(text) }))
    .filter((token): token is Token => token.kind !== 'space');
}

/**
 * A statement without its comments, each of which parts words as white space does. Literals and names stay as they are, and
 * so do line breaks: what is written on a line stays there.
 */
export function withoutComments(sql: string): string {
  const bare = sql.replace(PIECES, (piece) => (/^(--|\/\*.)/s.test(piece) ? piece.replace(/[^\n]+/g, ' ') : piece));
  return bare.trimEnd();
}

/** A statement in which some of its tokens are written otherwise; all that stands between tokens stays. */
export function rewritten(
  sql: string,
  tokens: readonly Token[],
  textOf: (token: Token, at: number) => string | undefined,
): string {
  let written = '';
  let from = 0;
  for (const [index, token] of tokens.entries()) {
    const text = textOf(token, index);
    if (text !== undefined) {
      written += sql.slice(from, token.at) + text;
      from = token.at + token.text.length;
    }
  }
  return written + sql.slice(from);
}

function kindOf(text: string): { kind: Token['kind'] | 'space'; key: string } {
  const isSpace = /^(\s|--|\/\*.)/.test(text);
  if (isSpace) {
    return { kind: 'space', key: '' };
  }
  if (/^[\p{L}_]/u.test(text)) {
    return { kind: 'word', key: text.toLowerCase() };
  }
  if (text.length > 1 && text.startsWith('"')) {
    return { kind: 'quoted', key: text.slice(1, -1).replaceAll('""', '"') };
  }
  return { kind: /^['$]./.test(text) ? 'string' : 'other', key: text };
}
