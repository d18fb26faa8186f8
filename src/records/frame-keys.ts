import { lowerCase } from '../sql/fold.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { keyPath } from '../sql/key-paths.ts';
import { KeyTally } from './key-tally.ts';
import type { ValueKind } from './normalise.ts';
import { ValueJudge } from './plain-values.ts';
import { NOT_COUNTED, type UnknownKeys } from './unknown-keys.ts';

/**
 * The maximum number of spellings to predict. A file that uses data as keys has an unlimited number of them; the rest
 * take the slow path.
 */
const MOST_FORESEEN = 128;
/** The maximum number of spellings to remember: those predicted, and others that are looked up. */
const MOST_KNOWN = 2048;
/** Up to this many spellings are compared with a key one by one; beyond that, the key is looked up. */
const MOST_COMPARED = 24;
/** Keys up to this length are predicted, wanted or not. */
const COMMON_KEY_BYTES = 256;

interface KnownKey {
  /** The bytes of the key in the file, including its closing quote. */
  readonly bytes: Uint8Array;
  /** Its index among the wanted keys, or -1. */
  readonly wanted: number;
  /** Its place among the unknown keys, or NOT_COUNTED. */
  readonly unknown: number;
  /** Whether only rewritten records may have it. */
  readonly isOwn: boolean;
}

/** A column of the rewritten records, and where the source records hold its value. */
export interface LaidOutColumn {
  readonly name: string;
  readonly kind: ValueKind;
  readonly path: JsonPath;
}

/** How the unknown keys of records are kept. */
export interface Rescue {
  /** The key under which rewritten records have them. */
  readonly key: string;
  /** The most bytes that they take. */
  readonly maxBytes: number;
  /** The keys that are left out, with everything below them: as `keyPath` writes them. */
  readonly ignored: readonly string[];
  /** Whether those of the current file are kept. */
  readonly isOn: () => boolean;
}

/** The first-level keys to track. */
export interface WantedKeys {
  /** Each key once; in lower case, unless case counts. */
  readonly names: readonly string[];
  /** What kind of values they have; if absent, any. */
  readonly kinds?: readonly ValueKind[] | undefined;
  /** Whether case counts; otherwise ASCII letters match in either case. */
  readonly exact?: boolean | undefined;
  /**
   * By the columns that say which file and line a row comes from, the keys under which rewritten records have that; absent if
   * nobody asks.
   */
  readonly marks?: ReadonlyMap<string, string> | undefined;
  /** How the keys that are not wanted are kept; absent if they are not. */
  readonly rescue?: Rescue | undefined;
  /** The columns for which every record is rewritten; absent if the values are already under the right keys. */
  readonly layout?: readonly LaidOutColumn[] | undefined;
}

/** The keys that only rewritten records may have: an engine would take such a key of a source record for ours. */
export function ownKeysOf({ marks, rescue }: WantedKeys): readonly string[] {
  return [...(marks?.values() ?? []), ...(rescue === undefined ? [] : [rescue.key])];
}

/** Returns a function that returns the kind of a key's values. */
export function kindOf({ names, kinds, exact }: WantedKeys): (key: string) => ValueKind {
  const byName = new Map(names.map((name, index) => [name, kinds?.[index] ?? 'any']));
  return (key) => byName.get(exact === true ? key : lowerCase(key)) ?? 'any';
}

/**
 * Called for a wanted key's second occurrence in a record. `at` is its closing quote, `length` bytes after the opening
 * one.
 */
export type DuplicateListener = (key: string, at: number, length: number) => void;

/** What a tracker reports to. */
interface Listeners {
  readonly onDuplicate: DuplicateListener;
  /** Counts the keys that are not wanted. */
  readonly unknown?: UnknownKeys | undefined;
}

/**
 * Tracks the first-level keys of records: how the wanted ones are spelled, and whether one occurs twice in a record.
 * Nearly all records have their keys in the same order, so a key is first compared with the one that followed last
 * time.
 */
export class KeyTracker {
  readonly #wanted: readonly string[];
  readonly #kinds: readonly ValueKind[];
  readonly #fold: (name: string) => string;
  readonly #judge = new ValueJudge();
  readonly #isAlwaysOdd: boolean;
  readonly #own: ReadonlySet<string>;
  /** Whether the current record has a key that only rewritten records may have. */
  #hasOwn = false;
  readonly #onDuplicate: DuplicateListener;
  readonly #unknown: UnknownKeys | undefined;
  readonly #tally: KeyTally;
  readonly #spellings: ReadonlyMap<string, string[]>;
  /** For each wanted key, the number of the record that last contained it. */
  readonly #lastSeen: Float64Array;
  /** For each wanted key, the number of the record before that one. */
  readonly #seenBefore: Float64Array;
  /** No spelling of a wanted key is longer than this, even if every letter is escaped. */
  readonly #mostBytes: number;
  readonly #foreseen: KnownKey[] = [];
  readonly #known = new Map<string, KnownKey>();
  #next = 0;
  #record = 0;
  /** How many records had begun when the file did. */
  #recordsBefore = 0;
  #isOpen = false;
  #from = 0;
  /** What earlier chunks held of an open key, as far as it matters, and how long it was. */
  #earlier: Uint8Array[] = [];
  #earlierBytes = 0;

  constructor(wanted: WantedKeys, { onDuplicate, unknown }: Listeners) {
    const { names, kinds, exact, layout } = wanted;
    this.#own = new Set(ownKeysOf(wanted));
    this.#wanted = names;
    this.#kinds = names.map((_, index) => kinds?.[index] ?? 'any');
    this.#fold = exact === true ? (name) => name : lowerCase;
    this.#isAlwaysOdd = layout !== undefined;
    this.#onDuplicate = onDuplicate;
    this.#unknown = unknown;
    this.#tally = unknown?.tally ?? new KeyTally();
    this.#spellings = new Map(this.#wanted.map((key) => [key, []]));
    this.#lastSeen = new Float64Array(this.#wanted.length);
    this.#seenBefore = new Float64Array(this.#wanted.length);
    this.#mostBytes = Math.max(COMMON_KEY_BYTES, ...this.#wanted.map((key) => key.length * '\\u0000'.length));
  }

  /** For each wanted key, the spellings met so far. */
  get spellings(): ReadonlyMap<string, readonly string[]> {
    return this.#spellings;
  }

  /** Starts a record, which begins on this line. */
  startRecord(line: number): void {
    if (this.#unknown?.isDropped === true) this.#forgetRecord();
    this.#next = 0;
    this.#record += 1;
    this.#hasOwn = false;
    this.#judge.startRecord();
    this.#unknown?.startRecord(line);
  }

  /** Whether the record must be rewritten: always, or if a key so far is to be kept, could be taken for ours, or has a value that may not be plain. */
  get isOdd(): boolean {
    return this.#isAlwaysOdd || this.#hasOwn || this.#judge.isOdd || this.#unknown?.isOdd === true;
  }

  /** Starts a chunk. */
  resume(chunk: Uint8Array): void {
    this.#judge.resume(chunk);
  }

  /**
   * Starts a key at `at`, after its opening quote. Returns the position after its closing quote if the key is one of
   * those predicted next and ends before `limit`. Otherwise returns -1, and the automaton must read the key until
   * `endKey`.
   */
  startKey(chunk: Uint8Array, at: number, limit: number): number {
    const foreseen = this.#foreseen;
    let index = this.#next;
    for (let left = Math.min(foreseen.length, MOST_COMPARED); left > 0; left -= 1) {
      if (index >= foreseen.length) index = 0;
      const known = foreseen[index] as KnownKey;
      const { bytes, wanted } = known;
      const end = at + bytes.length;
      index += 1;
      if (end > limit || !isAt(chunk, at, bytes)) continue;
      this.#next = index;
      this.#tally.met += 1;
      if (wanted >= 0) this.#see(wanted, chunk, end - 1, bytes.length);
      else this.#pass(known);
      return end;
    }
    this.#from = at;
    this.#isOpen = true;
    return -1;
  }

  /** Ends a key that `startKey` did not predict at `at`, its closing quote. */
  endKey(chunk: Uint8Array, at: number): void {
    this.#tally.met += 1;
    const length = this.#earlierBytes + at - this.#from;
    const isLong = length > this.#mostBytes;
    if (!isLong || this.#unknown !== undefined) {
      const bytes = Buffer.concat([...this.#earlier, chunk.subarray(this.#from, at + 1)]);
      if (isLong) this.#unknown?.note(this.#placeOf(nameOf(bytes)));
      else this.#meet(bytes, chunk, at);
    }
    this.#closeKey();
  }

  /** Ends a file: which of the wanted keys its records have is known now. If they are laid out by paths, the paths know it. */
  endFile(): void {
    const before = this.#recordsBefore;
    this.#recordsBefore = this.#record;
    if (this.#unknown === undefined || this.#isAlwaysOdd) return;
    if (this.#unknown.isDropped) this.#forgetRecord();
    for (const [index, record] of this.#lastSeen.entries()) if (record > before) this.#unknown.noteColumn(index);
  }

  /** Drops the current record, and the key that is open in it. */
  dropRecord(): void {
    this.#unknown?.dropRecord();
    this.#closeKey();
  }

  /** The last record was dropped: its keys were not seen. */
  #forgetRecord(): void {
    for (const [index, record] of this.#lastSeen.entries()) {
      if (record === this.#record) this.#lastSeen[index] = this.#seenBefore[index] as number;
    }
  }

  #closeKey(): void {
    this.#isOpen = false;
    this.#earlier = [];
    this.#earlierBytes = 0;
  }

  /** Ends a chunk. An open key continues in the next one. No key is longer than a record may be. */
  carry(chunk: Uint8Array): void {
    if (!this.#isOpen) return;
    const matters = this.#unknown !== undefined || this.#earlierBytes <= this.#mostBytes;
    if (matters) this.#earlier.push(Buffer.from(chunk.subarray(this.#from)));
    this.#earlierBytes += chunk.length - this.#from;
    this.#from = 0;
  }

  #meet(bytes: Buffer, chunk: Uint8Array, at: number): void {
    const raw = bytes.toString('latin1', 0, bytes.length - 1);
    const known = this.#known.get(raw);
    const key = known ?? this.#learn(raw, bytes);
    const place = known === undefined ? -1 : this.#foreseen.indexOf(known);
    if (place >= 0) this.#next = place + 1;
    if (key.wanted >= 0) this.#see(key.wanted, chunk, at, bytes.length);
    else this.#pass(key);
  }

  /** Passes a key that no column takes. */
  #pass({ unknown, isOwn }: KnownKey): void {
    if (isOwn) this.#hasOwn = true;
    this.#unknown?.note(unknown);
  }

  #placeOf(name: string): number {
    return this.#unknown?.placeOf(keyPath(name)) ?? NOT_COUNTED;
  }

  #learn(raw: string, bytes: Buffer): KnownKey {
    const name = nameOf(bytes);
    const folded = this.#fold(name);
    const wanted = this.#wanted.indexOf(folded);
    const spellings = this.#spellings.get(folded);
    if (spellings?.includes(name) === false) spellings.push(name);
    const unknown = wanted >= 0 ? NOT_COUNTED : this.#placeOf(name);
    const key = { bytes, wanted, unknown, isOwn: wanted < 0 && this.#own.has(folded) };
    if (this.#known.size < MOST_KNOWN) this.#known.set(raw, key);
    if (this.#foreseen.length < MOST_FORESEEN) {
      this.#foreseen.splice(this.#next, 0, key);
      this.#next += 1;
    }
    return key;
  }

  #see(wanted: number, chunk: Uint8Array, at: number, length: number): void {
    const last = this.#lastSeen[wanted] as number;
    if (last === this.#record) this.#onDuplicate(this.#wanted[wanted] as string, at, length);
    else this.#seenBefore[wanted] = last;
    this.#lastSeen[wanted] = this.#record;
    // Of records that are laid out by paths, the values are counted that the paths read.
    if (!this.#isAlwaysOdd) this.#tally.loaded += 1;
    this.#judge.judge(chunk, at + 1, this.#kinds[wanted] as ValueKind);
  }
}

function isAt(chunk: Uint8Array, at: number, bytes: Uint8Array): boolean {
  let index = 0;
  while (index < bytes.length && chunk[at + index] === bytes[index]) index += 1;
  return index === bytes.length;
}

/** A key as it is meant. `bytes` end with its closing quote. */
function nameOf(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, bytes.length - 1);
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}
