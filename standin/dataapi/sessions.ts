import { randomUUID } from 'node:crypto';
import type { SessionStatusString } from '@aws-sdk/client-redshift-data';
import type { Backend, Engine } from '../executor.ts';
import { exceeded, KNOWN, UNCERTAIN, validation } from './errors.ts';
import type { Settings } from './options.ts';
import type { Target } from './target.ts';

const HOUR = 3_600_000;

/** A session: one backend kept for several statements. */
export class Session {
  readonly id: string = randomUUID();
  readonly target: Target;
  readonly createdAt: number;
  updatedAt: number;
  status: SessionStatusString = 'BUSY';
  keepAlive: number;
  /** The running statement. */
  statementId: string | undefined;
  readonly #engine: Engine;
  #connection: Promise<Backend> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: Target, keepAlive: number, engine: Engine, now: number) {
    this.target = target;
    this.keepAlive = keepAlive;
    this.#engine = engine;
    this.createdAt = now;
    this.updatedAt = now;
  }

  /** Its backend, connected at first use. */
  backend(): Promise<Backend> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Backend> {
    try {
      return await this.#engine.connect(this.target.connect);
    } catch (error) {
      // A session that never connected ends with its first statement.
      this.keepAlive = 0;
      throw error;
    }
  }

  /** Ends the session after this idle time. */
  closeAfter(milliseconds: number, close: () => void): void {
    this.stopTimer();
    this.#timer = setTimeout(close, milliseconds);
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  async close(): Promise<void> {
    this.stopTimer();
    this.status = 'CLOSED';
    const backend = await this.#connection?.catch(() => undefined);
    await backend?.close();
  }
}

/**
 * The sessions of the service (AWS page "Session reuse" of the Data API): an idle timeout that restarts after each query,
 * 24 hours at most, one query at a time and no queue.
 */
export class Sessions {
  readonly all: Session[] = [];
  readonly #settings: Settings;
  readonly #closing = new Set<Promise<void>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Opens a session that is busy with its first statement. Throws ActiveSessionsExceededException. */
  open(target: Target, keepAlive: number): Session {
    const quota = this.#settings.quotas.sessions;
    const open = this.all.filter(
      ({ status, target: { endpoint } }) => status !== 'CLOSED' && endpoint === target.endpoint,
    );
    if (open.length >= quota) {
      throw exceeded('Sessions', UNCERTAIN.activeSessions(quota));
    }
    const session = new Session(target, keepAlive, this.#settings.engine, this.#settings.clock());
    this.all.push(session);
    return session;
  }

  /** Throws ValidationException for an unknown session. */
  find(id: string): Session {
    const session = this.all.find((candidate) => candidate.id === id);
    if (session === undefined) {
      throw validation(UNCERTAIN.unknownSession(id));
    }
    return session;
  }

  /** Claims a session for a statement. Throws ValidationException if it is busy, closed or unknown. */
  claim(id: string, keepAlive: number | undefined): Session {
    const session = this.find(id);
    if (session.status === 'AVAILABLE' && this.endOf(session) <= this.#settings.clock()) {
      this.close(session);
    }
    if (session.status !== 'AVAILABLE') {
      throw validation(KNOWN.sessionBusy);
    }
    session.stopTimer();
    session.status = 'BUSY';
    session.keepAlive = keepAlive ?? session.keepAlive;
    return session;
  }

  /** Marks its statement as finished. */
  release(session: Session): void {
    session.statementId = undefined;
    session.updatedAt = this.#settings.clock();
    if (session.keepAlive === 0) {
      this.close(session);
    } else if (session.status === 'BUSY') {
      session.status = 'AVAILABLE';
      session.closeAfter(session.keepAlive * this.#settings.second, () => this.close(session));
    }
  }

  /** The end of a session's maximum life, in milliseconds since the epoch. */
  endOf(session: Session): number {
    return session.createdAt + this.#settings.quotas.sessionHours * HOUR;
  }

  /** Closes a session: the warehouse may reclaim it at any time. */
  close(session: Session): void {
    if (session.status !== 'CLOSED') {
      const closing = session.close().finally(() => this.#closing.delete(closing));
      // A backend that is gone counts as closed.
      closing.catch(() => undefined);
      this.#closing.add(closing);
    }
  }

  /** Closes all sessions, and waits until their backends are gone. */
  async stop(): Promise<void> {
    for (const session of this.all) {
      this.close(session);
    }
    await Promise.allSettled(this.#closing);
  }
}
