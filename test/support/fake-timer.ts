import type { Timer } from '../../src/timer.ts';

/** A timer whose time passes when it is told to. */
export class FakeTimer implements Timer {
  readonly #beats = new Set<{ readonly milliseconds: number; next: number; readonly action: () => void }>();
  #now: number;

  constructor(start = '2026-11-26T11:40:00Z') {
    this.#now = Date.parse(start);
  }

  /** Whether nobody waits for it any more. */
  get isIdle(): boolean {
    return this.#beats.size === 0;
  }

  now(): number {
    return this.#now;
  }

  every(milliseconds: number, action: () => void): () => void {
    const beat = { milliseconds, next: this.#now + milliseconds, action };
    this.#beats.add(beat);
    return () => void this.#beats.delete(beat);
  }

  /** Lets so many seconds pass. */
  pass(seconds: number): void {
    const end = this.#now + seconds * 1000;
    for (;;) {
      const due = [...this.#beats].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
      if (due === undefined) {
        break;
      }
      this.#now = due.next;
      due.next += due.milliseconds;
      due.action();
    }
    this.#now = end;
  }
}
