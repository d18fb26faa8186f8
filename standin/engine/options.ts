import type { ObjectReader } from './objects.ts';
import type { Postgres } from './postgres.ts';

/** Behaviour of Redshift that is not established: the loader must work with every choice. The first is the default. */
export interface Uncertain {
  /** A number with a fraction other than zero into an integer column (page "COPY from JSON format"). */
  readonly fraction: 'refuse' | 'truncate';
  /** A number with an exponent into an integer column (page "COPY from JSON format"). */
  readonly exponent: 'refuse' | 'accept';
  /** `\u0000` in a text (page "COPY from JSON format"). */
  readonly nul: 'refuse' | 'end';
  /** A number into a VARCHAR: with the file's spelling, or as the shortest decimal (page "COPY from JSON format"). */
  readonly numberText: 'as-written' | 'normalised';
  /** `1540919166796.0` into a TIMESTAMP with 'epochmillisecs' (page "DATEFORMAT and TIMEFORMAT strings"). */
  readonly epochFraction: 'refuse' | 'accept';
  /**
   * The message of a failed CAST(text AS INTEGER): PostgreSQL's, or the compute nodes', which does not contain the text.
   */
  readonly castError: 'syntax' | 'digit';
  /** The view that the message of a failed COPY names (COPY messages users have shown). */
  readonly errorView: 'sys_load_error_detail' | 'stl_load_errors';
}

export const DEFAULT_UNCERTAIN: Uncertain = {
  fraction: 'refuse',
  exponent: 'refuse',
  nul: 'refuse',
  numberText: 'as-written',
  epochFraction: 'refuse',
  castError: 'syntax',
  errorView: 'sys_load_error_detail',
};

export type Isolation = 'SNAPSHOT' | 'SERIALIZABLE';

export interface EngineOptions {
  /** The source of COPY's files. */
  readonly objects: ObjectReader;
  readonly databases?: readonly string[];
  /** pages "Serializable isolation", "TRUNCATE" and "LOCK": SNAPSHOT is the default of databases created today. */
  readonly isolation?: Isolation;
  /** Whether LOCK comes before or after the transaction's snapshot (seen both ways). */
  readonly snapshotAt?: 'begin' | 'after-lock';
  /** Whether STL views exist; false as on Serverless. */
  readonly stl?: boolean;
  readonly region?: string;
  /** ARNs of the roles attached to the warehouse; if absent, any role is accepted. */
  readonly roles?: readonly string[];
  readonly defaultRole?: string;
  readonly uncertain?: Partial<Uncertain>;
  /** A server to use instead of starting one; it is left running. */
  readonly postgres?: Postgres;
}
