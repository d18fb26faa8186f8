import type { Part } from '../objects/part.ts';
import type { Table } from '../sql/catalogue.ts';
import type { Written } from '../sql/written.ts';

/** A value of a result row. Timestamps are text, `YYYY-MM-DD HH:MM:SS.mmm` in UTC; integers beyond 2^53 are bigint. */
export type Value = null | boolean | number | bigint | string;

/** What a query returns: columns in order, rows as arrays in the same order. */
export interface ResultSet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/**
 * Where a record holds the value of each loaded column: at one of the spellings of the column's name, or at a key of
 * its own with exactly this spelling. Always on the top level.
 */
export type Mapping =
  | { readonly kind: 'names'; readonly spellings: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'keys'; readonly keys: readonly string[] };

/**
 * One statement of a batch. `copy` loads parts into a staging or control table; `copy-folder` loads a whole folder, if
 * `loads` says so. The rows of an `sql` step are returned only if they are `wanted`, always or only once a later step
 * has failed: on Redshift each result costs a call.
 */
export type Step =
  | {
      readonly kind: 'sql';
      readonly name: string;
      readonly sql: string;
      readonly wanted?: Wanted | undefined;
      /** The place of its lines in sql/; absent for a statement that is in no file. */
      readonly written?: readonly Written[] | undefined;
      /** If it fills a temporary table: the lists of columns by which later steps look for its rows. */
      readonly lookups?: readonly (readonly string[])[] | undefined;
    }
  | {
      readonly kind: 'copy';
      readonly name: string;
      readonly table: Table;
      readonly parts: readonly Part[];
      readonly mapping: Mapping;
    }
  | {
      readonly kind: 'copy-folder';
      readonly name: string;
      readonly table: Table;
      readonly folder: Folder;
    };

/** An S3 folder that is copied unchanged, by its prefix. */
export interface Folder {
  /** `s3://bucket/folder/` with its slash, or the common prefix of its files: `s3://bucket/folder/2018-11-0`. */
  readonly uri: string;
  readonly compression: Part['compression'];
  /** The `s3://` URI of its jsonpaths file; absent if keys are matched by name. */
  readonly jsonpaths: string | undefined;
}

/** When a step's rows are returned. */
export type Wanted = 'always' | 'on-failure';

/**
 * Statements that take effect together or not at all. A locking batch waits for any other locking batch, or is refused
 * because of it. All statements of a batch that does not lock see one state of the tables, whatever is committed
 * meanwhile. Table names are unqualified: the engine resolves each to the warehouse's schema, or to a temporary table
 * if a step created one.
 */
export interface Batch {
  readonly name: string;
  readonly locks: boolean;
  /** Tables that nobody else may read or write until the end, in addition to `locks`. */
  readonly lockedTables?: readonly string[];
  /** Tables from which it deletes rows. It is refused if that would affect other users' tables (Relation.reach). */
  readonly deletesFrom?: readonly string[];
  /** Whether it creates the tables. If so, it creates the schema too if that is missing. */
  readonly creates?: boolean;
  /** Whether its SQL is a user's own, which is run unchanged. */
  readonly asWritten?: boolean;
  /** Whether what it copies must be left nowhere, whatever becomes of it. */
  readonly leavesNothing?: boolean;
  readonly steps: readonly Step[];
}

/** A batch of this or another loader that has not ended. */
export interface RunningBatch {
  readonly name: string;
  /** In UTC, like timestamps (Value); empty if this user may not see it. */
  readonly since: string;
  /** Whether it holds the lock that writers wait for; undefined if the engine does not show it. */
  readonly holdsLock: boolean | undefined;
  /** What to look for: a server process, a statement. */
  readonly by: string;
}

/** What a batch starts to do. */
export type BatchMoment =
  /** It sends the parts of a table to where the warehouse reads them; `done` of them have been sent. */
  | { readonly kind: 'sending'; readonly table: string; readonly done: number; readonly of: number }
  /** A service has accepted it and runs it by itself. */
  | { readonly kind: 'submitted'; readonly by: string }
  /** It requests its locks. */
  | { readonly kind: 'locking'; readonly blockers?: Blockers }
  /** It runs a step; `at` counts from 1. */
  | { readonly kind: 'step'; readonly name: string; readonly at: number; readonly blockers?: Blockers }
  | { readonly kind: 'committing' };

/** Queries which batches a batch currently waits for; empty if it is not waiting. Absent if the engine cannot tell. */
export type Blockers = () => Promise<readonly RunningBatch[]>;

/** Receives the moments of a batch. If it throws, the batch ends, provided it runs in this process. */
export type OnMoment = (moment: BatchMoment) => void;

/** What a step did: the rows affected, if the engine returns the number, and its rows, if they were wanted. */
export interface StepResult {
  readonly name: string;
  readonly affected: number;
  readonly result: ResultSet | undefined;
}

/**
 * An object with one of the requested names in the warehouse's schema: a table, or anything else that can take its
 * name.
 */
export interface Relation {
  readonly name: string;
  /** As DROP names it: `table`, `view`, `materialized view`, `sequence` and so on. */
  readonly kind: string;
  readonly columns: readonly RelationColumn[];
  /** Its owner, if this user need not trust that owner. What an owner attaches to it runs with our rights. */
  readonly stranger?: string | undefined;
  /** What carries the deletion of its rows to other users' tables; absent if nothing does. */
  readonly reach?: Reach | undefined;
}

/** An object attached to a table that makes a deletion of its rows change other tables. */
export interface Reach {
  /** A description: `the foreign key k of s.t`. */
  readonly what: string;
  /** The statement that removes it. */
  readonly cure: string;
}

/** An object of others on a table. */
export interface Attached {
  readonly table: string;
  /** A description: `view s.v`. */
  readonly what: string;
  /** Whether the table cannot be dropped while it is there; otherwise it goes with the table. */
  readonly keeps: boolean;
}

/** A column as the warehouse's catalogue describes it. */
export interface RelationColumn {
  readonly name: string;
  /** As the catalogue spells it; with precision and scale, but without the length of text. */
  readonly type: string;
  /** The length of text; undefined if the engine does not store it. */
  readonly length: number | undefined;
  /** Whether a row must give it a value: it is NOT NULL and has no default. */
  readonly isRequired: boolean;
}

/** How to run a query. */
export interface QueryOptions {
  /**
   * Whether it is a user's own query, which is run unchanged. Unqualified names are then resolved in the warehouse's
   * schema.
   */
  readonly asWritten?: boolean;
  /**
   * Names that must be ordinary tables. No stranger may own them, except a stranger who owns the first one. Otherwise
   * nothing is read. A view would run its functions with the rights of the user who reads it.
   */
  readonly tables?: readonly string[];
  /** What else is asked before the first row is read: what `relations` answers. On Redshift this saves calls. */
  readonly standing?: Inquiry | undefined;
}

/** A question for the objects with certain names. `tell` receives the answer. If it throws, no row is read. */
export interface Inquiry {
  readonly names: readonly string[];
  readonly tell: (relations: readonly Relation[]) => void;
}

/** How many statements a batch may have, and how many a batch needs, derived from its steps and parts alone. */
export interface StatementLimit {
  readonly most: number;
  readonly needs: (batch: Batch) => number;
}

/** A warehouse that a pipeline loads. There is one implementation per engine, opened by warehouse/open.ts. */
export interface Warehouse {
  /** The engine's name, which is also the suffix of its own files in sql/. */
  readonly engine: string;
  /** Its location for display: a path, a host, a cluster. */
  readonly location: string;
  /**
   * The SQL expression for the stamp of the running transaction. It is the same for all statements of one transaction.
   */
  readonly now: string;
  /** Where the files are that it reads directly, if they are passed on untouched. */
  readonly reads: 'local' | 's3';
  /** What it can load: parts and manifests or, if nothing can be written to S3, only whole S3 folders. */
  readonly loads: 'parts' | 'folders';
  /** The limit of statements per batch; absent if there is none. */
  readonly statementLimit?: StatementLimit;
  /** Whether a table that is dropped and made again has lost the grants on it; otherwise the engine has none or restores them. */
  readonly losesGrants?: boolean;

  /**
   * The schema of all its tables, which need not exist yet: the configured one, otherwise the one in which the session
   * would create tables. It is queried once. Throws WarehouseError if there is none.
   */
  schema(): Promise<string>;

  /**
   * Runs one statement that reads; refuses others. Its tables are named like those of a batch. Throws WarehouseError,
   * `refused` or `missing-table` also if one of `options.tables` is not an ordinary table.
   */
  query(sql: string, options?: QueryOptions): Promise<ResultSet>;

  /**
   * The same for any number of rows, which are fetched as the reader consumes them. A reader that stops ends the
   * statement.
   */
  pages(sql: string, options?: QueryOptions): AsyncIterable<ResultSet>;

  /** The objects with these names in the schema, no matter who created them; empty if the schema is missing. */
  relations(names: readonly string[]): Promise<readonly Relation[]>;

  /** What others have attached to tables that are to be dropped. Absent if the engine cannot tell. */
  attached?(tables: readonly string[]): Promise<readonly Attached[]>;

  /** The batches that run now, as far as the engine shows them. Does not wait for any of them. */
  running(): Promise<readonly RunningBatch[]>;

  /** A batch's steps as the SQL text that this engine will run, for display. */
  explain(batch: Batch): Promise<readonly string[]>;

  /**
   * Runs a batch in one transaction, with session time zone UTC. Returns one result per step. Reports each moment as it
   * begins, as far as the engine shows it. If a step fails, nothing of the batch remains, and the thrown StepFailed
   * carries the results of the steps before it. Not idempotent.
   */
  run(batch: Batch, onMoment?: OnMoment): Promise<readonly StepResult[]>;

  /**
   * Waits for a batch that an earlier process of this installation submitted without seeing its end, so that it is not
   * run twice. Does nothing if a batch ends with its process. Idempotent.
   */
  settle(): Promise<void>;

  /**
   * Requests that the running batch or query stop. It then fails with a WarehouseError `cancelled`, unless it ends
   * first.
   */
  cancel(): Promise<void>;

  /** Releases everything. May be called twice. */
  close(): Promise<void>;
}
