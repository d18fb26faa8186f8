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
 * Where the value of each loaded column stands in a record: at one of the spellings of the column's name, or at a key of
 * its own, spelled just so. Always on the first level.
 */
export type Mapping =
  | { readonly kind: 'names'; readonly spellings: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'keys'; readonly keys: readonly string[] };

/**
 * One statement of a batch. `copy` loads parts into a staging or control table,
 * `copy-folder` all of a folder, where `loads` says so. The rows of an `sql` step are returned only
 * where they are `wanted`, always or only once a later step has failed: on Redshift each result costs a call.
 */
export type Step =
  | {
      readonly kind: 'sql';
      readonly name: string;
      readonly sql: string;
      readonly wanted?: Wanted | undefined;
      /** Where in sql/ its lines are written; absent for what no file holds. */
      readonly written?: readonly Written[] | undefined;
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

/** A folder of S3 that is copied as it is, by its prefix. */
export interface Folder {
  /** `s3://bucket/folder/` with its slash, or how the names of its files begin: `s3://bucket/folder/2018-11-0`. */
  readonly uri: string;
  readonly compression: Part['compression'];
  /** The `s3://` URI of its jsonpaths file; absent when keys are matched by name. */
  readonly jsonpaths: string | undefined;
}

/** When a step's rows are returned. */
export type Wanted = 'always' | 'on-failure';

/**
 * Statements that take effect together or not at all. A locking batch waits for, or is refused by, any other one; all
 * statements of one that does not lock see one state of the tables, whatever is committed meanwhile. Tables are named
 * plainly: the engine says of each that it is in the warehouse's schema, or temporary where a step made it so.
 */
export interface Batch {
  readonly name: string;
  readonly locks: boolean;
  /** Tables that no one else may write to or read until the end, in addition to `locks`. */
  readonly lockedTables?: readonly string[];
  /** Tables it deletes rows from: it is refused where that would reach tables of others (Relation.reach). */
  readonly deletesFrom?: readonly string[];
  /** Whether it makes the tables: then the schema too, where it is missing. */
  readonly creates?: boolean;
  /** Whether its SQL is a user's own, which is run as it is written. */
  readonly asWritten?: boolean;
  readonly steps: readonly Step[];
}

/** A batch of a loader, this one or another, that has not ended. */
export interface RunningBatch {
  readonly name: string;
  /** In UTC, as timestamps are (Value); empty where this user may not see it. */
  readonly since: string;
  /** Whether it holds the lock that writers wait for; undefined where the engine does not tell. */
  readonly holdsLock: boolean | undefined;
  /** Who to look for, in words: a process of the server, a statement. */
  readonly by: string;
}

/** What a batch begins to do now. */
export type BatchMoment =
  /** It brings the parts of a table to where the warehouse reads them; `done` of them are there. */
  | { readonly kind: 'sending'; readonly table: string; readonly done: number; readonly of: number }
  /** A service has taken it, and runs it by itself. */
  | { readonly kind: 'submitted'; readonly by: string }
  /** It asks for its locks. */
  | { readonly kind: 'locking'; readonly blockers?: Blockers }
  /** It runs a step, `at` counts from 1. */
  | { readonly kind: 'step'; readonly name: string; readonly at: number; readonly blockers?: Blockers }
  | { readonly kind: 'committing' };

/** Asks for whom a batch is waiting at that moment; empty if it is not waiting. Absent if the engine cannot tell. */
export type Blockers = () => Promise<readonly RunningBatch[]>;

/** Takes the moments of a batch. What it throws ends the batch where it runs in this process. */
export type OnMoment = (moment: BatchMoment) => void;

/** What a step did: rows affected where the engine tells, and the rows it returned where they were wanted. */
export interface StepResult {
  readonly name: string;
  readonly affected: number;
  readonly result: ResultSet | undefined;
}

/** What has one of the names that were asked for in the warehouse's schema: a table, or what else can take its name. */
export interface Relation {
  readonly name: string;
  /** As DROP calls it: `table`, `view`, `materialized view`, `sequence` and so on. */
  readonly kind: string;
  readonly columns: readonly RelationColumn[];
  /** Its owner, where that is somebody whom this user need not trust; what an owner attaches to it runs with our rights. */
  readonly stranger?: string | undefined;
  /** What carries the deletion of its rows to tables of others; absent where nothing does. */
  readonly reach?: Reach | undefined;
}

/** What somebody attached to a table, so that deleting rows there changes other tables. */
export interface Reach {
  /** In words: `the foreign key k of s.t`. */
  readonly what: string;
  /** The statement that takes it away. */
  readonly cure: string;
}

/** A column as the warehouse's catalogue describes it. */
export interface RelationColumn {
  readonly name: string;
  readonly type: string;
  /** Of text; undefined where the engine does not keep it. */
  readonly length: number | undefined;
  /** Whether a row must give it a value: it takes no NULL and has no default. */
  readonly isRequired: boolean;
}

/** How a query is run. */
export interface QueryOptions {
  /** Whether it is a user's own, which is run as it is written: then plain names are looked for in the warehouse's schema. */
  readonly asWritten?: boolean;
  /**
   * Names that must be ordinary tables, and of no stranger but the one who owns the first of them: else nothing is read. A
   * view would run its functions with the rights of the user who reads it.
   */
  readonly tables?: readonly string[];
}

/** How many statements a batch may have, and how many one needs, by its steps and parts alone. */
export interface StatementLimit {
  readonly most: number;
  readonly needs: (batch: Batch) => number;
}

/** A warehouse that a pipeline loads. One per engine, made by warehouse/open.ts. */
export interface Warehouse {
  /** The engine's name, which is also the suffix of its own files in sql/. */
  readonly engine: string;
  /** Where it is, for people: a path, a host, a cluster. */
  readonly location: string;
  /** The SQL expression for the running transaction's stamp: the same for all statements of one transaction. */
  readonly now: string;
  /** Where the files lie that it reads by itself, if they are handed on untouched. */
  readonly reads: 'local' | 's3';
  /** What it can load: parts and manifests or, if nothing can be written to S3, only whole S3 folders. */
  readonly loads: 'parts' | 'folders';
  /** How many statements a batch may have; absent where it may have any number. */
  readonly statementLimit?: StatementLimit;

  /**
   * The schema of all its tables, which need not exist yet: the configured one, or else the one that the session would
   * make tables in. It is asked for once. Throws WarehouseError where there is none.
   */
  schema(): Promise<string>;

  /**
   * Runs one statement that reads; others are refused. Its tables are named as those of a batch are. Throws WarehouseError:
   * `refused` or `missing-table` also where one of `options.tables` is none.
   */
  query(sql: string, options?: QueryOptions): Promise<ResultSet>;

  /** The same for any number of rows: they are fetched as the reader takes them. A reader that stops ends the statement. */
  pages(sql: string, options?: QueryOptions): AsyncIterable<ResultSet>;

  /** The objects with these names in the schema, no matter who created them; nothing if the schema is missing. */
  relations(names: readonly string[]): Promise<readonly Relation[]>;

  /** The batches that run now, as far as the engine shows them; waits for none. */
  running(): Promise<readonly RunningBatch[]>;

  /** A batch's steps as the SQL text this engine will run, for people to read. */
  explain(batch: Batch): Promise<readonly string[]>;

  /**
   * Runs a batch in one transaction; session time zone UTC. Returns one result a step, and tells what it does when it
   * begins to, as far as the engine shows it. When a step fails, nothing of the batch remains, and the StepFailed that is
   * thrown carries the results of the steps before it. Not idempotent.
   */
  run(batch: Batch, onMoment?: OnMoment): Promise<readonly StepResult[]>;

  /**
   * Waits for a batch that an earlier process of this installation submitted and did not see the end of, so that it is
   * not run twice. Does nothing where a batch ends with its process. Idempotent.
   */
  settle(): Promise<void>;

  /** Asks the batch or query that runs to stop: it then fails with a WarehouseError `cancelled`, unless it is done first. */
  cancel(): Promise<void>;

  /** Releases everything. May be called twice. */
  close(): Promise<void>;
}
