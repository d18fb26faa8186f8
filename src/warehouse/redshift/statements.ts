import { StarloadError } from '../../errors.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { Batch, Step } from '../warehouse.ts';
import { type CopyAccess, type CopyFiles, copyFolderStatement, copyStatement } from './copy.ts';

/** A statement of a BatchExecuteStatement, and the step it belongs to; the session's own belong to none. */
export interface BatchStatement {
  readonly sql: string;
  readonly step: Step | undefined;
  /** What of its result is to be fetched: rows for the step, or how many rows a COPY loaded. */
  readonly fetch: 'rows' | 'rows-on-failure' | 'copied' | undefined;
}

/** What a batch's statements depend on besides its steps. */
export interface StatementOptions extends CopyAccess {
  readonly schema: string | undefined;
  /** The longest a statement may run, in milliseconds: a stuck loader's locks end with it. */
  readonly timeoutMilliseconds: number;
  /** The files of a COPY step. */
  readonly filesOf: (step: Step) => readonly CopyFiles[];
  /** The region of a step's folder, where it is not `region`. */
  readonly regions: ReadonlyMap<Step, string>;
}

/** Limits of BatchExecuteStatement (Management Guide, Data API considerations). */
const MAX_STATEMENTS = 40;
const MAX_BYTES = 100 * 1024;

/**
 * All statements of a batch, in order. Throws StarloadError when they are more, or longer, than one BatchExecuteStatement
 * takes.
 */
export function batchStatements(batch: Batch, options: StatementOptions): readonly BatchStatement[] {
  const session = sessionStatements(options);
  const lock = batch.locks ? ['LOCK load_run'] : [];
  const { schema } = options;
  const made =
    batch.creates === true && schema !== undefined ? [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`] : [];
  const own = [...session, ...made, ...lock].map((sql) => ({ sql, step: undefined, fetch: undefined }));
  const statements = withinLimit([...own, ...batch.steps.flatMap((step) => stepStatements(step, options))]);
  checkLimits(statements);
  return statements;
}

/** What a session needs before anything else: each batch is a session of its own. */
export function sessionStatements({
  schema,
  timeoutMilliseconds,
}: Pick<StatementOptions, 'schema' | 'timeoutMilliseconds'>): readonly string[] {
  return [
    "SET timezone TO 'UTC'",
    `SET statement_timeout TO ${Math.floor(timeoutMilliseconds)}`,
    ...(schema === undefined ? [] : [`SET search_path TO ${quoteIdentifier(schema)}`]),
  ];
}

const FETCHES = { always: 'rows', 'on-failure': 'rows-on-failure', never: undefined } as const;

/** How many rows a COPY loaded is known to its own session only (pg_last_copy_count). */
function stepStatements(step: Step, options: StatementOptions): readonly BatchStatement[] {
  if (step.kind === 'sql') {
    return [{ sql: step.sql, step, fetch: FETCHES[step.wanted ?? 'never'] }];
  }
  if (step.kind === 'copy-folder') {
    const region = options.regions.get(step) ?? options.region;
    return [{ sql: copyFolderStatement(step.table, step.folder, { ...options, region }), step, fetch: undefined }];
  }
  return options
    .filesOf(step)
    .flatMap((files) => [
      { sql: copyStatement(step.table, files, options), step, fetch: undefined },
      ...(step.table.role === 'staging'
        ? [{ sql: 'SELECT pg_last_copy_count() AS copied', step, fetch: 'copied' as const }]
        : []),
    ]);
}

/**
 * How many rows each COPY loaded is asked only where there is room: it is for people, and the check records_staged, which
 * is not, compares what was read with what was staged in any case.
 */
function withinLimit(statements: readonly BatchStatement[]): readonly BatchStatement[] {
  return statements.length > MAX_STATEMENTS ? statements.filter(({ fetch }) => fetch !== 'copied') : statements;
}

function checkLimits(statements: readonly BatchStatement[]): void {
  if (statements.length > MAX_STATEMENTS) {
    throw new StarloadError(`the batch has ${statements.length} statements, and the Data API takes ${MAX_STATEMENTS}`, {
      next: 'Join transforms or checks of sql/ into fewer statements.',
    });
  }
  const long = statements.find(({ sql }) => Buffer.byteLength(sql) > MAX_BYTES);
  if (long !== undefined) {
    throw new StarloadError(
      `the statement ${long.step?.name ?? ''} is longer than the ${MAX_BYTES} bytes the Data API takes`,
      {
        next: 'Split it into several.',
      },
    );
  }
}
