import { exceeded, UNCERTAIN } from './errors.ts';
import type { StatementFault } from './faults.ts';
import type { Settings } from './options.ts';
import { pause } from './pause.ts';
import { Runner } from './runner.ts';
import { Sessions } from './sessions.ts';
import { isTerminal, type Progress, type Statement } from './statement.ts';
import { Statements } from './store.ts';
import { Throttle } from './throttle.ts';
import { Tokens } from './tokens.ts';

/** What an operation knows about its request, besides the members. */
export interface Call {
  /** Aborted when the client disconnected. */
  readonly closed: AbortSignal;
  readonly faults: readonly StatementFault[];
}

export class Service {
  readonly settings: Settings;
  readonly statements = new Statements();
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly throttle: Throttle;
  readonly runner: Runner;
  readonly #stopping = new AbortController();

  constructor(settings: Settings) {
    this.settings = settings;
    this.sessions = new Sessions(settings);
    this.tokens = new Tokens(settings);
    this.throttle = new Throttle(settings);
    this.runner = new Runner(settings, this.#stopping.signal, ({ submission: { session } }) => {
      if (session !== undefined) {
        this.sessions.release(session);
      }
    });
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Long polling: waits for the end of a statement or of a part, but at most `seconds` (AWS page "Long polling" of the
   * Data API). Throws ActiveWaitingRequestsExceededException.
   */
  async wait(statement: Statement, progress: Progress, seconds: number | undefined, call: Call): Promise<void> {
    const { longPolling, quotas, second } = this.settings;
    if (seconds === undefined || !longPolling || isTerminal(progress.status)) {
      return;
    }
    if (statement.waiting >= quotas.waitingRequests) {
      throw exceeded('WaitingRequests', UNCERTAIN.activeWaiting(quotas.waitingRequests));
    }
    statement.waiting += 1;
    await pause(seconds * second, progress.over, call.closed, this.stopping);
    statement.waiting -= 1;
  }

  /** Ends a session early, as the warehouse may; a running statement is cancelled first. */
  reclaim(sessionId: unknown): void {
    const session = this.sessions.all.find(({ id }) => id === sessionId);
    const running = this.statements.all.find(({ id }) => id === session?.statementId);
    if (session !== undefined && running === undefined) {
      this.sessions.close(session);
    } else if (session !== undefined) {
      session.keepAlive = 0;
      running?.cancel();
    }
  }

  /** Cancels running statements and closes every backend. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const statement of this.statements.all.filter(({ status }) => !isTerminal(status))) {
      statement.cancel();
    }
    await this.runner.drained();
    await this.sessions.stop();
  }
}
