import { UNCERTAIN, validation } from './errors.ts';
import type { Settings } from './options.ts';
import type { Statement } from './statement.ts';
import { isRecord } from './validate.ts';

const HOUR = 3_600_000;

interface Use {
  readonly statement: Statement;
  readonly request: string;
  readonly at: number;
}

/**
 * Client tokens: for eight hours the same token returns the first statement and runs nothing (AWS page "Calling the Data
 * API": idempotency).
 */
export class Tokens {
  readonly #settings: Settings;
  readonly #uses = new Map<string, Use>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Returns the statement that the token started, or the one that `start` starts. Throws ValidationException. */
  once(token: string | undefined, request: object, start: () => Statement): Statement {
    const text = fingerprint(request);
    const replayed = this.#replay(token, text);
    if (replayed !== undefined) {
      return replayed;
    }
    const statement = start();
    if (token !== undefined) {
      this.#uses.set(token, { statement, request: text, at: this.#settings.clock() });
    }
    return statement;
  }

  #replay(token: string | undefined, request: string): Statement | undefined {
    const use = token === undefined ? undefined : this.#uses.get(token);
    const { quotas, uncertain, clock } = this.#settings;
    if (use === undefined || use.at + quotas.clientTokenHours * HOUR <= clock()) {
      return undefined;
    }
    if (use.request !== request && uncertain.sameTokenOtherRequest === 'validation-error') {
      throw validation(UNCERTAIN.tokenReused);
    }
    return use.statement;
  }
}

// The waiting time of a client does not make it a different request.
function fingerprint(request: object): string {
  return JSON.stringify({ ...request, ClientToken: undefined, WaitTimeSeconds: undefined }, (_key, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}
