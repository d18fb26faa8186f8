import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { isWholeProcess } from './signals.ts';

/** A process that cleans up after this one if it is killed. */
export interface CleanupProcess {
  /** Tells it that there is nothing left to clean up. */
  dismiss(): void;
}

const NOTHING_LEFT = 'nothing left';

/**
 * Starts this program again, with other arguments, in a separate process group. The new process must first call
 * `isNeeded`. Returns undefined if this process does not run only this program.
 */
export function startCleanupProcess(args: readonly string[]): CleanupProcess | undefined {
  const [, main] = process.argv;
  if (!isWholeProcess() || main === undefined) {
    return undefined;
  }
  const child = spawn(process.execPath, [main, ...args], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // A failure to start it matters only if this process is killed.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as Socket).unref();
  return { dismiss: () => void child.stdin.end(NOTHING_LEFT) };
}

/**
 * In the clean-up process: waits until the process that started it has ended. Returns whether it left something to
 * clean up.
 */
export async function isNeeded(): Promise<boolean> {
  return (await text(process.stdin)) !== NOTHING_LEFT;
}
