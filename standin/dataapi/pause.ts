import { setTimeout } from 'node:timers/promises';

/** The longest delay of a timer. */
export const FOREVER = 2 ** 31 - 1;

/** How long something lasts: milliseconds, or until a promise is fulfilled. */
export type Pause = number | Promise<unknown>;

/** Waits, but at most until one of the signals is aborted. */
export async function pause(length: Pause, ...signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  if (signal.aborted) {
    return;
  }
  await (typeof length === 'number' ? elapse(length, signal) : Promise.race([length, aborted(signal)]));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function elapse(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) {
    return;
  }
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch {
    // The signal came first, which is not a failure.
  }
}
