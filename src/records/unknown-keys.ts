import { createHash } from 'node:crypto';
import { lowerCase } from '../sql/fold.ts';
import { isAtOrBelow } from '../sql/key-paths.ts';
import { type KeyCounts, KeyTally } from './key-tally.ts';
import { MetColumns } from './met-columns.ts';
import { detached, Remembered } from './remembered.ts';
import { tellKeys } from './told-keys.ts';

/** A key of records that no column takes and that is not ignored. */
export interface UnknownKey {
  /** The same for the same key, also in what others have counted. */
  readonly identity: string;
  /** Where it is in the records, as `keyPath` writes it and as it was spelled first; cut if it is very long. */
  readonly key: string;
  /** The number of records that have it. */
  readonly records: number;
  /** The label of the first file with it, and the line on which the first record with it begins. */
  readonly file: string;
  readonly line: number;
}

/** The unknown keys of files. */
export interface UnknownKeysFound {
  /** The first MOST_UNKNOWN_KEYS of them, in the order in which they were met. */
  readonly keys: readonly UnknownKey[];
  /** If there are more: at least how many, and the number of records with any of these. */
  readonly more: { readonly keys: number; readonly records: number } | undefined;
}

/** The keys of a file. */
export interface FileKeys extends KeyCounts {
  /** The unknown ones, as `tellKeys` writes them; undefined if there are none, or if there is no more room for them. */
  readonly told: string | undefined;
  /** The columns whose keys none of its records has, separated by commas; undefined if nothing is known of them. */
  readonly missing: string | undefined;
}

/** The number of different unknown keys of a source that are told one by one. */
export const MOST_UNKNOWN_KEYS = 1000;
/** The place of a key that the model ignores. */
export const NOT_COUNTED = -1;
/** The common place of all keys after the first MOST_UNKNOWN_KEYS. */
const FURTHER = MOST_UNKNOWN_KEYS;
/** Longer keys are told apart by a digest. */
const LONGEST_KEPT = 256;
const LONGEST_SHOWN = 100;
/** So much text about the files of a source is kept; of further files only the counts. */
const MOST_TOLD_OF_SOURCE = 16 * 1024 * 1024;

/** How unknown keys are counted. */
export interface UnknownKeysOptions {
  /** Keys that are left out on purpose, with everything below them: as `keyPath` writes them. */
  readonly ignored?: readonly string[];
  /** Whether keys that differ in the case of ASCII letters are different keys. */
  readonly exact?: boolean | undefined;
  /** The columns of which is told whether any record has their keys. */
  readonly columns?: readonly string[];
}

/**
 * Counts the keys of files in bounded memory, and of the unknown ones in how many records each occurs, and where first. A
 * key that occurs twice in a record is in one record. A file counts once it is kept.
 */
export class UnknownKeys {
  /** The counts of the current file. */
  readonly tally = new KeyTally();
  /** Whether the current record was dropped. */
  isDropped = false;
  readonly #ignored: readonly string[];
  readonly #fold: (path: string) => string;
  readonly #places = new Map<string, number>();
  readonly #found: { identity: string; key: string; records: number; file: string; line: number }[] = [];
  #further = 0;
  readonly #others = new DistinctTexts();
  /** For each place, the number of the record that last had the key. */
  readonly #lastRecord = new Uint32Array(MOST_UNKNOWN_KEYS + 1);
  #record = 0;
  #line = 0;
  /** For each place, the records of the current file, and the line of the first of them. */
  readonly #fileRecords = new Uint32Array(MOST_UNKNOWN_KEYS + 1);
  readonly #fileLine = new Float64Array(MOST_UNKNOWN_KEYS + 1);
  /** The places that the current file has. */
  #inFile: number[] = [];
  /** The length of the texts about files. */
  #told = 0;
  readonly #columns: MetColumns;
  readonly #same = new Remembered<FileKeys>();
  /** Whether the unknown keys of the current file are kept. */
  isKept = false;
  /** Whether the current record must be rewritten because of a key that no column takes. */
  isOdd = false;

  constructor({ ignored = [], exact, columns = [] }: UnknownKeysOptions = {}) {
    this.#columns = new MetColumns(columns);
    this.#fold = exact === true ? (path) => path : lowerCase;
    this.#ignored = ignored.map(this.#fold);
  }

  /** The place of a key that no column takes, for `note`. The same key has the same place in all files. */
  placeOf(path: string): number {
    const folded = this.#fold(path);
    const identity = folded.length > LONGEST_KEPT ? digestOf(folded) : folded;
    const known = this.#places.get(identity);
    if (known !== undefined) return known;
    if (this.#ignored.some((one) => isAtOrBelow(folded, one))) return NOT_COUNTED;
    const place = this.#places.size;
    if (place === FURTHER) {
      this.#others.add(identity);
      return FURTHER;
    }
    this.#places.set(detached(identity), place);
    this.#found.push({ identity: detached(identity), key: detached(shorten(path)), records: 0, file: '', line: 0 });
    return place;
  }

  /** Notes that a record of the current file has the key of the column with this index. */
  noteColumn(index: number): void {
    this.#columns.note(index);
  }

  /** Starts a record, which begins on this line. */
  startRecord(line: number): void {
    this.#record = (this.#record + 1) >>> 0;
    this.#line = line;
    this.isOdd = false;
    this.isDropped = false;
    this.tally.startRecord();
  }

  /** Notes that the current record has the key of this place. Called for every such key, so it does very little. */
  note(place: number): void {
    if (place === NOT_COUNTED) {
      this.tally.ignored += 1;
      return;
    }
    this.tally.unknown += 1;
    if (this.isKept) this.isOdd = true;
    if (this.#lastRecord[place] === this.#record) return;
    this.#lastRecord[place] = this.#record;
    if ((this.#fileRecords[place] as number) === 0) {
      this.#inFile.push(place);
      this.#fileLine[place] = this.#line;
    }
    (this.#fileRecords[place] as number) += 1;
  }

  /** Drops the current record: it is not loaded. */
  dropRecord(): void {
    this.isDropped = true;
    this.tally.dropRecord();
    this.#inFile = this.#inFile.filter((place) => {
      if (this.#lastRecord[place] === this.#record) {
        (this.#fileRecords[place] as number) -= 1;
        this.#lastRecord[place] = 0;
      }
      return this.#fileRecords[place] !== 0;
    });
  }

  /** Adds the records since the last call, or the last dropped file, as those of a file. Returns its keys. */
  keepFile(file: string): FileKeys {
    const counts = this.tally.take();
    const missing = this.#columns.takeMissing();
    const keys: FileKeys = {
      ...counts,
      rescued: this.isKept ? counts.unknown : 0,
      unknown: this.isKept ? 0 : counts.unknown,
      told: this.#tellFile(),
      missing: counts.met === 0 ? undefined : missing,
    };
    for (const place of this.#inFile) {
      const records = this.#fileRecords[place] as number;
      const found = this.#found[place];
      if (found === undefined) this.#further += records;
      else if (found.records === 0) Object.assign(found, { records, file, line: this.#fileLine[place] });
      else found.records += records;
    }
    this.#others.keep();
    this.#forgetFile();
    // Of a million small files, most have the same keys.
    return this.#same.of(JSON.stringify(keys), () => keys);
  }

  /** Drops the current file: it is read again, or not loaded. */
  dropFile(): void {
    this.#others.drop();
    this.tally.take();
    this.#columns.takeMissing();
    this.#forgetFile();
  }

  /** What was counted so far. */
  found(): UnknownKeysFound {
    return {
      keys: this.#found.filter(({ records }) => records > 0).map((key) => ({ ...key })),
      more: this.#further === 0 ? undefined : { keys: Math.max(1, this.#others.atLeast), records: this.#further },
    };
  }

  #tellFile(): string | undefined {
    if (this.#inFile.length === 0 || this.#told > MOST_TOLD_OF_SOURCE) return undefined;
    const listed = this.#inFile.flatMap((place) => {
      const key = this.#found[place]?.key;
      const [records, line] = [this.#fileRecords[place] as number, this.#fileLine[place] as number];
      return key === undefined ? [] : [{ key, records, line }];
    });
    const told = tellKeys(listed, this.#inFile.length);
    this.#told += told?.length ?? 0;
    return told;
  }

  #forgetFile(): void {
    for (const place of this.#inFile) this.#fileRecords[place] = 0;
    this.#inFile = [];
  }
}

const SLOTS = 2 ** 18;

/** A lower bound of how many different texts were added: texts with the same hash count once. */
class DistinctTexts {
  #slots: Uint8Array | undefined;
  #kept: Uint8Array | undefined;

  add(text: string): void {
    this.#slots ??= this.#kept?.slice() ?? new Uint8Array(SLOTS / 8);
    let hash = 0x811c9dc5;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    this.#slots[slot >>> 3] = (this.#slots[slot >>> 3] as number) | (1 << (slot & 7));
  }

  keep(): void {
    this.#kept = this.#slots ?? this.#kept;
    this.#slots = undefined;
  }

  drop(): void {
    this.#slots = undefined;
  }

  get atLeast(): number {
    let count = 0;
    for (let byte of this.#kept ?? []) for (; byte > 0; byte &= byte - 1) count += 1;
    return count;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function shorten(path: string): string {
  if (path.length <= LONGEST_SHOWN) return path;
  const characters = [...path.slice(0, LONGEST_SHOWN + 1)];
  return `${characters.slice(0, LONGEST_SHOWN).join('')}…`;
}
