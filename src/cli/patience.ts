import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from 'yargs';
import { UsageError } from '../errors.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import { counted, story } from './output.ts';

/** `--wait`: for commands that need exclusive access to a DuckDB file. Servers queue requests themselves. */
export const WAIT_OPTION = {
  wait: {
    type: 'number',
    default: 0,
    requiresArg: true,
    describe: 'DuckDB: wait up to this many minutes while another process uses the file',
  },
} as const satisfies Record<string, Options>;

const MOST_MINUTES = 24 * 60;
const PAUSE_MILLISECONDS = 500;

/**
 * Opens something that another process may hold, retrying for so many minutes. Reports once which process it waits for.
 */
export async function openPatiently<T>(minutes: number, signal: AbortSignal, open: () => Promise<T>): Promise<T> {
  if (!(minutes >= 0 && minutes <= MOST_MINUTES)) {
    throw new UsageError(`--wait is ${minutes}`, { next: `Give minutes, from 0 to ${MOST_MINUTES}.` });
  }
  const end = performance.now() + minutes * 60_000;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof WarehouseError && error.kind === 'busy') || performance.now() >= end) {
        throw error;
      }
      if (attempt === 1) {
        story(`${error.headline}; waiting for it, up to ${counted(minutes, 'minute')}`);
      }
      await sleep(PAUSE_MILLISECONDS, undefined, { signal });
    }
  }
}
