import type { Operation } from './requests.ts';

/** What happens to a request. `after` means that it was processed and its answer was lost. */
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
  /** The session that the request names is reclaimed before the request is looked at. */
  | { readonly kind: 'reclaim-session' };

/**
 * A place in a submission: while it is SUBMITTED, before anything is connected; before its n-th statement, from 1; before
 * the commit of its batch.
 */
export type Place = 'start' | number | 'commit';

/** What happens to the statements of a submission. Ignored by other operations. */
export type StatementFault =
  /** Fails with an engine's error text: `ERROR: 1023 …`. The statement there is not run. */
  | { readonly kind: 'fail'; readonly at: Place; readonly error: string }
  /** Keeps the transaction open for a while. */
  | { readonly kind: 'slow'; readonly at: Place; readonly milliseconds: number }
  /** Keeps it open until somebody cancels. */
  | { readonly kind: 'stuck'; readonly at: Place }
  /** ABORTED though nobody cancelled. */
  | { readonly kind: 'abort'; readonly at: Place; readonly error?: string };

/** One fault. */
export type Fault = RequestFault | StatementFault;

/** A request as the injector sees it. */
export interface InjectedCall {
  readonly operation: Operation;
  readonly body: Readonly<Record<string, unknown>>;
  /** 1 for the first call of this operation, retries counted. */
  readonly count: number;
}

/** Decides on each request; several faults may hit one. */
export type FaultInjector = (call: InjectedCall) => Fault | readonly Fault[] | undefined;

/** The faults of one request, by whom they concern. */
export interface InjectedFaults {
  readonly request: readonly RequestFault[];
  readonly statement: readonly StatementFault[];
}

/** Asks the injector. */
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
