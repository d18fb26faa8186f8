import { compareKeys, type ListedObject, type Page } from './page.ts';

/** How many sibling folders one request takes together: learnt while listing, shared by all siblings. */
export interface GroupSize {
  folders: number;
}

/** Folders side by side, with no object of their parent's between them, not yet listed. `after` precedes the first. */
export interface Siblings {
  readonly kind: 'siblings';
  readonly parent: string;
  readonly after: string | undefined;
  readonly folders: readonly string[];
  readonly size: GroupSize;
}

/** A folder to be listed folder by folder, but only what comes after `seen`. */
export interface Folder {
  readonly kind: 'folder';
  readonly prefix: string;
  readonly seen: string;
  /** Its next page; absent for the first. */
  readonly token?: string | undefined;
  /** The place right before that page; absent for the folder's beginning. */
  readonly after: string | undefined;
  readonly size: GroupSize;
}

/** Objects that were listed. */
export interface Ready {
  readonly kind: 'ready';
  readonly objects: readonly ListedObject[];
}

/** What a page listed folder by folder leaves to do, in key order: its objects, its sub-folders, its next page. */
export function piecesOf(page: Page, folder: Folder): readonly (Siblings | Folder | Ready)[] {
  const { prefix, seen, size } = folder;
  let after = folder.after;
  const pieces = runsOf(page).flatMap((run): readonly (Siblings | Folder | Ready)[] => {
    const before = after;
    after = placeAfter(run);
    return run.objects.length > 0
      ? [{ kind: 'ready', objects: run.objects.filter(({ key }) => compareKeys(key, seen) > 0) }]
      : restOf({ kind: 'siblings', parent: prefix, after: before, folders: run.folders, size }, seen);
  });
  return page.isLast ? pieces : [...pieces, { ...folder, token: page.token, after }];
}

/** What is left of sibling folders after the key `seen`: the folder that holds it is opened, those behind it stay. */
export function restOf(siblings: Siblings, seen: string): readonly (Siblings | Folder)[] {
  const { folders, size, after } = siblings;
  const at = folders.findIndex((folder) => seen.startsWith(folder) || compareKeys(folder, seen) > 0);
  const current = folders[at];
  if (current === undefined) return [];
  if (!seen.startsWith(current)) {
    return [{ ...siblings, folders: folders.slice(at), after: at === 0 ? after : seen }];
  }
  const opened: Folder = { kind: 'folder', prefix: current, seen, size, after: ownKey(current, seen) };
  const rest = folders.slice(at + 1);
  return rest.length === 0 ? [opened] : [opened, { ...siblings, folders: rest, after: pastFolder(current) }];
}

/**
 * A folder's listing may begin behind one of its own keys, but not inside a sub-folder: whether S3 names that once more is
 * not documented, and its imitations differ.
 */
function ownKey(folder: string, key: string): string | undefined {
  return key.includes('/', folder.length) ? undefined : key;
}

/** The first place past all keys of a folder: its name with 0, the character after the slash. */
export function pastFolder(folder: string): string {
  return `${folder.slice(0, -1)}0`;
}

/** Objects, or else folders, that follow one another. */
interface Run {
  readonly objects: ListedObject[];
  readonly folders: string[];
}

function runsOf({ objects, folders }: Page): readonly Run[] {
  const runs: Run[] = [];
  for (let at = 0, folderAt = 0; at < objects.length || folderAt < folders.length; ) {
    const [object, folder] = [objects[at], folders[folderAt]];
    if (object !== undefined && (folder === undefined || compareKeys(object.key, folder) < 0)) {
      runOf(runs, 'objects').objects.push(object);
      at += 1;
    } else {
      runOf(runs, 'folders').folders.push(folder as string);
      folderAt += 1;
    }
  }
  return runs;
}

function runOf(runs: Run[], kind: keyof Run): Run {
  const last = runs.at(-1);
  if (last !== undefined && last[kind].length > 0) return last;
  const run = { objects: [], folders: [] };
  runs.push(run);
  return run;
}

function placeAfter({ objects, folders }: Run): string {
  return objects.at(-1)?.key ?? pastFolder(folders.at(-1) as string);
}
