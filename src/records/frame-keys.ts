import type { JsonPath } from './jsonpaths.ts';
import type { ValueKind } from './normalise.ts';
import { ValueJudge } from './plain-values.ts';

/** Spellings foreseen at most. In a file whose keys are data there is no end to them: the rest take the slow path. */
const MOST_FORESEEN = 128;
/** Spellings compared with a key before it is looked up instead. */
const MOST_COMPARED = 24;
/** Keys up to this length are foreseen, wanted or not. */
const COMMON_KEY_BYTES = 64;
const NOTHING = new Uint8Array(0);

interface KnownKey {
  /** The key as it stands in the file, its closing quote included. */
  readonly bytes: Uint8Array;
  /** Its place among the wanted keys, or -1. */
  readonly wanted: number;
}

/** A column of the rewritten records, and where its value is in the records that are read. */
export interface LaidOutColumn {
  readonly name: string;
  readonly kind: ValueKind;
  readonly path: JsonPath;
}

/** The keys of records that are of interest. */
export interface WantedKeys {
  /** Each once; in lower case, unless their case counts. */
  readonly names: readonly string[];
  /** What their values are for; absent, anything. */
  readonly kinds?: readonly ValueKind[] | undefined;
  /** Whether case counts; otherwise ASCII letters are taken alike. */
  readonly exact?: boolean | undefined;
  /** The columns for which every record is rewritten; absent if the values are at the keys already. */
  readonly layout?: readonly LaidOutColumn[] | undefined;
}

/** What the values of a key are for. */
export function kindOf({ names, kinds, exact }: WantedKeys): (key: string) => ValueKind {
  const byName = new Map(names.map((name, index) => [name, kinds?.[index] ?? 'any']));
  return (key) => byName.get(exact === true ? key : lowerCase(key)) ?? 'any';
}

/** Told of a wanted key's second occurrence in a record: `at` is its closing quote, `length` bytes behind the opening one. */
export type DuplicateListener = (key: string, at: number, length: number) => void;

/**
 * Follows the first-level keys of records: how the wanted ones are spelled, and whether one occurs twice in a record. Keys
 * come in the same order in nearly every record, so a key is compared first with the one that followed the last time.
 */
export class KeyTracker {
  readonly #wanted: readonly string[];
  readonly #kinds: readonly ValueKind[];
  readonly #fold: (name: string) => string;
  readonly #judge = new ValueJudge();
  readonly #isAlwaysOdd: boolean;
  readonly #onDuplicate: DuplicateListener;
  readonly #spellings: ReadonlyMap<string, string[]>;
  /** For each wanted key the number of the record it was last seen in. */
  readonly #lastSeen: Float64Array;
  /** No spelling of a wanted key is longer, be every letter an escape. */
  readonly #mostBytes: number;
  readonly #foreseen: KnownKey[] = [];
  readonly #known = new Map<string, KnownKey>();
  #next = 0;
  #record = 0;
  #isOpen = false;
  #from = 0;
  #earlier: Uint8Array = NOTHING;

  constructor({ names, kinds, exact, layout }: WantedKeys, onDuplicate: DuplicateListener) {
    this.#wanted = names;
    this.#kinds = names.map((_, index) => kinds?.[index] ?? 'any');
    this.#fold = exact === true ? (name) => name : lowerCase;
    this.#isAlwaysOdd = layout !== undefined;
    this.#onDuplicate = onDuplicate;
    this.#spellings = new Map(this.#wanted.map((key) => [key, []]));
    this.#lastSeen = new Float64Array(this.#wanted.length);
    this.#mostBytes = Math.max(COMMON_KEY_BYTES, ...this.#wanted.map((key) => key.length * '\\u0000'.length));
  }

  /** For each wanted key the spellings met so far. */
  get spellings(): ReadonlyMap<string, readonly string[]> {
    return this.#spellings;
  }

  startRecord(): void {
    this.#next = 0;
    this.#record += 1;
    this.#judge.startRecord();
  }

  /** Whether the record must be rewritten: always, or if a wanted key so far has a value that may not be plain. */
  get isOdd(): boolean {
    return this.#isAlwaysOdd || this.#judge.isOdd;
  }

  /** A chunk begins. */
  resume(chunk: Uint8Array): void {
    this.#judge.resume(chunk);
  }

  /**
   * A key begins at `at`, behind its quote. Gives the place behind its closing quote when the key is one of those foreseen
   * next and lies before `limit`; else -1, and the automaton has to read it until `endKey`.
   */
  startKey(chunk: Uint8Array, at: number, limit: number): number {
    const foreseen = this.#foreseen;
    let index = this.#next;
    for (let left = Math.min(foreseen.length, MOST_COMPARED); left > 0; left -= 1) {
      if (index >= foreseen.length) index = 0;
      const { bytes, wanted } = foreseen[index] as KnownKey;
      const end = at + bytes.length;
      index += 1;
      if (end > limit || !isAt(chunk, at, bytes)) continue;
      this.#next = index;
      if (wanted >= 0) this.#see(wanted, chunk, end - 1, bytes.length);
      return end;
    }
    this.#from = at;
    this.#isOpen = true;
    return -1;
  }

  /** The key that `startKey` did not foresee ends at `at`, its closing quote. */
  endKey(chunk: Uint8Array, at: number): void {
    const length = this.#earlier.length + at - this.#from;
    if (length <= this.#mostBytes)
      this.#meet(Buffer.concat([this.#earlier, chunk.subarray(this.#from, at + 1)]), chunk, at);
    this.#isOpen = false;
    this.#earlier = NOTHING;
  }

  /** The record that an open key is part of is dropped. */
  dropKey(): void {
    this.#isOpen = false;
    this.#earlier = NOTHING;
  }

  /** The chunk is done with; an open key goes on in the next. */
  carry(chunk: Uint8Array): void {
    if (!this.#isOpen) return;
    // One byte more than can matter tells that the key is too long.
    const room = this.#mostBytes + 1 - this.#earlier.length;
    this.#earlier = Buffer.concat([this.#earlier, chunk.subarray(this.#from, this.#from + room)]);
    this.#from = 0;
  }

  #meet(bytes: Buffer, chunk: Uint8Array, at: number): void {
    const raw = bytes.toString('latin1', 0, bytes.length - 1);
    const known = this.#known.get(raw);
    const { wanted } = known ?? this.#learn(raw, bytes);
    if (known !== undefined) this.#next = this.#foreseen.indexOf(known) + 1;
    if (wanted >= 0) this.#see(wanted, chunk, at, bytes.length);
  }

  #learn(raw: string, bytes: Uint8Array): KnownKey {
    const name = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
    const key = { bytes, wanted: this.#wanted.indexOf(this.#fold(name)) };
    const spellings = this.#spellings.get(this.#fold(name));
    if (spellings?.includes(name) === false) spellings.push(name);
    if (this.#foreseen.length < MOST_FORESEEN) {
      this.#known.set(raw, key);
      this.#foreseen.splice(this.#next, 0, key);
      this.#next += 1;
    }
    return key;
  }

  #see(wanted: number, chunk: Uint8Array, at: number, length: number): void {
    if (this.#lastSeen[wanted] === this.#record) this.#onDuplicate(this.#wanted[wanted] as string, at, length);
    this.#lastSeen[wanted] = this.#record;
    this.#judge.judge(chunk, at + 1, this.#kinds[wanted] as ValueKind);
  }
}

function isAt(chunk: Uint8Array, at: number, bytes: Uint8Array): boolean {
  let index = 0;
  while (index < bytes.length && chunk[at + index] === bytes[index]) index += 1;
  return index === bytes.length;
}

/** ASCII only, as the warehouses fold names; toLowerCase would take the Kelvin sign for a k. */
function lowerCase(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
