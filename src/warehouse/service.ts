import type { ResultSet } from './warehouse.ts';

/** The outcome of one statement of a batch that was sent unchanged. */
export interface SentPart {
  /** The service's own status, such as FINISHED. */
  readonly status: string;
  /** Empty if there was no error. */
  readonly error: string;
  /** The warehouse's id of the query; 0 or less if the service returns none. */
  readonly queryId: number;
}

/** A batch that has ended, as the service describes it. */
export interface Sent extends Omit<SentPart, 'queryId'> {
  readonly id: string;
  readonly parts: readonly SentPart[];
}

/** A session that is kept. Its statements run one after the other, in one transaction if they begin one. */
export interface KeptSession {
  /** Runs one statement. Throws WarehouseError if it fails. */
  run(sql: string): Promise<void>;
}

/**
 * A warehouse behind a service that runs batches by itself, such as the Data API. It is for examining how the service
 * behaves: errors are not classified, and nothing is journaled or run again. What the service refuses is thrown as a
 * WarehouseError.
 */
export interface Service {
  /** The kind of warehouse, without a name, account or host. */
  readonly kind: 'cluster' | 'workgroup';
  readonly region: string;
  /** Sends statements, by default as one transaction, and waits for their end. */
  send(sqls: readonly string[], options?: SendOptions): Promise<Sent>;
  /** The rows of a statement of a batch, counted from 1. */
  rows(id: string, part: number): Promise<ResultSet>;
  /** The first value of a statement of a batch as the service spells it; empty if it is not text. */
  text(id: string, part: number): Promise<string>;
  /**
   * A COPY into one column of a table of all objects whose keys begin with `uri`, matched by name. `options` are
   * appended.
   */
  copy(table: string, column: string, uri: string, options?: string): string;
  /** Opens a session with a first statement. */
  openSession(sql: string): Promise<KeptSession>;
  /** Requests that a batch stop or, without an id, everything that was sent and has not ended. */
  cancel(id?: string): Promise<void>;
  close(): Promise<void>;
}

export interface SendOptions {
  /** The token that keeps a repeated request from running twice; a new one if absent. */
  readonly token?: string;
  /** AUTO_COMMIT: each statement is a transaction of its own. */
  readonly mode?: 'TRANSACTION' | 'AUTO_COMMIT';
  /** Called with the batch's id once the service is working on it. */
  readonly onStarted?: (id: string) => void;
}
