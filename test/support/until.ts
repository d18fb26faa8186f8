import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MILLISECONDS = 10;
/** Far longer than anything takes; a wait in vain must end, or it would keep the whole run from ending. */
const LIMIT_MILLISECONDS = 120_000;

/** Waits for what another process or server does, which raises no event here. Throws when it has waited in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MILLISECONDS;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error(`waited ${LIMIT_MILLISECONDS / 1000} s in vain for ${condition}`);
    }
    await sleep(PAUSE_MILLISECONDS);
  }
}
