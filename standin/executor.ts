/**
 * The seam between the two halves of the Redshift stand-in: the Data API server in front, which knows protocol, states and
 * quotas, and the engine behind, which knows SQL. This is test equipment: docs/engines.md says what it imitates.
 */

/** A result column, as the Data API's ColumnMetadata has it. */
export interface ColumnInfo {
  readonly name: string;
  /** int2, int4, int8, float4, float8, numeric, bool, varchar, bpchar, date, timestamp, timestamptz, time, name, text … */
  readonly typeName: string;
  readonly precision: number;
  readonly scale: number;
}

/** What a statement did. Values are PostgreSQL's text form, null for NULL. */
export interface StatementOutcome {
  /** Absent when the statement returns no rows by nature (HasResultSet false). */
  readonly columns: readonly ColumnInfo[] | undefined;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows affected or returned; 0 for COPY (Data API: DescribeStatement), -1 where there is no number. */
  readonly affected: number;
  /** The id that system views know it by; -1 when it ran on the leader node only. */
  readonly queryId: number;
}

/** The engine refused or failed a statement. `message` is what DescribeStatement shows: `ERROR: …`. */
export class EngineError extends Error {
  /** The id of the query that failed; 0 where it did not come to be one. */
  queryId = 0;
}

/** Named parameters of a statement, `:name` in its text; values are text. */
export type Parameters = Readonly<Record<string, string>>;

/** One backend: a session of the warehouse. One statement at a time. */
export interface Backend {
  /** RedshiftPid. */
  readonly pid: number;
  /** Runs one statement. Outside a transaction it commits by itself. Throws EngineError. */
  execute(sql: string, parameters?: Parameters): Promise<StatementOutcome>;
  /** Begins the transaction of a batch. */
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Stops what runs: execute then throws EngineError `ERROR: Query (n) cancelled on user's request`. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** Who connects to which database. */
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
