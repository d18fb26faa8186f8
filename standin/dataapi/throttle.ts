import { throttled } from './errors.ts';
import type { Settings } from './options.ts';
import type { Operation } from './requests.ts';

/** Counts calls per operation in a window of one second. */
export class Throttle {
  readonly #settings: Settings;
  readonly #calls = new Map<Operation, readonly number[]>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Throws ThrottlingException if there are too many calls; a refused call does not count. */
  admit(operation: Operation): void {
    const limit = this.#settings.quotas.callsPerSecond[operation];
    if (!this.#settings.throttling || limit === undefined) {
      return;
    }
    const now = this.#settings.clock();
    const recent = (this.#calls.get(operation) ?? []).filter((at) => at > now - 1000);
    if (recent.length >= limit) {
      throw throttled();
    }
    this.#calls.set(operation, [...recent, now]);
  }
}
