import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MILLISECONDS = 10;

/** Waits for what another process or server does, which raises no event here. The limit of the test ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(PAUSE_MILLISECONDS);
  }
}
