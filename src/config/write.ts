import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, chown, link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, StarloadError } from '../errors.ts';

/** A file without secrets may get some later, so only its owner may read it. */
const NEW_FILE_MODE = 0o600;

/**
 * Replaces a configuration's text `before` with a new one, or creates the file. It is atomic: it writes a file beside
 * it and renames that. Keeps the mode and, for root, the owner. Throws StarloadError, with the file unchanged, if its
 * content is not the text that was read; `lines` then says what to write by hand.
 */
export async function replaceConfig(
  path: string,
  before: string | undefined,
  after: string,
  lines: string,
): Promise<void> {
  const target = before === undefined ? path : await realpath(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  const was = before === undefined ? undefined : await stat(target);
  try {
    await writeWhole(temporary, after, was);
    await takePlace(temporary, target, before);
  } catch (error) {
    throw new StarloadError(`${path} was not changed: ${messageOf(error)}`, {
      next: `Run the same command again, or edit it by hand: ${lines}.`,
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeWhole(path: string, text: string, was: Stats | undefined): Promise<void> {
  const file = await open(path, 'wx', NEW_FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  if (was !== undefined) {
    if (process.getuid?.() === 0) await chown(path, was.uid, was.gid);
    await chmod(path, was.mode & 0o7777);
  }
}

async function takePlace(temporary: string, target: string, before: string | undefined): Promise<void> {
  if (before === undefined) {
    // Unlike a rename, it fails if a file exists by now.
    return link(temporary, target);
  }
  if ((await readFile(target, 'utf8')) !== before) {
    throw new Error('it was changed meanwhile');
  }
  await rename(temporary, target);
}
