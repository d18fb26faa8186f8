import { StarloadError } from '../../errors.ts';
import { Qualifier } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { Batch, Step } from '../warehouse.ts';
import { type CopyAccess, type CopyFiles, copyFolderStatement, copyStatement } from './copy.ts';
import { NOTHING_OF_OTHERS, placesOf } from './schema.ts';
import { plannedFiles } from './work.ts';

/** A statement of a BatchExecuteStatement and its step. The session's own statements have no step. */
export interface BatchStatement {
  readonly sql: string;
  readonly step: Step | undefined;
  /** What to fetch of its result: rows for the step, or rows or the number of changed rows. */
  readonly fetch: 'rows' | 'rows-if-any' | 'rows-on-failure' | undefined;
}

/** Everything besides its steps on which a batch's statements depend. */
export interface StatementOptions extends CopyAccess {
  /** The schema of all tables. */
  readonly schema: string;
  /** Whether to create it first. This needs the right to create schemas, even if the schema exists. */
  readonly makesSchema?: boolean;
  /** The longest time a statement may run, in milliseconds. A stuck loader's locks end with it. */
  readonly timeoutMilliseconds: number;
  /** The files of a COPY step. */
  readonly filesOf: (step: Step) => readonly CopyFiles[];
  /** The region of a step's folder, if it is not `region`. */
  readonly regions: ReadonlyMap<Step, string>;
}

/** Limits of BatchExecuteStatement (Management Guide, Data API considerations). */
export const MAX_STATEMENTS = 40;
const MAX_BYTES = 100 * 1024;

/**
 * All statements of a batch, in order. Throws StarloadError if they are more, or longer, than one BatchExecuteStatement
 * accepts.
 */
export function batchStatements(batch: Batch, options: StatementOptions): readonly BatchStatement[] {
  const statements = allStatements(batch, options);
  checkLimits(statements);
  return statements;
}

/** How many statements a batch needs. Files are separated by compression, as they will be when they are placed. */
export function countStatements(batch: Batch): number {
  const filesOf = (step: Step) => plannedFiles(batch, step, 's3://WORK_PREFIX/');
  const nowhere = { schema: 'x', iamRole: 'default', region: 'us-east-1', timeoutMilliseconds: 0, regions: new Map() };
  // If there is a load_run to lock, the schema exists.
  const makesSchema = batch.creates === true && !batch.locks;
  return allStatements(batch, { ...nowhere, filesOf, makesSchema }).length;
}

function allStatements(batch: Batch, options: StatementOptions): readonly BatchStatement[] {
  const { schema } = options;
  const names = new Qualifier(placesOf(schema));
  const session = sessionStatements(options, batch.asWritten === true ? schema : NOTHING_OF_OTHERS);
  const made = options.makesSchema === true ? [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`] : [];
  const own = [...session, ...made, ...lockStatements(batch, names)];
  const steps = batch.steps.flatMap((step) => stepStatements(step, batch, { names, options }));
  return [...own.map((sql) => ({ sql, step: undefined, fetch: undefined })), ...steps];
}

/** All in one statement, because the number of statements is limited. */
function lockStatements({ locks, lockedTables = [] }: Batch, names: Qualifier): readonly string[] {
  const tables = [...new Set([...(locks ? ['load_run'] : []), ...lockedTables])];
  return tables.length === 0 ? [] : [`LOCK ${tables.map((table) => names.name(table)).join(', ')}`];
}

/**
 * The first statements of a session; each batch is a session of its own. Unqualified names are resolved in `searched`.
 * These are SET statements, although each counts towards the limit: a SELECT of SET_CONFIG calls would be a query
 * before the LOCK, and has never been seen to set these parameters on a cluster.
 */
export function sessionStatements(
  { timeoutMilliseconds }: Pick<StatementOptions, 'timeoutMilliseconds'>,
  searched: string,
): readonly string[] {
  return [
    "SET timezone TO 'UTC'",
    `SET statement_timeout TO ${Math.floor(timeoutMilliseconds)}`,
    `SET search_path TO ${quoteIdentifier(searched)}`,
  ];
}

const FETCHES = { always: 'rows', 'on-failure': 'rows-on-failure', never: undefined } as const;

function stepStatements(
  step: Step,
  { asWritten }: Batch,
  { names, options }: { readonly names: Qualifier; readonly options: StatementOptions },
): readonly BatchStatement[] {
  if (step.kind === 'sql') {
    const fetch = FETCHES[step.wanted ?? 'never'];
    return asWritten === true
      ? [{ sql: step.sql, step, fetch: fetch === 'rows' ? 'rows-if-any' : fetch }]
      : [{ sql: names.statement(step.sql), step, fetch }];
  }
  const into = { table: step.table, name: names.name(step.table.name) };
  if (step.kind === 'copy-folder') {
    const region = options.regions.get(step) ?? options.region;
    return [{ sql: copyFolderStatement(into, step.folder, { ...options, region }), step, fetch: undefined }];
  }
  return options.filesOf(step).map((files) => ({ sql: copyStatement(into, files, options), step, fetch: undefined }));
}

function checkLimits(statements: readonly BatchStatement[]): void {
  if (statements.length > MAX_STATEMENTS) {
    throw new StarloadError(`the batch has ${statements.length} statements, but the Data API takes ${MAX_STATEMENTS}`, {
      next: 'Use fewer tables in the model.',
    });
  }
  for (const { sql, step } of statements) {
    checkLength(sql, step === undefined ? 'a statement' : `the statement ${step.name}`);
  }
}

/** Throws StarloadError if a statement is longer than the Data API accepts. */
export function checkLength(sql: string, what: string): void {
  if (Buffer.byteLength(sql) > MAX_BYTES) {
    throw new StarloadError(`${what} is longer than the ${MAX_BYTES} bytes the Data API takes`, {
      next: 'Split it into several.',
    });
  }
}
