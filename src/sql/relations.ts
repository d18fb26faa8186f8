import type { Token } from './tokens.ts';

/** An unqualified name in the place of a table. */
export interface TableMention {
  readonly token: Token;
  /** Whether this is where a temporary table is created. */
  readonly isTemporary: boolean;
}

/** The tables and the names in a statement. */
export interface Relations {
  /** In the order of their occurrence. */
  readonly tables: readonly TableMention[];
  /** The names that the statement itself gives to what it reads: aliases, and names of WITH. */
  readonly given: ReadonlySet<string>;
}

/** What may come next: a table to read, which may also be a query or a function, or the table a statement works on. */
type Wanted = 'source' | 'target' | undefined;

/** A statement, or the content of parentheses. */
interface Frame {
  /** What follows a comma: another source in a FROM list, another table in a list of tables. */
  list: Wanted;
  /** Whether it is a call: the FROM of EXTRACT (… FROM …) and similar calls names no table. */
  isCall: boolean;
  /** Names of WITH that are known here and in nested frames. */
  readonly common: Set<string>;
  /** The name of the WITH query that comes next and, inside the query, its own name. */
  pending: string | undefined;
  readonly defines: string | undefined;
  /** Whether it is in a place where a table could be. */
  readonly isSource: boolean;
}

const CALLS_WITH_FROM = new Set(['extract', 'substring', 'trim', 'overlay', 'position']);
/** Words between the keyword that announces a table and the table's name. */
const BETWEEN = new Set(['only', 'lateral', 'table', 'if', 'not', 'exists', 'concurrently']);
const QUERIES = new Set(['select', 'with', 'values']);
/** Keywords that end a FROM list. */
const ENDS = new Set(
  'select values where group having order limit offset fetch union except intersect minus set window qualify returning'.split(
    ' ',
  ),
);
/** Words that may precede a statement that is only planned. */
const EXPLAINS = new Set(['explain', 'verbose']);
const VERBS = new Set(['insert', 'update', 'delete', 'merge']);
/** Words that precede the name of a table, or of an object that takes such a name. */
const NAMED_NEXT = new Set(['table', 'view', 'lock', 'truncate', 'analyze']);
const DROPPED = new Set(['sequence', 'index', 'type', 'domain']);
const TABLE_VERBS = new Set(['create', 'drop', 'alter', 'lock', 'truncate', 'analyze', 'comment']);

/**
 * Finds the tables in the kinds of statements that a model consists of: queries, INSERT, UPDATE, DELETE, and CREATE or
 * DROP.
 */
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
  #isColumn = false;

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
    // COMMENT ON COLUMN table.column
    const next = this.#at(this.#isColumn ? 3 : 1)?.key;
    const isQuery = wanted === 'source' && (next === '(' || this.#frames.some(({ common }) => common.has(token.key)));
    if (next !== '.' && !isQuery) {
      this.#found.push({ token, isTemporary: this.#isTemporary });
      this.#isTemporary = false;
    }
    this.#isDefining &&= wanted !== 'target';
    this.#noteAlias(next === '.' ? 3 : 1);
  }

  /** An alias may begin here; AS is optional. */
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

  /** Handles IS DISTINCT FROM, EXTRACT (… FROM …) and FROM before a table. */
  #from(): void {
    const isComparison = this.#at(-1)?.key === 'distinct' && ['is', 'not'].includes(this.#at(-2)?.key ?? '');
    if (this.#frame.isCall) {
      this.#frame.isCall = false;
    } else if (!isComparison) {
      this.#frame.list = 'source';
      this.#wanted = this.#at(-1)?.key === 'delete' ? 'target' : 'source';
    }
  }

  /** Handles the USING of DELETE and MERGE, but not the columns of a join. */
  #using(): void {
    const isSource = ['delete', 'merge'].includes(this.#verb) && this.#frames.length === 1 && this.#at(1)?.key !== '(';
    if (isSource) {
      this.#frame.list = 'source';
      this.#wanted = 'source';
    }
  }

  /** Handles WITH name AS (…), but not WITH TIME ZONE and similar clauses. */
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

  /** Handles a name of WITH: its query comes next. */
  #define(name: string | undefined): void {
    this.#frame.pending = name;
    if (name !== undefined) {
      this.#given.add(name);
    }
  }

  /** Handles CREATE, DROP and other statements with a keyword before their table. */
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
    } else if (word === 'column' && this.#verb === 'comment') {
      this.#isColumn = true;
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
    this.#isColumn = false;
  }
}

function frame({ list, isCall = false, defines, isSource = false }: Partial<Frame>): Frame {
  return { list, isCall, defines, isSource, common: new Set(), pending: undefined };
}
