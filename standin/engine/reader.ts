import { EngineError } from '../executor.ts';
import type { Columns, Scope } from './correlation.ts';
import { domainOf, type TextType } from './domains.ts';
import { syntaxError, type Token, tokenize } from './lexer.ts';
import { RESERVED, UNFIT_AS_BARE_ALIAS } from './words.ts';

/** A piece of the PostgreSQL text and its origin in the statement. */
export interface Piece {
  text: string;
  readonly at: number;
}

/** The use of a query: its rows are the answer, are inserted, or are read by another query or stored. */
export type Place = 'answer' | 'insert' | 'inner';

/** The state of a query that is being read. */
export interface Frame {
  /** Its columns that are only a literal or NULL: their type in Redshift depends on the whole query. */
  readonly bare: { readonly slot: Piece; readonly isNull: boolean }[];
  readonly scopes: Scope[];
  /** Whether it combines queries with UNION, INTERSECT or EXCEPT. */
  combines: boolean;
  /** The number of TOP. */
  top: string | undefined;
}

/** The state at the start of a query. */
export function newFrame(): Frame {
  return { bare: [], scopes: [], combines: false, top: undefined };
}

/** The state of a SELECT that a following QUALIFY needs. */
export interface Qualifiable {
  /** Why it cannot be translated. */
  obstacle: string | undefined;
  addTable(name: string, isAliased: boolean): void;
}

/** The grammar rules that call each other across files. */
export interface Grammar {
  expression(reader: Reader): void;
  query(reader: Reader, place?: Place): void;
  order(reader: Reader): void;
  sources(reader: Reader): void;
  call(reader: Reader): void;
}

/** The context of a translation. */
export interface Surroundings {
  /** Double quotes keep the case of names (enable_case_sensitive_identifier). */
  readonly keepsCase: boolean;
  readonly user: string;
  /** What the functions of this session return. */
  readonly constants: ReadonlyMap<string, string>;
  /** The columns of the tables that the statement names, as far as they are known. */
  readonly columns?: Columns;
}

/** Reads the tokens of one statement and writes the equivalent PostgreSQL text. */
export class Reader {
  readonly surroundings: Surroundings;
  readonly grammar: Grammar;
  /** Tables that the statement names, as written into the PostgreSQL text. */
  readonly tables = new Set<string>();
  readonly catalogueTables = new Set<string>();
  readonly systemTables = new Set<string>();
  /** The VARCHARs of the columns it declares, and every CHAR, by the domains that represent them. */
  readonly domains = new Map<string, TextType>();
  /** 'allowed', or the message that refuses them. */
  outerJoins: 'allowed' | (string & {}) = 'allowed';
  readonly leaderFunctions = new Set<string>();
  /** Functions of the compute nodes, which fail in a statement without a table. */
  readonly computeFunctions = new Set<string>();
  /** Names of WITH, which are not tables. */
  readonly common = new Set<string>();
  readonly parameters: string[] = [];
  readonly scopes: Scope[] = [];
  scope: Scope | undefined;
  /** The place of the next query in its parent. */
  place: Scope['place'] = 'elsewhere';
  frame = newFrame();
  /** The SELECT being read, for a QUALIFY that may follow. */
  qualify: Qualifiable | undefined;
  /** The non-portable parts: functions by their names, clauses in capitals. */
  readonly uses = new Set<string>();
  /** The current one of the two types of bare literals; the branches of a set operation have different ones. */
  side: 0 | 1 = 0;
  readonly #tokens: readonly Token[];
  #next = 0;
  #pieces: Piece[] = [];

  constructor(sql: string, surroundings: Surroundings, grammar: Grammar) {
    this.#tokens = tokenize(sql);
    this.grammar = grammar;
    this.surroundings = surroundings;
  }

  /** The token `offset` places ahead; after the last one, the end token. */
  peek(offset = 0): Token {
    return this.#tokens[Math.min(this.#next + offset, this.#tokens.length - 1)] as Token;
  }

  /** Whether the next tokens are these keywords and operators. */
  is(...keys: readonly string[]): boolean {
    return keys.every((key, index) => this.peek(index).key === key);
  }

  isAny(...keys: readonly string[]): boolean {
    return keys.includes(this.peek().key);
  }

  /** Takes the next token without writing it. */
  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Takes the keywords if they come next. */
  skip(...keys: readonly string[]): boolean {
    if (!this.is(...keys)) return false;
    this.#next += keys.length;
    return true;
  }

  /** Takes the keywords if they come next and writes them. */
  copy(...keys: readonly string[]): boolean {
    if (!this.is(...keys)) return false;
    for (const _ of keys) this.pass();
    return true;
  }

  /** Writes the next token unchanged. */
  pass(): Token {
    const token = this.take();
    this.write(token.kind === 'word' ? token.key : token.text, token);
    return token;
  }

  expect(...keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.skip(key)) throw syntaxError(this.peek());
    }
  }

  expectCopy(...keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.copy(key)) throw syntaxError(this.peek());
    }
  }

  refuse(hint?: string): never {
    throw syntaxError(this.peek(), hint);
  }

  write(text: string, token: Token = this.peek()): void {
    this.#pieces.push({ text, at: token.at });
  }

  /** Records a type that a domain represents. Returns the domain. */
  domain(type: TextType): string {
    const name = domainOf(type);
    this.domains.set(name, type);
    return name;
  }

  note(use: string): void {
    this.uses.add(use);
  }

  /** Records that the subqueries since then are in a place where none may be correlated. */
  branch(since: number): void {
    for (const scope of this.scopes.slice(since)) scope.isBranch = true;
  }

  /** The number of tokens taken. */
  get position(): number {
    return this.#next;
  }

  /** Removes the text written since the mark. */
  cut(mark: number): string {
    const text = this.written(mark);
    this.#pieces.length = mark;
    return text;
  }

  /** Takes `*`. A QUALIFY that follows may change the text written for it. */
  star(table?: string): Piece {
    const piece = this.slot();
    piece.text = table === undefined ? '*' : `${quote(table)}.*`;
    this.expect('*');
    return piece;
  }

  /** Reserves a place for text that depends on later tokens. */
  slot(): Piece {
    const piece = { text: '', at: this.peek().at };
    this.#pieces.push(piece);
    return piece;
  }

  /** The length of the text so far; for `wrap`. */
  mark(): number {
    return this.#pieces.length;
  }

  /** The text written since the mark. */
  written(mark: number): string {
    return this.#pieces
      .slice(mark)
      .map(({ text }) => text)
      .join(' ');
  }

  /** Inserts text before the text written since the mark. */
  insert(mark: number, text: string): void {
    this.#pieces.splice(mark, 0, { text, at: this.#pieces[mark]?.at ?? 0 });
  }

  /** Whether the next token can be a name: quoted, or a word that is not reserved (page "Names and identifiers"). */
  isName(): boolean {
    const { kind, key } = this.peek();
    return kind === 'quoted' || (kind === 'word' && !RESERVED.has(key));
  }

  /** Whether the next token is an alias without AS. */
  isBareAlias(): boolean {
    return this.isName() && !UNFIT_AS_BARE_ALIAS.has(this.peek().key);
  }

  /**
   * Takes a name and returns its meaning: folded to lower case even when quoted (page "Names and identifiers"), at most
   * 127 bytes.
   */
  name(): string {
    if (!this.isName()) throw syntaxError(this.peek());
    return this.fold(this.take());
  }

  fold({ kind, value }: Token): string {
    const folded =
      kind === 'quoted' && this.surroundings.keepsCase ? value : value.replace(/[A-Z]/g, (c) => c.toLowerCase());
    return Buffer.from(folded).subarray(0, 127).toString();
  }

  /** Takes a name and writes it. */
  copyName(): string {
    const token = this.peek();
    const name = this.name();
    this.write(quote(name), token);
    return name;
  }

  /** A comma-separated list of items, each read by `item`, written with its commas. */
  list(item: () => void): void {
    do item();
    while (this.copy(','));
  }

  end(): void {
    this.skip(';');
    if (this.peek().kind !== 'end') throw syntaxError(this.peek());
  }

  get sql(): string {
    return this.#pieces.map(({ text }) => text).join(' ');
  }

  /** The place in the statement for a place in the PostgreSQL text; both count from 1. */
  origin(position: number): number {
    let written = 0;
    for (const { text, at } of this.#pieces) {
      written += text.length + 1;
      if (written >= position) return at + 1;
    }
    return this.#tokens.at(-1)?.at ?? 0;
  }
}

/** A name in PostgreSQL's text: always quoted, so that its own keywords do not matter. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal in PostgreSQL's text. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A refusal that is not a syntax error. */
export function refusal(message: string, token?: Token): EngineError {
  return new EngineError(`ERROR: ${message}${token === undefined ? '' : `\n  Position: ${token.at + 1}`}`);
}
