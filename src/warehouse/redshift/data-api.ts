import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DescribeStatementResponse,
  ExecutionMode,
  Field,
  ListStatementsRequest,
  StatementData,
  StatusString,
} from '@aws-sdk/client-redshift-data';
import { isDenied } from '../../aws/errors.ts';
import { StarloadError } from '../../errors.ts';
import type { RedshiftTarget } from '../../target.ts';
import { collect } from '../pages.ts';
import type { ResultSet } from '../warehouse.ts';
import type { SdkClient } from './client.ts';
import { isOver, isTransient, sortedCall } from './failures.ts';
import { addressOf } from './target.ts';
import { type ResultPage, toResultSet } from './values.ts';

/** The state of a statement. `id` is the Data API's. */
export interface RunningStatement extends StatementState {
  readonly name: string;
  readonly createdAt: Date | undefined;
}

/** The running statements, and whether the result includes other sessions of the caller's role. */
export interface RunningStatements {
  readonly statements: readonly RunningStatement[];
  readonly ofRole: boolean;
}

type Listed = readonly RunningStatement[];

export interface StatementState {
  readonly id: string;
  readonly status: StatusString | string;
  /** Present if a session was requested. */
  readonly sessionId?: string;
}

/** The session a statement runs in: a new one that is kept for this many idle seconds, or an existing one. */
export type InSession = { readonly keepSeconds: number } | { readonly sessionId: string } | Record<never, never>;

/** A name by which to find the submission again, and a token that keeps a repeated call from running twice. */
export interface Submission {
  readonly name: string;
  readonly token: string;
}

/** How to submit a batch. */
export interface BatchOptions {
  /** Whether the call may wait until the batch has ended, if that is soon. If not, it returns the id at once. */
  readonly holdBack: boolean;
  /** If absent, one transaction: the Data API's default. */
  readonly mode?: ExecutionMode | undefined;
}

/** Receives the service's description of a statement while it runs. */
export type OnLook = (told: DescribeStatementResponse) => void;

/** Tells the user about waits and repeated calls. */
export type Notify = (message: string) => void;

/** Long polling: a call returns when the statement ends, or after this many seconds (Data API, long polling). */
const WAIT_SECONDS = 20;
const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 250;
const FIRST_POLL_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
const ENDED = new Set(['FINISHED', 'FAILED', 'ABORTED']);

/** Whether a statement has ended. An unknown status does not count as ended. */
export function hasEnded({ status }: StatementState): boolean {
  return ENDED.has(status);
}

/** The Data API for one warehouse: repeats calls that may succeed later, and waits for statements. */
export class DataApi {
  readonly #sdk: () => Promise<SdkClient>;
  readonly #target: RedshiftTarget;
  readonly #notify: Notify;
  readonly #firstPause: number;

  /** A failed call is repeated after `firstPause` milliseconds, and then after longer pauses. */
  constructor(
    sdk: () => Promise<SdkClient>,
    target: RedshiftTarget,
    notify: Notify,
    firstPause = FIRST_PAUSE_MILLISECONDS,
  ) {
    this.#sdk = sdk;
    this.#target = target;
    this.#notify = notify;
    this.#firstPause = firstPause;
  }

  /** Submits statements, by default as one transaction. A call that is repeated with its token runs only once. */
  async submitBatch(
    sqls: readonly string[],
    { name, token }: Submission,
    { holdBack, mode }: BatchOptions,
  ): Promise<StatementState> {
    const { sdk, client } = await this.#sdk();
    const input = {
      ...addressOf(this.#target),
      Sqls: [...sqls],
      StatementName: name,
      ClientToken: token,
      ...(holdBack ? { WaitTimeSeconds: WAIT_SECONDS } : {}),
      ...(mode === undefined ? {} : { ExecutionMode: mode }),
    };
    return this.#submit('BatchExecuteStatement', () => client.send(new sdk.BatchExecuteStatementCommand(input)));
  }

  /** Submits one statement: in a connection of its own, as the first of a new session, or in an existing session. */
  async submit(sql: string, { name, token }: Submission, session: InSession = {}): Promise<StatementState> {
    const { sdk, client } = await this.#sdk();
    const input = {
      ...('sessionId' in session ? { SessionId: session.sessionId } : addressOf(this.#target)),
      ...('keepSeconds' in session ? { SessionKeepAliveSeconds: session.keepSeconds } : {}),
      Sql: sql,
      StatementName: name,
      ClientToken: token,
      WaitTimeSeconds: WAIT_SECONDS,
    };
    return this.#submit('ExecuteStatement', () => client.send(new sdk.ExecuteStatementCommand(input)));
  }

  /** Waits a moment before the next poll. */
  async pause(): Promise<void> {
    await sleep(FIRST_PAUSE_MILLISECONDS);
  }

  /**
   * Waits until a statement has ended. A failing DescribeStatement does not mean that the statement failed, so the call
   * is repeated for as long as `isPatient` returns true. `onLook` receives the description of a statement that has not
   * ended.
   */
  async wait(
    state: StatementState,
    isPatient: () => boolean = () => false,
    onLook: OnLook = () => {},
  ): Promise<StatementState> {
    let current = state;
    for (let pause = FIRST_POLL_MILLISECONDS; !hasEnded(current); pause = longer(pause)) {
      const began = Date.now();
      const told = await this.describe(state.id, { waitSeconds: WAIT_SECONDS, isPatient });
      current = { id: state.id, status: told.Status ?? 'UNKNOWN' };
      if (!hasEnded(current)) {
        onLook(told);
      }
      // If the service does not hold the call back, we must pause.
      if (!hasEnded(current) && Date.now() - began < LONG_POLL_MILLISECONDS) {
        await sleep(pause);
      }
    }
    return current;
  }

  /** The service's description of a statement. */
  async describe(
    id: string,
    { waitSeconds, isPatient }: { readonly waitSeconds?: number; readonly isPatient?: () => boolean } = {},
  ): Promise<DescribeStatementResponse> {
    const { sdk, client } = await this.#sdk();
    const wait = waitSeconds === undefined ? {} : { WaitTimeSeconds: waitSeconds };
    return this.#repeat(
      'DescribeStatement',
      (attempt) =>
        // If the service has too many waiting requests, ask it without waiting.
        client.send(new sdk.DescribeStatementCommand({ Id: id, ...(attempt === 1 ? wait : {}) })),
      isPatient,
    );
  }

  /** All rows of a statement that has finished. */
  rows(id: string): Promise<ResultSet> {
    return collect(this.pages(id));
  }

  /** The same, page by page. The Data API may return the columns with the first page only. */
  async *pages(id: string): AsyncGenerator<ResultSet> {
    let columns: ResultPage['ColumnMetadata'];
    for await (const page of this.#pages(id)) {
      columns ??= page.ColumnMetadata;
      yield toResultSet(columns ?? [], page);
    }
  }

  /** The first value of a finished statement, as the service sent it. */
  async firstField(id: string): Promise<Field | undefined> {
    for await (const { Records: [record] = [] } of this.#pages(id)) {
      if (record !== undefined) {
        return record[0];
      }
    }
    return undefined;
  }

  async *#pages(id: string): AsyncGenerator<ResultPage> {
    const { sdk, client } = await this.#sdk();
    let token: string | undefined;
    do {
      const input = { Id: id, ...(token === undefined ? {} : { NextToken: token }) };
      const page = await this.#repeat('GetStatementResult', () =>
        client.send(new sdk.GetStatementResultCommand(input)),
      );
      yield page;
      token = page.NextToken === '' ? undefined : page.NextToken;
    } while (token !== undefined);
  }

  /** Requests that a statement be stopped. A statement that has ended is not affected. */
  async cancel(id: string): Promise<void> {
    const { sdk, client } = await this.#sdk();
    try {
      await this.#repeat('CancelStatement', () => client.send(new sdk.CancelStatementCommand({ Id: id })));
    } catch (error) {
      if (!isOver(error)) {
        throw error;
      }
    }
  }

  /**
   * The statements of this AWS identity that have not ended and whose names begin with `name`. For a role this includes
   * its other sessions, unless a policy denies it (RoleLevel: API reference, ListStatements).
   */
  async running(name: string): Promise<RunningStatements> {
    // A statement that changes its status meanwhile is listed twice.
    const found = new Map<string, RunningStatement>();
    let ofRole = true;
    for (const status of ['SUBMITTED', 'PICKED', 'STARTED'] as const) {
      const filter = { StatementName: name, Status: status, ...listAddress(this.#target) };
      const listed: Listed | undefined = ofRole ? await this.#list(filter).catch(undefinedIfDenied) : undefined;
      ofRole = listed !== undefined;
      for (const statement of listed ?? (await this.#list({ ...filter, RoleLevel: false }))) {
        found.set(statement.id, statement);
      }
    }
    return { statements: [...found.values()], ofRole };
  }

  /** All pages of ListStatements. A page may be empty without being the last. */
  async #list(filter: ListStatementsRequest): Promise<Listed> {
    const { sdk, client } = await this.#sdk();
    const found: RunningStatement[] = [];
    let token: string | undefined;
    do {
      const input = token === undefined ? filter : { ...filter, NextToken: token };
      const { Statements = [], NextToken } = await this.#repeat('ListStatements', () =>
        client.send(new sdk.ListStatementsCommand(input)),
      );
      found.push(...Statements.map(toRunning));
      token = NextToken === '' ? undefined : NextToken;
    } while (token !== undefined);
    return found;
  }

  async #submit(
    operation: string,
    call: () => Promise<{ Id?: string | undefined; Status?: string | undefined; SessionId?: string | undefined }>,
  ): Promise<StatementState> {
    const { Id: id, Status: status = 'SUBMITTED', SessionId: sessionId } = await this.#repeat(operation, call);
    if (id === undefined) {
      throw new StarloadError(`${operation} answered without a statement id`, {
        next: 'Is the endpoint the Redshift Data API?',
      });
    }
    return sessionId === undefined ? { id, status } : { id, status, sessionId };
  }

  /**
   * Repeats a call while that may help, with growing pauses, and reports it: ATTEMPTS times, and then for as long as
   * `isPatient` returns true. Throws WarehouseError.
   */
  async #repeat<T>(
    operation: string,
    call: (attempt: number) => Promise<T>,
    isPatient: () => boolean = () => false,
  ): Promise<T> {
    let pause = this.#firstPause;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(attempt);
      } catch (error) {
        if ((attempt >= ATTEMPTS && !isPatient()) || !isTransient(error)) {
          throw sortedCall(error);
        }
        if (attempt < ATTEMPTS || attempt % ATTEMPTS === 0) {
          this.#notify(`${operation} failed (${(error as Error).name}); trying again (attempt ${attempt + 1})`);
        }
        await sleep(pause);
        pause = longer(pause);
      }
    }
  }
}

function toRunning({ Id = '', Status = 'STARTED', StatementName = '', CreatedAt }: StatementData): RunningStatement {
  return { id: Id, status: Status, name: StatementName, createdAt: CreatedAt };
}

function undefinedIfDenied(error: unknown): undefined {
  if (!isDenied(error)) {
    throw error;
  }
}

/** A call that returned sooner was not held back. */
const LONG_POLL_MILLISECONDS = 1000;

function longer(pause: number): number {
  return Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
}

function listAddress({ database, clusterIdentifier, workgroup }: RedshiftTarget) {
  return {
    Database: database,
    ...(clusterIdentifier === undefined ? {} : { ClusterIdentifier: clusterIdentifier }),
    ...(workgroup === undefined ? {} : { WorkgroupName: workgroup }),
  };
}
