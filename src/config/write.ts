import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, chown, link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, StarloadError } from '../errors.ts';

/** A file without secrets may get some later, so only its owner may read it. */
const NEW_FILE_MODE = 0o600;

/**
 * Puts a configuration's text in the place of the one that was read, `before`, or where there was none: whole or not at all,
 * by a file beside it that takes its name. Mode and, for root, owner stay. Throws StarloadError, with the file as it is, where
 * it is not what was read; `lines` says what to write by hand then.
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
    // Unlike a rename, it fails where there is a file by now.
    return link(temporary, target);
  }
  if ((await readFile(target, 'utf8')) !== before) {
    throw new Error('it was changed meanwhile');
  }
  await rename(temporary, target);
}
