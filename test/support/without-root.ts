import { execFileSync } from 'node:child_process';

/** `nobody` on most systems; any user who is not root does. */
const NOBODY = 65_534;

/**
 * Runs an action as a user who may only read what file modes allow, and who owns a folder with all that is in it. That is
 * the user of the tests, unless it is root.
 */
export async function withoutRoot<T>(folder: string, action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  giveTo(NOBODY, folder);
  process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
    giveTo(0, folder);
  }
}

/** By the program, which takes names that are no text. */
function giveTo(user: number, folder: string): void {
  execFileSync('chown', ['-Rh', String(user), folder]);
}
