import { type Backend, EngineError, type StatementOutcome } from '../executor.ts';
import { KNOWN, UNCERTAIN } from './errors.ts';
import type { Place } from './faults.ts';
import type { Settings } from './options.ts';
import { FOREVER, pause } from './pause.ts';
import { bytesOf, isTerminal, type Part, type Statement } from './statement.ts';

/** The warehouse ended a statement without a cancel. */
class Aborted extends Error {}

/** Why a statement did not finish. */
interface Failure {
  readonly error: unknown;
}

/** Runs submissions in the background, each on its own backend or on that of its session. */
export class Runner {
  readonly #settings: Settings;
  readonly #stopping: AbortSignal;
  readonly #release: (statement: Statement) => void;
  readonly #running = new Set<Promise<unknown>>();

  constructor(settings: Settings, stopping: AbortSignal, release: (statement: Statement) => void) {
    this.#settings = settings;
    this.#stopping = stopping;
    this.#release = release;
  }

  start(statement: Statement): void {
    void this.track(this.#run(statement));
  }

  /** Makes `drained` wait for work. */
  track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#running.delete(tracked));
    // The caller that awaits the work gets its failure; the set only waits.
    tracked.catch(() => undefined);
    this.#running.add(tracked);
    return tracked;
  }

  /** Resolves when nothing runs. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.allSettled(this.#running);
    }
  }

  async #run(statement: Statement): Promise<void> {
    const failure = await this.#picked(statement).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    await this.#end(statement, failure);
  }

  async #picked(statement: Statement): Promise<void> {
    const { pauses } = this.#settings;
    await pause(pauses.submitted, statement.cancelled, this.#stopping);
    await this.#injected(statement, 'start');
    statement.move('PICKED');
    await pause(pauses.picked, statement.cancelled, this.#stopping);
    await this.#connected(statement);
  }

  async #connected(statement: Statement): Promise<void> {
    const { session, target } = statement.submission;
    throwIfCancelled(statement);
    const backend = await (session?.backend() ?? this.#settings.engine.connect(target.connect));
    try {
      statement.pid = backend.pid;
      statement.move('STARTED');
      await this.#execute(statement, backend);
    } finally {
      if (session === undefined) {
        // Not awaited: a client sees the end when the transaction is over, before the connection is closed.
        void this.track(backend.close());
      }
    }
  }

  #execute(statement: Statement, backend: Backend): Promise<void> {
    if (statement.submission.kind === 'single') {
      return this.#part(statement, 1, backend);
    }
    return statement.submission.mode === 'AUTO_COMMIT'
      ? this.#eachAlone(statement, backend)
      : this.#transaction(statement, backend);
  }

  async #transaction(statement: Statement, backend: Backend): Promise<void> {
    await backend.begin();
    try {
      for (let n = 1; n <= statement.parts.length; n += 1) {
        await this.#part(statement, n, backend);
      }
      await this.#injected(statement, 'commit');
      await backend.commit();
    } catch (error) {
      // The first error counts.
      await backend.rollback().catch(() => undefined);
      throw error;
    }
  }

  async #eachAlone(statement: Statement, backend: Backend): Promise<void> {
    const failures: unknown[] = [];
    for (let n = 1; n <= statement.parts.length && !statement.cancelled.aborted; n += 1) {
      await this.#part(statement, n, backend).catch((error) => failures.push(error));
    }
    throwIfCancelled(statement);
    if (failures.length > 0 && this.#settings.uncertain.autoCommitFailure === 'FAILED') {
      throw failures[0];
    }
  }

  async #part(statement: Statement, n: number, backend: Backend): Promise<void> {
    throwIfCancelled(statement);
    const part = partOf(statement, n);
    try {
      part.move('STARTED');
      await this.#injected(statement, n);
      const outcome = await statement.execute(part, backend);
      this.#checkSize(outcome);
      part.finish(outcome);
    } catch (error) {
      const aborted = isAbort(statement, error);
      if (error instanceof EngineError && this.#settings.uncertain.failedCopyId === 'told') {
        part.failedQueryId = error.queryId;
      }
      part.move(aborted ? 'ABORTED' : 'FAILED', this.#text(error, aborted));
      throw error instanceof EngineError && !aborted
        ? new EngineError(this.#batchText(statement, n, error.message))
        : error;
    }
  }

  /** Throws, or holds the statement, as the injected faults say. */
  async #injected(statement: Statement, place: Place): Promise<void> {
    for (const fault of statement.submission.faults.filter(({ at }) => at === place)) {
      if (fault.kind === 'fail') {
        throw new EngineError(fault.error);
      }
      if (fault.kind === 'abort') {
        throw new Aborted(fault.error ?? UNCERTAIN.cancelled);
      }
      await pause(fault.kind === 'slow' ? fault.milliseconds : FOREVER, statement.cancelled, this.#stopping);
    }
    throwIfCancelled(statement);
  }

  #checkSize({ rows }: StatementOutcome): void {
    const { rowBytes, resultBytes } = this.#settings.quotas;
    let total = 0;
    for (const row of rows) {
      const size = bytesOf(row);
      if (size > rowBytes) {
        throw new EngineError(UNCERTAIN.rowTooBig(size, rowBytes));
      }
      total += size;
    }
    if (total > resultBytes) {
      throw new EngineError(KNOWN.resultTooBig);
    }
  }

  async #end(statement: Statement, failure: Failure | undefined): Promise<void> {
    for (const part of statement.parts.filter(({ status }) => !isTerminal(status))) {
      part.move(this.#settings.uncertain.afterFailure);
    }
    const released = this.#settings.pauses.released;
    if (released === 0) {
      this.#release(statement);
    }
    this.#settle(statement, failure);
    if (released !== 0) {
      await pause(released, this.#stopping);
      this.#release(statement);
    }
  }

  #settle(statement: Statement, failure: Failure | undefined): void {
    if (failure === undefined) {
      statement.move('FINISHED');
    } else {
      const aborted = isAbort(statement, failure.error);
      statement.move(aborted ? 'ABORTED' : 'FAILED', this.#text(failure.error, aborted));
    }
  }

  #text(error: unknown, aborted: boolean): string | undefined {
    if (aborted && !this.#settings.uncertain.abortedError) {
      return undefined;
    }
    if (error instanceof EngineError || error instanceof Aborted) {
      return error.message;
    }
    // This is not an error of the warehouse but a bug in the stand-in. Its developer needs the stack.
    return `ERROR: the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`;
  }

  #batchText({ submission }: Statement, n: number, text: string): string {
    const numbered = submission.kind === 'batch' && this.#settings.uncertain.batchError === 'numbered';
    return numbered ? `Query #${n} failed with ${text}` : text;
  }
}

function partOf({ parts }: Statement, n: number): Part {
  const part = parts[n - 1];
  if (part === undefined) {
    throw new Error(`no statement ${n} of ${parts.length}`);
  }
  return part;
}

function isAbort(statement: Statement, error: unknown): boolean {
  return error instanceof Aborted || statement.cancelled.aborted;
}

function throwIfCancelled(statement: Statement): void {
  if (statement.cancelled.aborted) {
    throw new Aborted(UNCERTAIN.cancelled);
  }
}
