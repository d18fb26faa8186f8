/**
 * The interface between the two halves of the Redshift stand-in: the Data API server, which knows protocol, states and
 * quotas, and the engine behind it, which knows SQL. This is test equipment: docs/engines.md says what it imitates.
 */

/** A result column, as in the Data API's ColumnMetadata. */
export interface ColumnInfo {
  readonly name: string;
  /** int2, int4, int8, float4, float8, numeric, bool, varchar, bpchar, date, timestamp, timestamptz, time, name, text … */
  readonly typeName: string;
  readonly precision: number;
  readonly scale: number;
}

/** The result of a statement. Values are in PostgreSQL's text form, null for NULL. */
export interface StatementOutcome {
  /** Absent if the statement is of a kind that returns no rows (HasResultSet false). */
  readonly columns: readonly ColumnInfo[] | undefined;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows affected or returned; 0 for COPY (Data API: DescribeStatement), -1 if there is no number. */
  readonly affected: number;
  /** Its id in system views; -1 if it ran on the leader node only. */
  readonly queryId: number;
}

/** The engine refused a statement, or it failed. `message` is what DescribeStatement shows: `ERROR: …`. */
export class EngineError extends Error {
  /** The id of the failed query; 0 if no query was created. */
  queryId = 0;
}

/** Named parameters of a statement, `:name` in its text; values are strings. */
export type Parameters = Readonly<Record<string, string>>;

/** One backend: a session of the warehouse. It runs one statement at a time. */
export interface Backend {
  /** RedshiftPid. */
  readonly pid: number;
  /** Runs one statement. Outside a transaction the statement commits by itself. Throws EngineError. */
  execute(sql: string, parameters?: Parameters): Promise<StatementOutcome>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Stops the running statement: execute then throws EngineError `ERROR: Query (n) cancelled on user's request`. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** The user and the database of a connection. */
export interface ConnectTarget {
  readonly database: string;
  readonly user: string;
}

/** The warehouse behind the Data API. */
export interface Engine {
  /** The names of its databases, in order. */
  databases(): readonly string[];
  /** Throws EngineError (`FATAL: …`) for an unknown database. */
  connect(target: ConnectTarget): Promise<Backend>;
  stop(): Promise<void>;
}
