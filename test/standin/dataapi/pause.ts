import { setTimeout } from 'node:timers/promises';

/** As long as a timer can wait. */
export const FOREVER = 2 ** 31 - 1;

/** Waits, but no longer than until one of the signals is given. */
export async function pause(milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  if (milliseconds <= 0 || signal.aborted) {
    return;
  }
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch {
    // The signal came first, which is no failure.
  }
}
