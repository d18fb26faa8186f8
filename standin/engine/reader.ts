import { EngineError } from '../executor.ts';
import type { Columns, Scope } from './correlation.ts';
import { domainOf, type TextType } from './domains.ts';
import { syntaxError, type Token, tokenize } from './lexer.ts';
import { RESERVED, UNFIT_AS_BARE_ALIAS } from './words.ts';

/** A piece of the PostgreSQL text and where in the statement it comes from. */
export interface Piece {
  text: string;
  readonly at: number;
}

/** Where a query stands: its rows are the answer, are inserted, or are read by another query or stored. */
export type Place = 'answer' | 'insert' | 'inner';

/** A query that is being read: what is known of it before it ends. */
export interface Frame {
  /** Its columns that are nothing but a literal or NULL: what Redshift takes them for depends on the whole query. */
  readonly bare: { readonly slot: Piece; readonly isNull: boolean }[];
  readonly scopes: Scope[];
  /** Whether it combines queries with UNION, INTERSECT or EXCEPT. */
  combines: boolean;
  /** The number of TOP. */
  top: string | undefined;
}

/** A query of which nothing has been read. */
export function newFrame(): Frame {
  return { bare: [], scopes: [], combines: false, top: undefined };
}

/** A SELECT as far as it concerns a QUALIFY that may follow it. */
export interface Qualifiable {
  /** What keeps it from being translated. */
  obstacle: string | undefined;
  addTable(name: string, isAliased: boolean): void;
}

/** The rules that call one another across files. */
export interface Grammar {
  expression(reader: Reader): void;
  query(reader: Reader, place?: Place): void;
  order(reader: Reader): void;
  /** What stands after FROM. */
  sources(reader: Reader): void;
  call(reader: Reader): void;
}

/** What a statement is translated with. */
export interface Surroundings {
  /** Double quotes keep the case of names (enable_case_sensitive_identifier). */
  readonly keepsCase: boolean;
  readonly user: string;
  /** What the functions of this session return. */
  readonly constants: ReadonlyMap<string, string>;
  /** The columns of the tables that the statement names, where they are known. */
  readonly columns?: Columns;
}

/** Reads the tokens of one statement and writes the PostgreSQL text that means the same. */
export class Reader {
  readonly surroundings: Surroundings;
  readonly grammar: Grammar;
  /** Tables the statement names, as written into the PostgreSQL text. */
  readonly tables = new Set<string>();
  readonly catalogueTables = new Set<string>();
  readonly systemTables = new Set<string>();
  /** The VARCHARs of the columns it declares, and every CHAR, by the domains that stand for them. */
  readonly domains = new Map<string, TextType>();
  /** Or the message that refuses them. */
  outerJoins: 'allowed' | (string & {}) = 'allowed';
  readonly leaderFunctions = new Set<string>();
  /** Functions of the compute nodes, which answer no statement without a table. */
  readonly computeFunctions = new Set<string>();
  /** Names of WITH, which are no tables. */
  readonly common = new Set<string>();
  readonly parameters: string[] = [];
  readonly scopes: Scope[] = [];
  scope: Scope | undefined;
  /** Where a query stands that comes next. */
  place: Scope['place'] = 'elsewhere';
  frame = newFrame();
  /** The SELECT that is being read, for a QUALIFY that may follow. */
  qualify: Qualifiable | undefined;
  /** What it uses that not every SQL has: functions by their names, clauses in capitals. */
  readonly uses = new Set<string>();
  /** Which of the two types of bare literals; the branches of a set operation have different ones. */
  side: 0 | 1 = 0;
  readonly #tokens: readonly Token[];
  #next = 0;
  #pieces: Piece[] = [];

  constructor(sql: string, surroundings: Surroundings, grammar: Grammar) {
    this.#tokens = tokenize(sql);
    this.grammar = grammar;
    this.surroundings = surroundings;
  }

  /** The token `offset` places ahead; beyond the last one, the end. */
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

  /** Writes the next token as it is. */
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

  /** Notes a type that a domain stands for. Returns the domain. */
  domain(type: TextType): string {
    const name = domainOf(type);
    this.domains.set(name, type);
    return name;
  }

  note(use: string): void {
    this.uses.add(use);
  }

  /** Notes that the subqueries since stand where none may be correlated. */
  branch(since: number): void {
    for (const scope of this.scopes.slice(since)) scope.isBranch = true;
  }

  /** How many tokens have been taken. */
  get position(): number {
    return this.#next;
  }

  /** Takes back what has been written since the mark. */
  cut(mark: number): string {
    const text = this.written(mark);
    this.#pieces.length = mark;
    return text;
  }

  /** Takes `*`. Where it is written is for a QUALIFY that may follow to change. */
  star(table?: string): Piece {
    const piece = this.slot();
    piece.text = table === undefined ? '*' : `${quote(table)}.*`;
    this.expect('*');
    return piece;
  }

  /** Leaves room for what can be written only when more has been read. */
  slot(): Piece {
    const piece = { text: '', at: this.peek().at };
    this.#pieces.push(piece);
    return piece;
  }

  /** How much has been written; for `wrap`. */
  mark(): number {
    return this.#pieces.length;
  }

  /** What has been written since the mark. */
  written(mark: number): string {
    return this.#pieces
      .slice(mark)
      .map(({ text }) => text)
      .join(' ');
  }

  /** Writes before what has been written since the mark. */
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

  /** Takes a name and gives what it means: folded to lower case even when quoted (page "Names and identifiers"), at most 127 bytes. */
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

  /** A comma-separated list of whatever `item` reads, written with its commas. */
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

  /** Where in the statement the place in the PostgreSQL text comes from; both count from 1. */
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

/** A text in PostgreSQL's text. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A refusal that is no syntax error. */
export function refusal(message: string, token?: Token): EngineError {
  return new EngineError(`ERROR: ${message}${token === undefined ? '' : `\n  Position: ${token.at + 1}`}`);
}
