import { type DataProblem, type ErrorOptionsWithNext, StarloadError } from '../errors.ts';
import type { Step, StepResult } from './warehouse.ts';

/**
 * What went wrong in a warehouse, as far as a caller decides on it: `busy`, somebody else holds it; `conflict`, the same
 * batch can succeed when run again; `missing-table`, create-tables has not been run; `cancelled`, the
 * user stopped it; `refused`, the statement was.
 */
export type WarehouseErrorKind = 'busy' | 'conflict' | 'missing-table' | 'unreachable' | 'cancelled' | 'refused';

/** An engine's error, sorted by kind. */
export class WarehouseError extends StarloadError {
  readonly kind: WarehouseErrorKind;
  /** The records the engine itself blames, where it tells. */
  readonly problems: readonly DataProblem[];

  constructor(
    kind: WarehouseErrorKind,
    message: string,
    { problems = [], ...options }: ErrorOptionsWithNext & { readonly problems?: readonly DataProblem[] } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.problems = problems;
  }

  /** An engine that refuses a value quotes it. */
  override withoutExcerpts(): WarehouseError {
    const { next, outcome, kind } = this;
    const error = new WarehouseError(kind, kind === 'refused' ? unquoted(this.what) : this.what, { next, outcome });
    return this.committed === undefined ? error : error.afterCommitting(this.committed);
  }
}

/** A step of a batch failed and the batch was rolled back. */
export class StepFailed extends StarloadError {
  readonly step: Step;
  /** What the steps before it returned. */
  readonly results: readonly StepResult[];
  readonly failure: WarehouseError;

  constructor(step: Step, failure: WarehouseError, results: readonly StepResult[]) {
    super(`${step.name}: ${failure.message}`, { next: failure.next, cause: failure });
    this.step = step;
    this.failure = failure;
    this.results = results;
  }

  override withoutExcerpts(): StarloadError {
    const error = new StepFailed(this.step, this.failure.withoutExcerpts(), []);
    return this.committed === undefined ? error : error.afterCommitting(this.committed);
  }
}

/** A text without what stands between its first quote and its last. */
function unquoted(text: string): string {
  const first = text.search(/["'`]/);
  const last = Math.max(...['"', "'", '`'].map((quote) => text.lastIndexOf(quote)));
  return first === last ? text : `${text.slice(0, first)}…${text.slice(last + 1)}`;
}
