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
}
