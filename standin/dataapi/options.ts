import type { Engine } from '../executor.ts';
import type { FaultInjector } from './faults.ts';
import type { Pause } from './pause.ts';
import type { Operation } from './requests.ts';

/**
 * Limits of the service (AWS pages "Considerations when calling the Data API" and "Quotas and limits in Amazon
 * Redshift").
 */
export interface Quotas {
  /** Statements that are not terminal, per cluster or workgroup. */
  readonly activeStatements: number;
  /** Open sessions per cluster or workgroup. */
  readonly sessions: number;
  /** Waiting requests per statement. AWS gives no number. */
  readonly waitingRequests: number;
  readonly sqlBytes: number;
  readonly rowBytes: number;
  readonly resultBytes: number;
  /** A page of a JSON result ends at the first of these two limits; AWS gives no numbers. */
  readonly pageRows: number;
  readonly pageBytes: number;
  /** A page of ListStatements and ListSessions (service model: MaxResults). */
  readonly listPage: number;
  /** CSV results: each response holds chunks up to this size (AWS page "Calling the Data API": 1 MB, 15 MB). */
  readonly csvChunkBytes: number;
  readonly csvPageBytes: number;
  /** Calls per second and operation; an operation that is absent has no limit. Enforced with `throttling` only. */
  readonly callsPerSecond: Partial<Readonly<Record<Operation, number>>>;
  readonly clientTokenHours: number;
  readonly sessionHours: number;
}

/** The documented limits, as of 2026. */
export const QUOTAS: Quotas = {
  activeStatements: 500,
  sessions: 500,
  waitingRequests: 10,
  sqlBytes: 100 * 1024,
  rowBytes: 64 * 1024,
  resultBytes: 500 * 1024 * 1024,
  pageRows: 1000,
  pageBytes: 1024 * 1024,
  listPage: 100,
  csvChunkBytes: 1024 * 1024,
  csvPageBytes: 15 * 1024 * 1024,
  callsPerSecond: {
    ExecuteStatement: 30,
    BatchExecuteStatement: 20,
    DescribeStatement: 100,
    GetStatementResult: 20,
    CancelStatement: 3,
    DescribeTable: 3,
    ListDatabases: 3,
    ListSchemas: 3,
    ListStatements: 3,
    ListTables: 3,
  },
  clientTokenHours: 8,
  sessionHours: 24,
};

/** Behaviour that is not established: a client must work with every choice, and its tests run with each. */
export interface UncertainChoices {
  /** A known ClientToken with a different request. */
  readonly sameTokenOtherRequest: 'validation-error' | 'reuse';
  /** What happens to the statements after the one that failed. */
  readonly afterFailure: 'ABORTED' | 'FAILED' | 'SUBMITTED';
  /** The error of a failed batch: `Query #2 failed with ERROR: …`, or the statement's own text. */
  readonly batchError: 'numbered' | 'plain';
  /** Whether the results of statements before the failed one can be read. */
  readonly earlierResults: 'readable' | 'unreadable';
  /** Whether a failed COPY has its query id. */
  readonly failedCopyId: 'withheld' | 'told';
  /** An AUTO_COMMIT batch with a failed statement. */
  readonly autoCommitFailure: 'FAILED' | 'FINISHED';
  /** Whether a TIMESTAMP without a fraction reads `2022-02-22 00:00:00.0`, as in AWS's samples. */
  readonly zeroFraction: boolean;
  /** Whether an aborted statement has an Error. */
  readonly abortedError: boolean;
}

/** The choices that AWS's samples suggest. Without samples, the stricter choice for the client. */
export const CHOICES: UncertainChoices = {
  sameTokenOtherRequest: 'validation-error',
  afterFailure: 'ABORTED',
  batchError: 'numbered',
  earlierResults: 'readable',
  failedCopyId: 'withheld',
  autoCommitFailure: 'FAILED',
  zeroFraction: true,
  abortedError: true,
};

/** The minimum duration of each state, so that clients see it. */
export interface Pauses {
  readonly submitted: Pause;
  readonly picked: Pause;
  /** How long a session stays BUSY after its statement has ended. */
  readonly released: Pause;
}

export interface DataApiOptions {
  /** Belongs to the caller: stop() closes the backends, not the engine. */
  readonly engine: Engine;
  readonly port?: number;
  readonly clusters?: readonly string[];
  /** Names or ARNs, as requests write them. */
  readonly workgroups?: readonly string[];
  /** Database users: one for an IAM identity, and one for any secret. */
  readonly users?: { readonly iam: string; readonly secret: string };
  /** Off: WaitTimeSeconds is unknown, as on the service before 2026. */
  readonly longPolling?: boolean;
  /** Enforces the calls per second. */
  readonly throttling?: boolean;
  readonly quotas?: Partial<Quotas>;
  readonly uncertain?: Partial<UncertainChoices>;
  readonly faults?: FaultInjector;
  readonly pauses?: Partial<Pauses>;
  /** How many milliseconds a second of WaitTimeSeconds and SessionKeepAliveSeconds lasts: less makes tests fast. */
  readonly second?: number;
  /** Milliseconds since the epoch, for timestamps, calls per second and the lives of tokens and sessions. */
  readonly clock?: () => number;
}

export type Settings = Required<Omit<DataApiOptions, 'faults' | 'quotas' | 'uncertain' | 'pauses'>> & {
  readonly faults: FaultInjector | undefined;
  readonly quotas: Quotas;
  readonly uncertain: UncertainChoices;
  readonly pauses: Pauses;
};

export function settingsFrom(options: DataApiOptions): Settings {
  return {
    port: 0,
    clusters: ['dwh'],
    workgroups: ['dwh'],
    users: { iam: 'IAMR:loader', secret: 'awsuser' },
    longPolling: true,
    throttling: false,
    second: 1000,
    clock: Date.now,
    ...options,
    faults: options.faults,
    quotas: { ...QUOTAS, ...options.quotas },
    uncertain: { ...CHOICES, ...options.uncertain },
    pauses: { submitted: 0, picked: 0, released: 0, ...options.pauses },
  };
}
