import { createHash } from 'node:crypto';
import { isDenied } from '../../aws/errors.ts';
import { messageOf, StarloadError } from '../../errors.ts';
import { WarehouseError } from '../errors.ts';
import type { DataApi, Notify, OnLook, StatementState } from './data-api.ts';
import { isForgotten, isRefusal } from './failures.ts';
import type { Journal, JournalEntry, KeptEntry } from './journal.ts';

/** The prefix of the names of the loader's statements. */
export const NAME_PREFIX = 'starload-';

/** What a submitter needs. */
export interface SubmitterOptions {
  /** The warehouse's name in the journal, which distinguishes it from others. */
  readonly warehouse: string;
  readonly notify: Notify;
  readonly deadlineMilliseconds: number;
}

/** Receives the submitted statement, and its state while it runs. */
export interface StatementWatch {
  readonly onSubmitted?: (id: string) => void;
  readonly onLook?: OnLook | undefined;
}

/**
 * Submits batches so that none runs twice: each attempt has its own token, and its id is recorded before waiting. Only
 * one batch can be cancelled at a time.
 */
export class Submitter {
  readonly #api: DataApi;
  readonly #journal: Journal;
  /** The warehouse's name in the journal, which distinguishes it from others. */
  readonly #warehouse: string;
  readonly #notify: Notify;
  readonly #attempts = new Map<string, number>();
  readonly #deadlineMilliseconds: number;
  #running: StatementState | undefined;
  #cancelled = false;

  /** A statement that has not ended by the deadline is cancelled. */
  constructor(api: DataApi, journal: Journal, { warehouse, notify, deadlineMilliseconds }: SubmitterOptions) {
    this.#deadlineMilliseconds = deadlineMilliseconds;
    this.#api = api;
    this.#journal = journal;
    this.#warehouse = warehouse;
    this.#notify = notify;
  }

  /** Whether the user has asked to stop. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /**
   * Submits a batch and waits for its end. Submitting the same batch again is a new attempt. If the end is not seen,
   * the journal keeps the entry for the next process.
   */
  async submit(
    batch: string,
    sqls: readonly string[],
    { onSubmitted, onLook }: StatementWatch = {},
  ): Promise<StatementState> {
    const name = `${NAME_PREFIX}${batch}`;
    const attempt = (this.#attempts.get(name) ?? 0) + 1;
    this.#attempts.set(name, attempt);
    const token = createHash('sha256').update(`${name}#${attempt}`).digest('hex');
    const entry = { name, warehouse: this.#warehouse };
    this.#journal.write(entry);
    const state = await this.#submitJournaled(name, sqls, token);
    this.#journal.write({ ...entry, id: state.id });
    onSubmitted?.(state.id);
    const ended = await this.wait(state, onLook).catch((error: unknown) => {
      throw unknownOutcome(state, error);
    });
    this.#journal.remove(name);
    return ended;
  }

  /**
   * Waits for the end of a statement. If it is cancelled before or meanwhile, requests that it stop. If the service is
   * unavailable, waits until the deadline, unless the user wants to stop.
   */
  async wait(state: StatementState, onLook?: OnLook): Promise<StatementState> {
    this.#running = state;
    const patientUntil = performance.now() + this.#deadlineMilliseconds;
    const deadline = setTimeout(() => void this.#giveUp(state), this.#deadlineMilliseconds);
    try {
      if (this.#cancelled) {
        await this.#api.cancel(state.id);
      }
      return await this.#api.wait(state, () => !this.#cancelled && performance.now() <= patientUntil, onLook);
    } finally {
      clearTimeout(deadline);
      this.#running = undefined;
    }
  }

  /**
   * Waits for what an earlier process submitted, according to the journal, without seeing its end. If the service
   * denies access to a statement, the ledger's guard takes over; its entry is removed after a day, because no statement
   * runs longer.
   */
  async settle(): Promise<void> {
    for (const entry of this.#journal.entries(this.#warehouse)) {
      if (await this.#isSettled(entry)) {
        this.#journal.remove(entry.name);
      } else {
        this.#passOver(entry);
      }
    }
  }

  /** Requests that the running statement, and all that will be submitted, stop. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    if (this.#running !== undefined) {
      await this.#api.cancel(this.#running.id).catch((error: unknown) => this.#notify(messageOf(error)));
    }
  }

  /** The warehouse has its own limit for each statement. A batch of many statements can still take too long. */
  async #giveUp({ id }: StatementState): Promise<void> {
    const minutes = Math.round(this.#deadlineMilliseconds / 60_000);
    this.#notify(`statement ${id} has not ended after ${minutes} minutes (TIMEOUT_MINUTES in dwh.cfg): cancelling it`);
    await this.#api.cancel(id).catch((error: unknown) => this.#notify(messageOf(error)));
  }

  /** A refused submission leaves nothing to wait for. If the answer was lost, there may be something. */
  async #submitJournaled(name: string, sqls: readonly string[], token: string): Promise<StatementState> {
    try {
      return await this.#api.submitBatch(sqls, { name, token }, { holdBack: false });
    } catch (error) {
      if (isRefusal(error)) {
        this.#journal.remove(name);
      }
      throw error;
    }
  }

  /** Waits for the statement of an entry. Returns false if the service denies access to it. */
  async #isSettled({ name, id }: JournalEntry): Promise<boolean> {
    try {
      const { statements, ofRole } =
        id === undefined ? await this.#api.running(name) : { statements: [{ id, status: 'UNKNOWN' }], ofRole: true };
      for (const state of statements) {
        this.#notify(`waiting for ${name}, which an earlier process submitted (statement ${state.id})`);
        await this.#settleOne(state);
      }
      return statements.length > 0 || ofRole;
    } catch (error) {
      if (!isDenied(error)) {
        throw error;
      }
      return false;
    }
  }

  #passOver({ name, id, writtenAt }: KeptEntry): void {
    const isOver = Date.now() - writtenAt > LONGEST_LIFE_MILLISECONDS;
    if (isOver) {
      this.#journal.remove(name);
    }
    this.#notify(
      `${name}, which an earlier process submitted${id === undefined ? '' : ` (statement ${id})`}, cannot be described with these credentials; continuing without it, since the ledger keeps its files from being loaded twice${isOver ? '. It has ended: it is more than a day old' : ''}`,
    );
  }

  /** A statement that the service has forgotten ended long ago. */
  async #settleOne(state: StatementState): Promise<void> {
    try {
      await this.wait(state);
    } catch (error) {
      if (!isForgotten(error)) {
        throw error;
      }
    }
  }
}

/** Management Guide, quotas: a query of the Data API runs for 24 hours at most. */
const LONGEST_LIFE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The service was unavailable until the end: the statement may have committed or failed, or may still be running. */
function unknownOutcome({ id }: StatementState, cause: unknown): WarehouseError {
  const { next } = cause instanceof StarloadError ? cause : {};
  return new WarehouseError('unreachable', `the outcome of statement ${id} is not known: ${messageOf(cause)}`, {
    next: `${next === undefined ? '' : `${next} `}Run the same command again: it waits for the statement and loads nothing twice.`,
    cause,
  });
}
