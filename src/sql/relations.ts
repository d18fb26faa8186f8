import type { Token } from './tokens.ts';

/** An unqualified name that stands where a table does. */
export interface TableMention {
  readonly token: Token;
  /** Whether this is where a temporary table is made. */
  readonly isTemporary: boolean;
}

/** What a statement says of tables. */
export interface Relations {
  /** In the order in which they stand. */
  readonly tables: readonly TableMention[];
  /** The names that the statement itself gives to what it reads: aliases, and names of WITH. */
  readonly given: ReadonlySet<string>;
}

/** What may come next: a table to read, which may be a query or a function as well, or the table a statement works on. */
type Wanted = 'source' | 'target' | undefined;

/** A statement, or what stands between parentheses. */
interface Frame {
  /** What a comma is followed by: in a FROM list another source, in a list of tables another one. */
  list: Wanted;
  /** The FROM of EXTRACT (… FROM …) and its like names no table. */
  isCall: boolean;
  /** Names of WITH that are known here and below. */
  readonly common: Set<string>;
  /** The name of WITH whose query comes next, and, inside of the query, its own. */
  pending: string | undefined;
  readonly defines: string | undefined;
  /** Whether it stands where a table could. */
  readonly isSource: boolean;
}

const CALLS_WITH_FROM = new Set(['extract', 'substring', 'trim', 'overlay', 'position']);
/** Words between the one that announces a table and its name. */
const BETWEEN = new Set(['only', 'lateral', 'table', 'if', 'not', 'exists', 'concurrently']);
const QUERIES = new Set(['select', 'with', 'values']);
/** What ends a FROM list. */
const ENDS = new Set(
  'select values where group having order limit offset fetch union except intersect minus set window qualify returning'.split(
    ' ',
  ),
);
/** What may stand before a statement that is planned only. */
const EXPLAINS = new Set(['explain', 'verbose']);
const VERBS = new Set(['insert', 'update', 'delete', 'merge']);
/** What the name of a table comes after, or of what takes such a name. */
const NAMED_NEXT = new Set(['table', 'view', 'lock', 'truncate', 'analyze']);
const DROPPED = new Set(['sequence', 'index', 'type', 'domain']);
const TABLE_VERBS = new Set(['create', 'drop', 'alter', 'lock', 'truncate', 'analyze']);

/** Finds the tables of the statements that a model is made of: queries, INSERT, UPDATE, DELETE, and CREATE or DROP. */
export class RelationScan {
  readonly #tokens: readonly Token[];
  readonly #found: TableMention[] = [];
  readonly #given = new Set<string>();
  #index = 0;
  #frames: Frame[] = [frame({})];
  #wanted: Wanted;
  /** The statement's first word. */
  #verb = '';
  /** Whether the table of a CREATE or DROP is still to come. */
  #isDefining = true;
  #isTemporary = false;
  #isIndex = false;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  relations(): Relations {
    for (this.#index = 0; this.#index < this.#tokens.length; this.#index += 1) {
      this.#visit(this.#at(0) as Token);
    }
    return { tables: this.#found, given: this.#given };
  }

  #at(offset: number): Token | undefined {
    return this.#tokens[this.#index + offset];
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  #visit(token: Token): void {
    if (token.kind === 'word' || token.kind === 'quoted') {
      this.#visitName(token);
    } else if (token.key === '(') {
      this.#open();
    } else if (token.key === ')') {
      this.#close();
    } else if (token.key === ',') {
      this.#wanted = this.#frame.list;
    } else if (token.key === ';') {
      this.#restart();
    } else {
      this.#wanted = undefined;
    }
  }

  #visitName(token: Token): void {
    const isWord = token.kind === 'word' && this.#at(-1)?.key !== '.';
    if (this.#wanted !== undefined && !(isWord && QUERIES.has(token.key))) {
      if (!isWord || !BETWEEN.has(token.key)) {
        this.#take(token, this.#wanted);
        this.#wanted = undefined;
      }
    } else if (isWord) {
      this.#wanted = undefined;
      this.#visitKeyword(token.key);
    }
  }

  #take(token: Token, wanted: Wanted): void {
    const next = this.#at(1)?.key;
    const isQuery = wanted === 'source' && (next === '(' || this.#frames.some(({ common }) => common.has(token.key)));
    if (next !== '.' && !isQuery) {
      this.#found.push({ token, isTemporary: this.#isTemporary });
      this.#isTemporary = false;
    }
    this.#isDefining &&= wanted !== 'target';
    this.#noteAlias(next === '.' ? 3 : 1);
  }

  /** An alias may begin here; AS can be left out. */
  #noteAlias(offset: number): void {
    const token = this.#at(this.#at(offset)?.key === 'as' ? offset + 1 : offset);
    if (token?.kind === 'word' || token?.kind === 'quoted') {
      this.#given.add(token.key);
    }
  }

  #visitKeyword(word: string): void {
    if (this.#verb === '' && EXPLAINS.has(word)) {
      return;
    }
    if (this.#verb === '' || (this.#frames.length === 1 && VERBS.has(word))) {
      this.#verb = word;
    }
    if (ENDS.has(word)) {
      this.#frame.list = undefined;
    }
    switch (word) {
      case 'from':
        this.#from();
        break;
      case 'using':
        this.#using();
        break;
      case 'with':
        this.#with();
        break;
      case 'join':
        this.#wanted = 'source';
        break;
      case 'into':
        this.#wanted = 'target';
        break;
      case 'update':
        this.#wanted = [undefined, ')', ';', ...EXPLAINS].includes(this.#at(-1)?.key) ? 'target' : undefined;
        break;
      default:
        this.#definition(word);
    }
  }

  /** Of IS DISTINCT FROM, EXTRACT (… FROM …) and FROM before a table. */
  #from(): void {
    const isComparison = this.#at(-1)?.key === 'distinct' && ['is', 'not'].includes(this.#at(-2)?.key ?? '');
    if (this.#frame.isCall) {
      this.#frame.isCall = false;
    } else if (!isComparison) {
      this.#frame.list = 'source';
      this.#wanted = this.#at(-1)?.key === 'delete' ? 'target' : 'source';
    }
  }

  /** Of DELETE and MERGE, but not the columns of a join. */
  #using(): void {
    const isSource = ['delete', 'merge'].includes(this.#verb) && this.#frames.length === 1 && this.#at(1)?.key !== '(';
    if (isSource) {
      this.#frame.list = 'source';
      this.#wanted = 'source';
    }
  }

  /** WITH name AS (…), and not WITH TIME ZONE and its like. */
  #with(): void {
    const isRecursive = this.#at(1)?.key === 'recursive';
    const name = this.#at(isRecursive ? 2 : 1);
    const after = this.#at(isRecursive ? 3 : 2)?.key;
    if (name !== undefined && (after === 'as' || after === '(')) {
      this.#define(name.key);
      if (isRecursive) {
        this.#frame.common.add(name.key);
      }
    }
  }

  /** The query of a name of WITH comes next. */
  #define(name: string | undefined): void {
    this.#frame.pending = name;
    if (name !== undefined) {
      this.#given.add(name);
    }
  }

  /** CREATE, DROP and other statements whose table comes after a word of its own. */
  #definition(word: string): void {
    if (!this.#isDefining || !TABLE_VERBS.has(this.#verb) || this.#frames.length > 1) {
      return;
    }
    if (word === 'temp' || word === 'temporary') {
      this.#isTemporary = this.#verb === 'create';
    } else if (word === 'index' && this.#verb === 'create') {
      this.#isIndex = true;
    } else if (word === 'on' && this.#isIndex) {
      this.#isIndex = false;
      this.#wanted = 'target';
    } else if (NAMED_NEXT.has(word) || (this.#verb === 'drop' && DROPPED.has(word))) {
      this.#wanted = 'target';
      this.#frame.list = this.#verb === 'create' ? undefined : 'target';
    }
  }

  #open(): void {
    const before = this.#at(-1)?.key ?? '';
    const parent = this.#frame;
    const isBody = parent.pending !== undefined && (before === 'as' || before === 'materialized');
    this.#frames.push(
      frame({
        // A join in parentheses.
        list: this.#wanted === 'source' ? 'source' : undefined,
        isSource: this.#wanted === 'source',
        isCall: CALLS_WITH_FROM.has(before),
        defines: isBody ? parent.pending : undefined,
      }),
    );
    if (isBody) {
      parent.pending = undefined;
    }
    this.#wanted = this.#wanted === 'source' ? 'source' : undefined;
  }

  #close(): void {
    const { defines, isSource } = this.#frame;
    if (this.#frames.length > 1) {
      this.#frames.pop();
    }
    this.#wanted = undefined;
    if (defines !== undefined) {
      this.#frame.common.add(defines);
      this.#define(this.#at(1)?.key === ',' ? this.#at(2)?.key : undefined);
    }
    if (isSource) {
      this.#noteAlias(1);
    }
  }

  #restart(): void {
    this.#frames = [frame({})];
    this.#wanted = undefined;
    this.#verb = '';
    this.#isDefining = true;
    this.#isTemporary = false;
    this.#isIndex = false;
  }
}

function frame({ list, isCall = false, defines, isSource = false }: Partial<Frame>): Frame {
  return { list, isCall, defines, isSource, common: new Set(), pending: undefined };
}
