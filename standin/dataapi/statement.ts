import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionMode, ResultFormatString, SqlParameter, StatusString } from '@aws-sdk/client-redshift-data';
import type { Backend, Parameters, StatementOutcome } from '../executor.ts';
import type { StatementFault } from './faults.ts';
import type { Session } from './sessions.ts';
import type { Target } from './target.ts';

const CANCEL_MILLISECONDS = 20;

/** The state of a statement or sub-statement. */
export type Status = Exclude<StatusString, 'ALL'>;

/** Whether a statement in this state is over. */
export function isTerminal(status: Status): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED';
}

/** The bytes of a row's values; NULL counts as none. AWS does not document what the service counts. */
export function bytesOf(row: readonly (string | null)[]): number {
  return row.reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
}

/** What statements and sub-statements share: the states from SUBMITTED to the end. */
export class Progress {
  status: Status = 'SUBMITTED';
  error: string | undefined;
  /** Nanoseconds; -1 before the end. */
  duration = -1;
  readonly createdAt: number;
  updatedAt: number;
  readonly #clock: () => number;
  readonly #over = new AbortController();
  #startedAt: bigint | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.createdAt = clock();
    this.updatedAt = this.createdAt;
  }

  /** Aborted when the state is terminal. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  move(status: Status, error?: string): void {
    this.status = status;
    this.error = error;
    this.updatedAt = this.#clock();
    if (status === 'STARTED') {
      this.#startedAt = process.hrtime.bigint();
    }
    if (isTerminal(status)) {
      this.duration = this.#startedAt === undefined ? -1 : Number(process.hrtime.bigint() - this.#startedAt);
      // With an explicit reason: the default one is an error with a stack, created for every part.
      this.#over.abort('over');
    }
  }
}

/** One SQL of a submission: the only one of ExecuteStatement, or a sub-statement of a batch. */
export class Part extends Progress {
  readonly sql: string;
  readonly parameters: Parameters | undefined;
  outcome: StatementOutcome | undefined;
  /** Of a failed statement, if the service returns it. */
  failedQueryId = 0;

  constructor(sql: string, parameters: Parameters | undefined, clock: () => number) {
    super(clock);
    this.sql = sql;
    this.parameters = parameters;
  }

  finish(outcome: StatementOutcome): void {
    this.outcome = outcome;
    this.move('FINISHED');
  }
}

/** The checked content of a submission. */
export interface Submission {
  readonly kind: 'single' | 'batch';
  readonly mode: ExecutionMode;
  readonly target: Target;
  readonly session: Session | undefined;
  readonly name: string | undefined;
  readonly format: ResultFormatString;
  readonly parameters: readonly SqlParameter[] | undefined;
  readonly faults: readonly StatementFault[];
}

/** An accepted submission: a statement or a batch. */
export class Statement extends Progress {
  readonly id: string = randomUUID();
  readonly submission: Submission;
  readonly parts: readonly Part[];
  /** RedshiftPid; 0 before there is a backend. */
  pid = 0;
  /** Requests that wait for the end. */
  waiting = 0;
  readonly #cancelled = new AbortController();
  #executing: Backend | undefined;
  #cancelling: Promise<void> | undefined;

  constructor(submission: Submission, parts: readonly Part[], clock: () => number) {
    super(clock);
    this.submission = submission;
    this.parts = parts;
  }

  /** Aborted when a cancel was requested. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Requests a cancel; the state changes when the backend has stopped. */
  cancel(): void {
    this.#cancelled.abort();
    this.#cancelling ??= this.#cancelUntilItEnds();
    // A backend that is gone has nothing left to cancel: its statement fails by itself.
    this.#cancelling.catch(() => undefined);
  }

  /** PostgreSQL ignores a cancel request that arrives before the query has begun. */
  async #cancelUntilItEnds(): Promise<void> {
    while (this.#executing !== undefined) {
      await this.#executing.cancel();
      await sleep(CANCEL_MILLISECONDS);
    }
  }

  /** Runs one part on the backend. Waits for a pending cancel, which would otherwise hit the next part. */
  async execute(part: Part, backend: Backend): Promise<StatementOutcome> {
    this.#executing = backend;
    try {
      return await backend.execute(part.sql, part.parameters);
    } finally {
      this.#executing = undefined;
      await this.#cancelling?.catch(() => undefined);
    }
  }
}
