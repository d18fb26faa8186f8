/** What tells the time and calls back later; tests have one of their own, so that none waits by the clock. */
export interface Timer {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back again and again after so many milliseconds, until what it returns is called. Keeps no process alive. */
  every(milliseconds: number, action: () => void): () => void;
}

/** The machine's. */
export const SYSTEM_TIMER: Timer = {
  now: () => Date.now(),
  every: (milliseconds, action) => {
    const interval = setInterval(action, milliseconds).unref();
    return () => clearInterval(interval);
  },
};
