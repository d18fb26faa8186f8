import { accessSync, closeSync, constants, existsSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, StarloadError } from '../errors.ts';

/** Formats a number of bytes for display. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}

/** `3.1 MB are free in /tmp`; omits what cannot be determined. */
export function freeIn(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(nearest(folder));
    return `${bytes(bavail * bsize)} are free in ${folder}`;
  } catch {
    return `how much is free in ${folder} is not known`;
  }
}

/**
 * Whether an error, or another program's error text, says that no more can be written: the disk, a quota or a limit is
 * full.
 */
export function isFull(error: unknown): boolean {
  return /ENOSPC|EDQUOT|EFBIG|No space left on device|quota exceeded|File too large|max_temp_directory_size/i.test(
    messageOf(error),
  );
}

/** Why files cannot be created in a folder, or below it once it is created; undefined if they can. */
export function reasonNotToWrite(folder: string): string | undefined {
  try {
    accessSync(nearest(folder), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why a file cannot be written or created in its folder, which must exist; undefined if it can. Changes nothing. */
export function reasonNotToWriteFile(file: string): string | undefined {
  try {
    if (existsSync(file)) {
      closeSync(openSync(file, 'a'));
    } else {
      accessSync(dirname(file), constants.W_OK | constants.X_OK);
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The error for a temporary file that cannot be written. `needed` is the total number of bytes to write, if known. */
export function cannotSpool(folder: string, cause: unknown, needed = 0): StarloadError {
  if (!isFull(cause)) {
    return new StarloadError(`cannot write temporary files in ${folder}: ${messageOf(cause)}`, {
      next: 'Set TMPDIR to a folder that is there and that you may write to, and run again.',
      cause,
    });
  }
  const needs = needed === 0 ? '' : `, and the files of this run have ${bytes(needed)}`;
  return new StarloadError(`no space for temporary files: ${freeIn(folder)}${needs} (${messageOf(cause)})`, {
    next: 'Free some space there, or set TMPDIR to a folder with more, and run again. Smaller runs need less: MAX_RUN_SIZE under [LOAD] in dwh.cfg.',
    cause,
  });
}

/** The folder itself, or its nearest parent that exists. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
