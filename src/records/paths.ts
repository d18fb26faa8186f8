import type { JsonPath } from '../sql/jsonpaths.ts';
import { elementsPath, keyPath } from '../sql/key-paths.ts';
import { elementsOf, endOfValue, membersOf } from './json-text.ts';
import type { KeyTally } from './key-tally.ts';
import { Remembered } from './remembered.ts';
import type { UnknownKeys } from './unknown-keys.ts';

/** Why a path of a record has no defined value. */
export class Unreadable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The value at a path as written; undefined for null and for a missing value. */
export type Found = string | undefined | Unreadable;

const ELEMENTS = Symbol('elements');
const ITSELF = Symbol('itself');
/** What no path reads in a value: a member by its key, elements, or the value itself. */
type Unread = string | typeof ELEMENTS | typeof ITSELF;

/** The paths that continue from a value. */
interface Fork {
  /** Where the value is; undefined for the record itself. */
  readonly path: string | undefined;
  /** The places, among the unknown keys, of what no path reads. */
  readonly unread: Remembered<number, Unread>;
  /** The indexes, among all paths, of those that end here. */
  readonly ends: number[];
  readonly keys: Map<string, Fork>;
  readonly elements: Map<number, Fork>;
}

/** Who is told of what no path reads. */
export interface PathListeners {
  /** Counts it, below the first level. */
  readonly unknown?: UnknownKeys | undefined;
  /** Receives the place and the value of each, on the first level too. */
  readonly onUnread?: ((path: string, value: string) => void) | undefined;
}

/**
 * Returns a function that reads the values at paths from a record, which must be well-formed and without line breaks.
 * As in COPY, a missing key, or a key of a value that is not an object, gives nothing. A missing array element, or an
 * element of a value that is not an array, is an error (Database Developer Guide, COPY from JSON format). A key on the
 * path that occurs twice in its object is also an error, as on the first level. Nothing is below a null.
 *
 * A value at the end of a path is read whole.
 */
export function pathReader(
  paths: readonly JsonPath[],
  { unknown, onUnread }: PathListeners = {},
): (record: string) => readonly Found[] {
  const root = newFork(undefined);
  for (const [index, path] of paths.entries()) {
    path.reduce(follow, root).ends.push(index);
  }
  return (record) => {
    const found = new Array<Found>(paths.length).fill(undefined);
    read(record, 0, root, { found, unknown, onUnread, met: unknown });
    return found;
  };
}

function newFork(path: string | undefined): Fork {
  return { path, unread: new Remembered(), ends: [], keys: new Map(), elements: new Map() };
}

function follow({ path, keys, elements }: Fork, token: string | number): Fork {
  const forks: Map<string | number, Fork> = typeof token === 'number' ? elements : keys;
  const next = forks.get(token) ?? newFork(typeof token === 'number' ? elementsPath(path ?? '') : keyPath(token, path));
  forks.set(token, next);
  return next;
}

/** What is found in a record. */
interface Reading extends PathListeners {
  readonly found: Found[];
  /** Notes which paths lead to something, if it is only null. */
  readonly met: UnknownKeys | undefined;
}

/** Reads the value that begins at `from`, and what is in it. */
function read(text: string, from: number, fork: Fork, outside: Reading): void {
  const isWhole = fork.ends.length > 0;
  const isNull = text.startsWith('null', from);
  noteMet(fork, isWhole || isNull, outside);
  if (isNull) return;
  const { found, met } = outside;
  // Of what a path reads whole, nothing is unread.
  const inside = isWhole ? { found, met } : outside;
  if (isWhole) {
    const value = text.slice(from, endOfValue(text, from));
    for (const index of fork.ends) found[index] = value;
  }
  const opens = text[from];
  if (opens === '{' && fork.keys.size > 0) readMembers(text, from, fork, inside);
  if (opens !== '{' && opens !== '[') noteUnread(fork, { what: ITSELF, text, from }, inside);
  if (opens === '[' && fork.elements.size === 0) noteUnread(fork, { what: ITSELF, text, from }, inside);
  if (fork.elements.size > 0) readElements(text, from, fork, inside);
}

function noteMet({ ends }: Fork, isLoaded: boolean, { met, unknown }: Reading): void {
  if (isLoaded && unknown !== undefined) unknown.tally.loaded += 1;
  if (met !== undefined) for (const index of ends) met.noteColumn(index);
}

/** Something that no path reads, and where its value begins. */
interface UnreadValue {
  readonly what: Unread;
  readonly text: string;
  readonly from: number;
}

function noteUnread(fork: Fork, { what, text, from }: UnreadValue, { unknown, onUnread }: Reading): void {
  onUnread?.(unreadPath(fork.path, what), text.slice(from, endOfValue(text, from)));
  // The framer counts the keys of the record itself.
  if (unknown === undefined || fork.path === undefined) return;
  unknown.note(fork.unread.of(what, () => unknown.placeOf(unreadPath(fork.path, what))));
}

/** What is taken apart counts as what is in it. The framer counts the keys of the record itself. */
function takeApart({ path }: Fork, { unknown }: Reading): KeyTally | undefined {
  if (unknown === undefined || path === undefined) return undefined;
  unknown.tally.met -= 1;
  return unknown.tally;
}

function unreadPath(path: string | undefined, what: Unread): string {
  if (what === ITSELF) return path ?? '';
  return what === ELEMENTS ? elementsPath(path ?? '') : keyPath(what, path);
}

function readMembers(text: string, from: number, within: Fork, reading: Reading): void {
  const { keys } = within;
  const { found } = reading;
  const seen = new Set<string>();
  const tally = takeApart(within, reading);
  for (const { key, from: begin } of membersOf(text, from)) {
    if (tally !== undefined) tally.met += 1;
    const name: string = key.includes('\\') ? JSON.parse(key) : key.slice(1, -1);
    const fork = keys.get(name);
    if (fork === undefined) {
      noteUnread(within, { what: name, text, from: begin }, reading);
      continue;
    }
    if (seen.has(name)) refuse(fork, `key "${name}" occurs twice in one object`, found);
    else read(text, begin, fork, reading);
    seen.add(name);
  }
}

function readElements(text: string, from: number, within: Fork, reading: Reading): void {
  const { elements } = within;
  const { found } = reading;
  if (text[from] !== '[') {
    for (const [index, fork] of elements) refuse(fork, `there is no element ${index}: not an array`, found);
    return;
  }
  let length = 0;
  const tally = takeApart(within, reading);
  for (const begin of elementsOf(text, from)) {
    if (tally !== undefined) tally.met += 1;
    const fork = elements.get(length);
    if (fork === undefined) noteUnread(within, { what: ELEMENTS, text, from: begin }, reading);
    else read(text, begin, fork, reading);
    length += 1;
  }
  for (const [index, fork] of elements) {
    if (index >= length) refuse(fork, `there is no element ${index}: the array has ${length}`, found);
  }
}

/** Marks all paths that lead through a fork as impossible to follow. */
function refuse(fork: Fork, reason: string, found: Found[]): void {
  for (const index of fork.ends) found[index] = new Unreadable(reason);
  for (const next of [...fork.keys.values(), ...fork.elements.values()]) refuse(next, reason, found);
}
