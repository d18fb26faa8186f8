import type { JsonPath } from '../sql/jsonpaths.ts';
import { elementsOf, endOfValue, membersOf } from './json-text.ts';

/** Why a path of a record has no defined value. */
export class Unreadable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The value at a path as written; undefined for null and for a missing value. */
export type Found = string | undefined | Unreadable;

/** The paths that continue from a value. */
interface Fork {
  /** The indexes, among all paths, of those that end here. */
  readonly ends: number[];
  readonly keys: Map<string, Fork>;
  readonly elements: Map<number, Fork>;
}

/**
 * Returns a function that reads the values at paths from a record, which must be well-formed and without line breaks.
 * As in COPY, a missing key, or a key of a value that is not an object, gives nothing. A missing array element, or an
 * element of a value that is not an array, is an error (Database Developer Guide, COPY from JSON format). A key on the
 * path that occurs twice in its object is also an error, as on the first level. Nothing is below a null.
 */
export function pathReader(paths: readonly JsonPath[]): (record: string) => readonly Found[] {
  const root = newFork();
  for (const [index, path] of paths.entries()) {
    path.reduce(follow, root).ends.push(index);
  }
  return (record) => {
    const found = new Array<Found>(paths.length).fill(undefined);
    read(record, 0, root, found);
    return found;
  };
}

function newFork(): Fork {
  return { ends: [], keys: new Map(), elements: new Map() };
}

function follow({ keys, elements }: Fork, token: string | number): Fork {
  const forks: Map<string | number, Fork> = typeof token === 'number' ? elements : keys;
  const next = forks.get(token) ?? newFork();
  forks.set(token, next);
  return next;
}

/** Reads the value that begins at `from`, and what is in it, into `found`. */
function read(text: string, from: number, fork: Fork, found: Found[]): void {
  if (text.startsWith('null', from)) return;
  if (fork.ends.length > 0) {
    const value = text.slice(from, endOfValue(text, from));
    for (const index of fork.ends) found[index] = value;
  }
  if (fork.keys.size > 0 && text[from] === '{') readMembers(text, from, fork, found);
  if (fork.elements.size > 0) readElements(text, from, fork, found);
}

function readMembers(text: string, from: number, { keys }: Fork, found: Found[]): void {
  const seen = new Set<string>();
  for (const { key, from: begin } of membersOf(text, from)) {
    const name: string = key.includes('\\') ? JSON.parse(key) : key.slice(1, -1);
    const fork = keys.get(name);
    if (fork === undefined) continue;
    if (seen.has(name)) refuse(fork, `key "${name}" occurs twice in one object`, found);
    else read(text, begin, fork, found);
    seen.add(name);
  }
}

function readElements(text: string, from: number, { elements }: Fork, found: Found[]): void {
  if (text[from] !== '[') {
    for (const [index, fork] of elements) refuse(fork, `there is no element ${index}: not an array`, found);
    return;
  }
  let length = 0;
  for (const begin of elementsOf(text, from)) {
    const fork = elements.get(length);
    if (fork !== undefined) read(text, begin, fork, found);
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
