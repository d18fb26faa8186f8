import { setImmediate } from 'node:timers/promises';

const MILLISECONDS = 25;

let last = performance.now();

/**
 * Lets signals and timers be handled from time to time. Loops that await only what is already available would block
 * them until the end.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - last > MILLISECONDS) {
    await setImmediate();
    last = performance.now();
  }
}
