import { type DataProblem, type ErrorOptionsWithNext, StarloadError } from '../errors.ts';
import { placeOf, type Written } from '../sql/written.ts';
import type { Step, StepResult } from './warehouse.ts';

/**
 * The kind of a warehouse error, for callers that handle kinds differently. `busy`: another process holds the
 * warehouse. `conflict`: the same batch can succeed if it is run again. `missing-table`: create-tables has not been
 * run. `login`: the server does not accept this user and password. `cancelled`: the user stopped it. `refused`: the
 * statement was refused.
 */
export type WarehouseErrorKind =
  | 'busy'
  | 'conflict'
  | 'missing-table'
  | 'unreachable'
  | 'login'
  | 'cancelled'
  | 'refused';

interface WarehouseErrorOptions extends ErrorOptionsWithNext {
  readonly problems?: readonly DataProblem[] | undefined;
  readonly line?: number | undefined;
}

/** An engine's error, classified by kind. */
export class WarehouseError extends StarloadError {
  readonly kind: WarehouseErrorKind;
  /** The records that the engine itself blames, if it names them. */
  readonly problems: readonly DataProblem[];
  /** The line of the statement that the engine points at, counted from 1; undefined if it does not. */
  readonly line: number | undefined;

  constructor(
    kind: WarehouseErrorKind,
    message: string,
    { problems = [], line, ...options }: WarehouseErrorOptions = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.problems = problems;
    this.line = line;
  }

  /** An engine that refuses a value quotes it. */
  override withoutExcerpts(): WarehouseError {
    const { next, outcome, kind, line } = this;
    const message = kind === 'refused' ? unquoted(this.what) : this.what;
    const error = new WarehouseError(kind, message, { next, outcome, line });
    return this.committed === undefined ? error : error.afterCommitting(this.committed);
  }
}

/** A step of a batch failed and the batch was rolled back. */
export class StepFailed extends StarloadError {
  readonly step: Step;
  /** The results of the steps before it. */
  readonly results: readonly StepResult[];
  readonly failure: WarehouseError;

  constructor(step: Step, failure: WarehouseError, results: readonly StepResult[]) {
    super(`${placeOfStep(step, failure)}: ${failure.message}`, {
      next: failure.next ?? adviceFor(step, failure),
      cause: failure,
    });
    this.step = step;
    this.failure = failure;
    this.results = results;
  }

  override withoutExcerpts(): StarloadError {
    const error = new StepFailed(this.step, this.failure.withoutExcerpts(), []);
    return this.committed === undefined ? error : error.afterCommitting(this.committed);
  }
}

/** The file and line in sql/ at which a step failed; for a statement that is in no file, its name. */
export function placeOfStep(step: Step, { line }: WarehouseError): string {
  return (step.kind === 'sql' ? placeOf(step.written ?? [], line) : undefined) ?? step.name;
}

/** The same error for a statement from sql/. Its message begins with the file and the line. */
export function inFile(error: unknown, written: readonly Written[] = []): unknown {
  if (!(error instanceof WarehouseError)) {
    return error;
  }
  const { kind, line, message, next } = error;
  const place = placeOf(written, line);
  const advice = kind === 'refused' ? CORRECT_FILE : undefined;
  return place === undefined
    ? error
    : new WarehouseError(kind, `${place}: ${message}`, { next: next ?? advice, line, cause: error });
}

/** A refused statement is either wrong itself or does not fit the data. */
function adviceFor(step: Step, { kind }: WarehouseError): string | undefined {
  return kind === 'refused' && step.kind === 'sql' && (step.written ?? []).length > 0 ? CORRECT_FILE : undefined;
}

const CORRECT_FILE =
  'Correct that file and run again. npm run check -- --deep tests all statements of a load without loading anything. If you have not changed the file, report it.';

/** A text without everything from its first quote to its last. */
function unquoted(text: string): string {
  const first = text.search(/["'`]/);
  const last = Math.max(...['"', "'", '`'].map((quote) => text.lastIndexOf(quote)));
  return first === last ? text : `${text.slice(0, first)}…${text.slice(last + 1)}`;
}
