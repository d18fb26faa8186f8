import type { DataProblem } from '../errors.ts';
import { MalformedJson, RecordFramer } from '../records/frame.ts';
import type { WantedKeys } from '../records/frame-keys.ts';
import type { FramedFile } from '../records/framed.ts';
import { UnfitRecord } from '../records/normalise.ts';
import { rewriter } from '../records/rewrite.ts';
import type { FileKeys, UnknownKeys } from '../records/unknown-keys.ts';
import { WholeRecords } from '../records/whole-records.ts';
import { breathe } from './breathe.ts';
import { type ContentId, ContentReader } from './bytes.ts';
import { BrokenFile } from './compressed/broken.ts';
import { type Compression, compressionOf } from './compression.ts';
import { localPath } from './local.ts';
import type { ObjectStore, ReadableStore, SourceObject } from './objects.ts';
import type { Part } from './part.ts';
import { type Mark, PartWriter } from './part-writer.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Spool } from './spool.ts';

/** Whether a record is left out. `spellings` are those of the wanted keys met so far. */
export type IsForgotten = (record: string, spellings: FramedFile['spellings']) => boolean;

/** The options of a bundle. */
export interface BundleOptions {
  readonly store: ObjectStore;
  readonly spool: Spool;
  /** Checked between chunks; its reason is thrown. */
  readonly signal: AbortSignal;
  /** The prefix of the parts' names; unique within the spool. */
  readonly prefix: string;
  /** The keys that hold the columns' values. A record in which one occurs twice is refused. */
  readonly wanted: WantedKeys;
  /** Counts the other keys of all records that are loaded. */
  readonly unknown?: UnknownKeys | undefined;
  /** Whether the unknown keys of a file are kept; if absent, of none. */
  readonly isKept?: ((object: SourceObject) => boolean) | undefined;
  /** Whether a record is left out, as if the file did not have it. If absent, none is. */
  readonly isForgotten?: IsForgotten | undefined;
  /** What each record of a file gets as well, except in files that are passed on untouched; absent if nothing. */
  readonly markOf?: ((object: SourceObject, number: number) => Mark) | undefined;
  /** Where the warehouse reads directly. Large files in S3 are passed on untouched if it reads there. */
  readonly reads: 'local' | 's3';
  /** The size from which on such a file is passed on untouched. */
  readonly passThroughBytes?: number;
  /** A part ends after the record that brings it to this many bytes. */
  readonly partBytes?: number;
  readonly onFile?: (file: BundledFile) => void;
}

/** A source file in the bundle: its identity and its number of records. */
export interface BundledFile {
  readonly object: SourceObject;
  /** Its place among all files of its source that were read, from 1. */
  readonly number: number;
  readonly version: string;
  readonly size: number;
  /** The number of records read, including rejected and forgotten ones. */
  readonly records: number;
  readonly rejected: number;
  /** How many records were left out, because they are of somebody who is forgotten. */
  readonly forgotten: number;
  /** Whether it is set aside as a whole. All its records are rejected then. */
  readonly quarantined: boolean;
  /** What became of the keys of the records that are loaded; absent if they were not counted, or none is loaded. */
  readonly keys?: FileKeys | undefined;
}

/** Source files that are ready to be loaded. */
export interface Bundle {
  readonly parts: readonly Part[];
  readonly files: readonly BundledFile[];
  readonly spellings: ReadonlyMap<string, readonly string[]>;
  /**
   * Files that are not sequences of JSON objects, each with its first mistake. A bundle with problems must not be
   * loaded.
   */
  readonly problems: readonly DataProblem[];
}

const PASS_THROUGH_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 64 * 1024 * 1024;

/**
 * Streams source files through the framer. They go into parts; large ones in S3 are passed on untouched if they are
 * suitable. Memory is bounded by the buffers, not by the files. Malformed files are reported in `problems`.
 */
export async function bundle(objects: readonly SourceObject[], options: BundleOptions): Promise<Bundle> {
  const bundler = new Bundler(objects, options);
  for (const object of objects) {
    await bundler.add(object);
  }
  return bundler.finish();
}

class Bundler {
  readonly #options: BundleOptions;
  readonly #source: ReadableStore;
  readonly #writer: PartWriter;
  readonly #passedParts: Part[] = [];
  readonly #files: BundledFile[] = [];
  /**
   * One for files that are only counted, one for those that are written. Both are replaced after a malformed file,
   * because a framer cannot be used after it has thrown.
   */
  #framers: { counting: RecordFramer; writing: RecordFramer };
  readonly #spellings = new Set<FramedFile['spellings']>();
  readonly #problems: DataProblem[] = [];
  /** How many records of the current file were left out. */
  #forgotten = 0;
  #number = 0;

  constructor(objects: readonly SourceObject[], options: BundleOptions) {
    this.#options = options;
    this.#source = sourceOf(options.store, objects);
    this.#writer = new PartWriter({
      ...options,
      partBytes: options.partBytes ?? PART_BYTES,
      rewrite: rewriter(options.wanted, options.unknown),
    });
    this.#framers = this.#newFramers();
  }

  async add(object: SourceObject): Promise<void> {
    startKeys(this.#options, object);
    this.#forgotten = 0;
    this.#number += 1;
    try {
      const passed = this.#mayPass(object) && (await this.#pass(object));
      if (!passed) {
        this.#writer.beginFile(object.label, this.#options.markOf?.(object, this.#number));
        this.#note(object, await this.#frame(object, this.#framers.writing));
      }
    } catch (error) {
      this.#problems.push(problemOf(object, error));
      this.#options.unknown?.dropFile();
      this.#framers = this.#newFramers();
    }
  }

  finish(): Bundle {
    this.#writer.endPart();
    return {
      parts: [...this.#passedParts, ...this.#writer.parts],
      files: this.#files,
      problems: this.#problems,
      spellings: mergeSpellings(this.#spellings),
    };
  }

  /**
   * What a warehouse on this machine reads is written anew, so that each record says where it comes from. So is a file of which
   * records may be left out.
   */
  #mayPass(object: SourceObject): boolean {
    const { reads, isForgotten, passThroughBytes = PASS_THROUGH_BYTES } = this.#options;
    const isLarge = reads === 's3' && object.size >= passThroughBytes;
    return isForgotten === undefined && isLarge && this.#mayCopy(object, compressionOf(object.uri));
  }

  /**
   * One COPY reads files of one compression, and a batch has few statements. So beside gzip, which the parts have, files
   * of one other compression are passed on: that of the first.
   */
  #mayCopy(object: SourceObject, compression: Compression): boolean {
    const other = this.#passedParts.find((part) => part.compression !== 'gzip')?.compression ?? compression;
    return localPath(object) === undefined && (compression === 'gzip' || compression === other);
  }

  async #pass(object: SourceObject): Promise<boolean> {
    const framed = await this.#frame(object, this.#framers.counting);
    if (!framed.fitAsIs) {
      this.#options.unknown?.dropFile();
      return false;
    }
    this.#note(object, framed);
    this.#passedParts.push({
      path: object.uri,
      compression: compressionOf(object.uri),
      records: framed.records,
      bytes: framed.size,
      index: [],
      untouched: object,
    });
    return true;
  }

  #newFramers(): { counting: RecordFramer; writing: RecordFramer } {
    const { wanted, unknown, isForgotten } = this.#options;
    const sink = isForgotten === undefined ? this.#writer : this.#leavingOut(isForgotten);
    const writing = new RecordFramer({ wanted, unknown, sink });
    return { counting: new RecordFramer({ wanted, unknown }), writing };
  }

  /** Writes records, apart from those that are left out. */
  #leavingOut(isForgotten: IsForgotten): WholeRecords {
    return new WholeRecords((record, line, isOdd) => {
      if (isForgotten(record.toString('utf8'), this.#framers.writing.spellings)) {
        this.#options.unknown?.dropRecord();
        this.#forgotten += 1;
        return;
      }
      this.#writer.segment(record, 0, record.length);
      this.#writer.endRecord(line, isOdd);
    });
  }

  async #frame(object: SourceObject, framer: RecordFramer): Promise<FramedFile & ContentId> {
    const reader = new ContentReader(this.#source, object);
    for await (const chunk of reader.content()) {
      framer.push(chunk);
      await breathe();
      this.#options.signal.throwIfAborted();
    }
    const { records, bytes, lines, fitAsIs, spellings } = framer.end();
    const { version, size } = reader.id();
    return { records, bytes, lines, fitAsIs: fitAsIs && !reader.isOdd, spellings, version, size };
  }

  #note(object: SourceObject, { records, version, size, spellings }: FramedFile & ContentId): void {
    const keys = this.#options.unknown?.keepFile(object.label);
    const [number, forgotten] = [this.#number, this.#forgotten];
    const file = { object, number, version, size, records, rejected: 0, forgotten, quarantined: false, keys };
    this.#files.push(file);
    this.#spellings.add(spellings);
    this.#options.onFile?.(file);
  }
}

/** Starts to count the keys of a file. */
export function startKeys({ unknown, isKept }: Pick<BundleOptions, 'unknown' | 'isKept'>, object: SourceObject): void {
  if (unknown !== undefined) unknown.isKept = isKept?.(object) === true;
}

/** How the files of a list are read. Local files are available at once; reading them ahead would only cost memory. */
export function sourceOf(store: ObjectStore, objects: readonly SourceObject[]): ReadableStore {
  return objects.some((object) => localPath(object) === undefined) ? new ReadAhead(store, objects) : store;
}

/** Every spelling of every key, in an order that does not depend on the order of the files. */
export function mergeSpellings(maps: Iterable<FramedFile['spellings']>): FramedFile['spellings'] {
  const merged = new Map<string, Set<string>>();
  for (const [key, spellings] of [...maps].flatMap((map) => [...map])) {
    merged.set(key, new Set([...(merged.get(key) ?? []), ...spellings]));
  }
  return new Map([...merged].map(([key, spellings]) => [key, [...spellings].sort()]));
}

/**
 * Converts malformed JSON, records that no engine may see and broken compressed files to problems of the file. Rethrows anything
 * else.
 */
export function problemOf(object: SourceObject, error: unknown): DataProblem {
  if (error instanceof MalformedJson) {
    const { line, column, reason, excerpt } = error;
    return { file: object.label, line, column, reason, excerpt };
  }
  if (error instanceof UnfitRecord) {
    return { file: object.label, column: error.column, reason: error.message };
  }
  if (error instanceof BrokenFile) {
    const kind = compressionOf(object.uri);
    const reason = error.message;
    return { file: object.label, reason: `not a whole ${kind} file: ${reason}` };
  }
  throw error;
}
