import { EngineError } from '../executor.ts';

/** A token of a statement. `key` identifies keywords and operators; `value` is the content of a name or a literal. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'operator' | 'parameter' | 'end';
  readonly text: string;
  readonly key: string;
  readonly value: string;
  /** Its start, in characters from 0. */
  readonly at: number;
}

const BLANK = /(?:\s+|--[^\n]*)/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const QUOTED = /"((?:[^"]|"")+)"/uy;
const STRING = /'((?:[^']|'')*)'/uy;
const PARAMETER = /:([0-9A-Za-z_]+)/uy;
const OPERATOR = /::|<=|>=|<>|!=|\|\||!~|[-+*/%=<>(),.;~]/uy;

/**
 * Splits a statement into tokens, without comments. Throws EngineError on text that cannot occur in a Redshift statement.
 */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skipBlanks(sql, 0);
  while (at < sql.length) {
    const token = readToken(sql, at, tokens[0]?.key === 'comment');
    tokens.push(token);
    at = skipBlanks(sql, at + token.text.length);
  }
  tokens.push({ kind: 'end', text: '', key: '', value: '', at: sql.length });
  return tokens;
}

/** A syntax error in PostgreSQL's wording, which is also Redshift's; positions count from 1 (Data API, "Bad use"). */
export function syntaxError(token: Token, hint?: string): EngineError {
  const near = token.kind === 'end' ? 'syntax error at end of input' : `syntax error at or near "${token.text}"`;
  return new EngineError(`ERROR: ${near}${hint === undefined ? '' : ` (${hint})`}\n  Position: ${token.at + 1}`);
}

function readToken(sql: string, at: number, isComment: boolean): Token {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(sql);
  };
  const word = match(WORD)?.[0];
  if (word !== undefined) return { kind: 'word', text: word, key: word.toLowerCase(), value: word, at };
  const number = match(NUMBER)?.[0];
  if (number !== undefined) return { kind: 'number', text: number, key: '', value: number, at };
  const parameter = match(PARAMETER);
  if (parameter !== null) {
    return { kind: 'parameter', text: parameter[0], key: '', value: parameter[1] as string, at };
  }
  const operator = match(OPERATOR)?.[0];
  if (operator !== undefined) return { kind: 'operator', text: operator, key: operator, value: '', at };
  const quoted = match(QUOTED) ?? match(STRING);
  if (quoted === null) throw refuseCharacter(sql, at);
  return readQuoted(quoted[0], quoted[1] as string, { at, isComment });
}

function readQuoted(
  text: string,
  inner: string,
  { at, isComment }: { readonly at: number; readonly isComment: boolean },
): Token {
  if (text.startsWith('"')) return { kind: 'quoted', text, key: '', value: inner.replaceAll('""', '"'), at };
  // COMMENT takes no parameters. A doubled backslash ends its literal nowhere.
  if (isComment && !inner.replaceAll('\\\\', '').includes('\\')) {
    return { kind: 'string', text, key: '', value: inner.replaceAll("''", "'").replaceAll('\\\\', '\\'), at };
  }
  // page "SQL functions reference": a backslash is an escape character in Redshift's literals and nowhere else, so
  // literals with one are not portable.
  if (inner.includes('\\')) {
    throw new EngineError(
      `ERROR: a backslash in a literal is an escape character on Redshift only; pass the text as a parameter\n  Position: ${at + 1}`,
    );
  }
  return { kind: 'string', text, key: '', value: inner.replaceAll("''", "'"), at };
}

function refuseCharacter(sql: string, at: number): EngineError {
  const character = String.fromCodePoint(sql.codePointAt(at) ?? 0);
  if (character === "'" || character === '"') {
    const what = character === "'" ? 'quoted string' : 'quoted identifier';
    return new EngineError(`ERROR: unterminated ${what} at or near "${sql.slice(at)}"\n  Position: ${at + 1}`);
  }
  // page "Character types", page "Unsupported PostgreSQL features": no arrays, and no dollar quoting or numbered
  // parameters through the Data API.
  return syntaxError({ kind: 'operator', text: character, key: character, value: '', at });
}

function skipBlanks(sql: string, from: number): number {
  let at = from;
  for (;;) {
    BLANK.lastIndex = at;
    const blank = BLANK.exec(sql)?.[0].length ?? 0;
    at += blank;
    if (sql.startsWith('/*', at)) at = skipComment(sql, at);
    else if (blank === 0) return at;
  }
}

function skipComment(sql: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    if (at >= sql.length) throw new EngineError('ERROR: unterminated /* comment');
    if (sql.startsWith('/*', at)) depth += 1;
    else if (sql.startsWith('*/', at)) depth -= 1;
    else {
      at += 1;
      continue;
    }
    at += 2;
  } while (depth > 0);
  return at;
}
