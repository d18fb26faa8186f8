import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { isWholeProcess } from './signals.ts';

/** A process that cleans up after this one where it is killed. */
export interface Undertaker {
  /** Tells it that there is nothing left to clean up. */
  dismiss(): void;
}

const NOTHING_LEFT = 'nothing left';

/**
 * Starts this program once more, with other arguments, in a process group of its own. It must begin with `isNeeded`. Undefined
 * where this process is more than the program.
 */
export function hireUndertaker(args: readonly string[]): Undertaker | undefined {
  const [, main] = process.argv;
  if (!isWholeProcess() || main === undefined) {
    return undefined;
  }
  const child = spawn(process.execPath, [main, ...args], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // One that cannot be started is missed only where this process is killed.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as Socket).unref();
  return { dismiss: () => void child.stdin.end(NOTHING_LEFT) };
}

/** In the undertaker: waits until the process that started it has ended. Whether that left something to clean up. */
export async function isNeeded(): Promise<boolean> {
  return (await text(process.stdin)) !== NOTHING_LEFT;
}
