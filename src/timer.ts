/** Tells the time and schedules callbacks. Tests use their own timer, so that none depends on the clock. */
export interface Timer {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls the action every `milliseconds` until the returned function is called. Does not keep the process alive. */
  every(milliseconds: number, action: () => void): () => void;
}

/** The machine's timer. */
export const SYSTEM_TIMER: Timer = {
  now: () => Date.now(),
  every: (milliseconds, action) => {
    const interval = setInterval(action, milliseconds).unref();
    return () => clearInterval(interval);
  },
};
