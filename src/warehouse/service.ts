import type { ResultSet } from './warehouse.ts';

/** What became of a statement of a batch that was sent as it is. */
export interface SentPart {
  /** The service's own word, such as FINISHED. */
  readonly status: string;
  /** Empty where there is none. */
  readonly error: string;
  /** The warehouse's number of the query; 0 or less where the service tells none. */
  readonly queryId: number;
}

/** A batch that has ended, as the service describes it. */
export interface Sent extends Omit<SentPart, 'queryId'> {
  readonly id: string;
  readonly parts: readonly SentPart[];
}

/** A session that is kept: statements run in it one after the other, in one transaction where they begin one. */
export interface KeptSession {
  /** Runs one statement. Throws WarehouseError when it fails. */
  run(sql: string): Promise<void>;
}

/**
 * A warehouse behind a service that runs batches by itself, such as the Data API: for asking how the service behaves.
 * Nothing is sorted, journaled or run again. What the service refuses is thrown as a WarehouseError.
 */
export interface Service {
  /** What kind of warehouse it is, and where: no name, account or host. */
  readonly kind: 'cluster' | 'workgroup';
  readonly region: string;
  /** Sends statements, by default as one transaction, and waits for the end. */
  send(sqls: readonly string[], options?: SendOptions): Promise<Sent>;
  /** The rows of a statement of a batch, counted from 1. */
  rows(id: string, part: number): Promise<ResultSet>;
  /** The first value of a statement of a batch as the service spells it; empty where that is no text. */
  text(id: string, part: number): Promise<string>;
  /** A COPY into a column of a table, of everything whose key begins so, matched by name; `options` go behind it. */
  copy(table: string, column: string, uri: string, options?: string): string;
  /** Opens a session with a first statement. */
  openSession(sql: string): Promise<KeptSession>;
  /** Asks a batch to stop, or everything that was sent and has not ended. */
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
