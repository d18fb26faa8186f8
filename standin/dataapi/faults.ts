import type { Operation } from './requests.ts';

/** What happens to a request. `after` means that it was processed but its answer was lost. */
export type RequestFault =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'internal-error'; readonly when: 'before' | 'after' }
  /** Any other answer: AccessDeniedException, ExecuteStatementException, ServiceUnavailable … */
  | {
      readonly kind: 'error';
      readonly when: 'before' | 'after';
      readonly type: string;
      readonly status: number;
      readonly message: string;
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The session named in the request is reclaimed before the request is processed. */
  | { readonly kind: 'reclaim-session' };

/**
 * A place in a submission: while it is SUBMITTED, before any connection; before its n-th statement, from 1; before the
 * commit of its batch.
 */
export type Place = 'start' | number | 'commit';

/** What happens to the statements of a submission. Ignored by other operations. */
export type StatementFault =
  /** Fails with an engine's error text: `ERROR: 1023 …`. The statement at that place does not run. */
  | { readonly kind: 'fail'; readonly at: Place; readonly error: string }
  /** Keeps the transaction open for a while. */
  | { readonly kind: 'slow'; readonly at: Place; readonly milliseconds: number }
  /** Keeps the transaction open until a cancel. */
  | { readonly kind: 'stuck'; readonly at: Place }
  /** ABORTED without a cancel. */
  | { readonly kind: 'abort'; readonly at: Place; readonly error?: string };

export type Fault = RequestFault | StatementFault;

/** A request as the injector sees it. */
export interface InjectedCall {
  readonly operation: Operation;
  readonly body: Readonly<Record<string, unknown>>;
  /** 1 for the first call of this operation; retries count too. */
  readonly count: number;
}

/** Decides on each request; several faults may apply to one. */
export type FaultInjector = (call: InjectedCall) => Fault | readonly Fault[] | undefined;

/** The faults of one request, by the part they affect. */
export interface InjectedFaults {
  readonly request: readonly RequestFault[];
  readonly statement: readonly StatementFault[];
}

export function injectedFaults(injector: FaultInjector | undefined, call: InjectedCall): InjectedFaults {
  const answer = injector?.(call) ?? [];
  const faults = 'kind' in answer ? [answer] : answer;
  return {
    request: faults.filter((fault) => !isStatementFault(fault)),
    statement: faults.filter(isStatementFault),
  };
}

function isStatementFault(fault: Fault): fault is StatementFault {
  return 'at' in fault;
}
