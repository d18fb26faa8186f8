import { setImmediate } from 'node:timers/promises';

const MILLISECONDS = 25;

let last = performance.now();

/**
 * Lets signals and timers be handled now and then: loops that await only what is ready would keep them waiting until
 * the end.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - last > MILLISECONDS) {
    await setImmediate();
    last = performance.now();
  }
}
