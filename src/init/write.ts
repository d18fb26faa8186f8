import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, StarloadError, UsageError } from '../errors.ts';

/**
 * Throws UsageError if a folder has files of a model, or a dwh.cfg or README.md, that a new model would mix with or write
 * over.
 */
export function refuseModelIn(folder: string): void {
  const files = filesBelow(folder);
  const taken = files.filter((file) => /\.(sql|jsonpaths)$/i.test(file) || file === 'dwh.cfg' || file === 'README.md');
  if (taken.length > 0) throw refusal(folder, taken);
}

function refusal(folder: string, files: readonly string[]): UsageError {
  const listed = [...files].sort().slice(0, MOST_LISTED);
  const more = files.length > listed.length ? [`and ${files.length - listed.length} more`] : [];
  return new UsageError(
    [`${folder} has files already, which a new model would replace or be mixed with`, ...listed, ...more].join('\n  '),
    { next: 'Name another folder, or move these files away.' },
  );
}

const MOST_LISTED = 20;

function filesBelow(folder: string): readonly string[] {
  try {
    return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, cause: unknown): StarloadError {
  return new UsageError(`${folder} cannot be the folder of a model: ${messageOf(cause)}`, {
    next: 'Name another folder.',
    cause,
  });
}

/**
 * Writes files into a folder, all or none. They are written beside it and examined there by `verify`, which throws if they
 * are not right. Existing files are never replaced.
 */
export function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  verify: (folder: string) => void,
): void {
  const target = resolve(folder);
  const [made, beside] = makeBeside(target, folder);
  try {
    for (const [name, text] of files) {
      mkdirSync(dirname(join(beside, name)), { recursive: true });
      writeFileSync(join(beside, name), text, { flag: 'wx' });
    }
    verify(beside);
    moveAll(beside, target, [...files.keys()]);
  } catch (error) {
    removeEmpty(made);
    throw error instanceof StarloadError ? error : unusable(folder, error);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** A new folder beside another one, and the folders that had to be made for it. */
function makeBeside(target: string, shown: string): readonly [made: readonly string[], beside: string] {
  const parent = dirname(target);
  const made: string[] = [];
  try {
    makeFolders(parent, made);
    return [made, mkdtempSync(join(parent, `.${basename(target)}-`))];
  } catch (error) {
    removeEmpty(made);
    throw unusable(shown, error);
  }
}

/** One folder at a time: Node's own recursive option never ends where no folder can be created, as in /proc. */
function makeFolders(folder: string, made: string[]): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder), made);
  mkdirSync(folder);
  made.push(folder);
}

function removeEmpty(folders: readonly string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** Moves the files to a folder, and those that it has moved back if one cannot be. */
function moveAll(from: string, to: string, names: readonly string[]): void {
  const taken = names.filter((name) => existsSync(join(to, name)));
  if (taken.length > 0) throw refusal(to, taken);
  const [made, moved]: [string[], string[]] = [[], []];
  try {
    for (const name of names) {
      makeFolders(dirname(join(to, name)), made);
      renameSync(join(from, name), join(to, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(to, name), { force: true });
    removeEmpty(made);
    throw error;
  }
}
