/** A token of SQL: no white space, no comment. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'other';
  /** As written. */
  readonly text: string;
  /** A word in lower case, or a quoted name without its quotes; otherwise as written. */
  readonly key: string;
  /** The position in the statement where it begins. */
  readonly at: number;
}

/** White space and comments, or a word, a quoted name, a literal, a dollar-quoted text; or any other piece. */
const PIECES =
  /(\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|([\p{L}_][\p{L}\p{N}_$]*)|("(?:[^"]|"")*")|('(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\5\$)|\d[\w.]*|[\s\S]/gu;

/** The tokens of a statement, in order. A literal, a quoted name and a dollar-quoted text are one token each. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const { 0: text, 1: space, 2: word, 3: quoted, 4: string, index: at } of sql.matchAll(PIECES)) {
    if (space !== undefined) continue;
    if (word !== undefined) tokens.push({ kind: 'word', text, key: text.toLowerCase(), at });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text, key: unquoted(text), at });
    else tokens.push({ kind: string === undefined ? 'other' : 'string', text, key: text, at });
  }
  return tokens;
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll('""', '"');
}

/**
 * A statement without its comments, each of which separates words like white space. Literals, names and line breaks are
 * kept, so that line numbers do not change.
 */
export function withoutComments(sql: string): string {
  const bare = sql.replace(PIECES, (piece) => (/^(--|\/\*.)/s.test(piece) ? piece.replace(/[^\n]+/g, ' ') : piece));
  return bare.trimEnd();
}

/** A line without the comment that ends it, and that comment without its hyphens; undefined if there is none. */
export function splitComment(line: string): { readonly code: string; readonly comment: string | undefined } {
  const found = [...line.matchAll(PIECES)].find(([piece]) => piece.startsWith('--'));
  return found === undefined
    ? { code: line, comment: undefined }
    : { code: line.slice(0, found.index), comment: line.slice(found.index + 2) };
}

/** A statement with some of its tokens replaced. Everything between tokens is kept. */
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
