import pg from 'pg';
import { messageOf } from '../../src/errors.ts';
import { EngineError } from '../executor.ts';
import { REFUSAL } from './coercion.ts';
import { S3Refusal } from './objects.ts';
import type { EngineOptions, Uncertain } from './options.ts';

/** The context for the wording of a failure. */
export interface FailureContext {
  readonly options: EngineOptions;
  readonly uncertain: Uncertain;
  readonly queryId: number;
  readonly pid: number;
  /** The table that a serialization error names. */
  readonly tableId: () => Promise<number>;
  /** The position in the statement, from 1, for a position in PostgreSQL's text. */
  readonly origin: (position: number) => number;
}

/** Converts a PostgreSQL error to Redshift's wording. */
export async function toEngineError(error: unknown, context: FailureContext): Promise<EngineError> {
  if (error instanceof EngineError) return error;
  if (isAbort(error)) return cancelled(context.queryId);
  if (error instanceof S3Refusal)
    return new EngineError(`ERROR: S3ServiceException:${error.message}`, { cause: error });
  if (!(error instanceof pg.DatabaseError)) {
    return new EngineError(`ERROR: ${messageOf(error)}`, { cause: error });
  }
  return new EngineError(`ERROR: ${await word(error, context)}`, { cause: error });
}

/** Node's own errors may come from another realm, where instanceof fails. */
function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

/** AWS: "CANCEL"; the text is the one that query editors show for a cancelled query. */
export function cancelled(queryId: number): EngineError {
  return new EngineError(`ERROR: Query (${queryId}) cancelled on user's request`);
}

async function word(error: pg.DatabaseError, context: FailureContext): Promise<string> {
  const { internalQuery = '' } = error;
  if (internalQuery.startsWith(REFUSAL)) return internalQuery.slice(REFUSAL.length);
  const unknown = unknownLiteral(error);
  if (unknown !== undefined) return unknown;
  switch (error.code) {
    case '40001':
      return conflict(error, context);
    case '57014':
      return cancellation(error, context);
    case '40P01':
      return 'deadlock detected';
    case '23502':
      return `Cannot insert a NULL value into column ${error.column ?? ''}`;
    case '23514':
      // Data load errors: "Multibyte character load errors"; a CHAR holds single bytes only (AWS: "Character types").
      if (/"?redshift\.char_|domain char_/.test(error.message)) return MULTIBYTE;
      return `value too long for type character varying(${/varchar_(\d+)/.exec(error.message)?.[1] ?? '?'})`;
    case '22P02':
      return badText(error, context);
    default:
      return `${typesAsRedshiftNames(error)}${position(error, context)}`;
  }
}

const MULTIBYTE = 'Multibyte character not supported for CHAR (Hint: try using VARCHAR)';

/** PostgreSQL's errors that name a type: no such function, operator or cast, or types that do not match. */
const ABOUT_TYPES = ['42883', '42846', '42804'];
const NO_INPUT = 'cannot accept a value of type pg_node_tree';

/** The types that represent VARCHAR and CHAR here have no Redshift name. */
function typesAsRedshiftNames({ code = '', message }: pg.DatabaseError): string {
  if (!ABOUT_TYPES.includes(code)) return message;
  return message
    .replace(/(?:redshift\.)?\bvarchar_\d+/g, 'character varying')
    .replace(/(?:redshift\.)?\bchar_\d+/g, 'character')
    .replace(/\bbpchar\b/g, 'character varying');
}

/** A bare literal was used as a column: Redshift's message, or undefined for any other error. */
function unknownLiteral({ code = '', message }: pg.DatabaseError): string | undefined {
  if (message !== NO_INPUT && !(ABOUT_TYPES.includes(code) && message.includes('unknown_literal_'))) return undefined;
  const target = /^cannot cast type \S+ to (.+)$/.exec(message)?.[1] ?? 'text';
  return `failed to find conversion function from "unknown" to ${target}`;
}

/**
 * pages "Serializable isolation", "TRUNCATE" and "LOCK": the message of each isolation level when two transactions
 * collide.
 */
async function conflict(error: pg.DatabaseError, { options, pid, tableId }: FailureContext): Promise<string> {
  if (options.isolation !== 'SERIALIZABLE') return 'could not complete because of conflict with concurrent transaction';
  const table = await tableId();
  const xid = Number(/\d+/.exec(error.detail ?? '')?.[0] ?? 0) || 4096 + pid;
  return `1023 DETAIL: Serializable isolation violation on table - ${table}, transactions forming the cycle are: ${xid}, ${xid + 1} (pid:${pid})`;
}

function cancellation({ message }: pg.DatabaseError, { queryId }: FailureContext): string {
  const isTimeout = message.includes('statement timeout');
  return `Query (${queryId}) cancelled on user's request${isTimeout ? ': statement timeout' : ''}`;
}

/**
 * CAST(text AS INTEGER): the leader node uses PostgreSQL's message, the compute nodes use COPY's (page "Load error
 * reference").
 */
function badText(error: pg.DatabaseError, { uncertain }: FailureContext): string {
  const [, type = '', value = ''] = /invalid input syntax for type (\w+): "(.*)"$/s.exec(error.message) ?? [];
  const name = { smallint: 'Short', integer: 'Integer', bigint: 'Long' }[type];
  if (uncertain.castError === 'syntax' || name === undefined) return error.message;
  const at = Math.max(0, value.search(/\D/));
  return `Invalid digit, Value '${value[at] ?? ''}', Pos ${at}, Type: ${name} `;
}

function position(error: pg.DatabaseError, { origin }: FailureContext): string {
  return error.position === undefined ? '' : `\n  Position: ${origin(Number(error.position))}`;
}
