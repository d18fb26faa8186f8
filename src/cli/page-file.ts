import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf, StarloadError, UsageError } from '../errors.ts';
import { MARK } from '../page/page.ts';

/** How far into a page its mark stands. */
const HEAD_BYTES = 1000;

/**
 * Writes a page, whole or not at all. It replaces a page that was made here before, and nothing else: throws UsageError if
 * there is any other file. Returns whether the page was different or not there.
 */
export function writePage(file: string, text: string): boolean {
  const before = existing(file);
  if (before === text) {
    return false;
  }
  const beside = `${file}.${randomUUID()}`;
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw new StarloadError(`cannot write ${file}: ${messageOf(cause)}`, {
      next: 'Name a file in a folder that you may write to, with --out.',
      cause,
    });
  }
  return true;
}

/** The page that is there; undefined if nothing is. */
function existing(file: string): string | undefined {
  try {
    const text = lstatSync(file).isFile() ? readFileSync(file, 'utf8') : '';
    if (!text.slice(0, HEAD_BYTES).includes(MARK)) {
      throw new UsageError(`${file} is there, and is no page that docs made`, {
        next: 'Name another file with --out, or move it away.',
      });
    }
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error instanceof StarloadError
      ? error
      : new StarloadError(`cannot read ${file}: ${messageOf(error)}`, {
          next: 'Name another file with --out, or move it away.',
          cause: error,
        });
  }
}
