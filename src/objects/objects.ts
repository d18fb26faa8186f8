import { count } from '../counts.ts';
import { withoutCompression } from './compression.ts';

/** A file of a source in a listing. */
export interface SourceObject {
  /** Its permanent identity, also in the ledger: `s3://bucket/key` or `file:///path`. */
  readonly uri: string;
  /** Its name for display: the URI without escapes, except for unprintable characters. */
  readonly label: string;
  readonly size: number;
  /** The listing's identifier of its content (an ETag); absent if only reading shows it (a local file). */
  readonly version: string | undefined;
  /** When it was last written, in milliseconds since 1970; absent if the listing does not say. */
  readonly modified?: number | undefined;
}

/** An object in a listing that is not data, and why. */
export interface SkippedObject {
  readonly label: string;
  readonly reason: string;
}

/** A page of a listing. Two listings of the same files have the same order. */
export interface ListPage {
  readonly objects: readonly SourceObject[];
  readonly skipped: readonly SkippedObject[];
}

/** Where source files are stored. One implementation for local directories, one for S3. */
export interface ObjectStore {
  /**
   * Every data file below a root (a folder means exactly this folder, not those whose names begin with its name), page
   * by page. Throws StarloadError if a root does not exist or cannot be read; an empty root yields nothing.
   */
  list(root: string): AsyncIterable<ListPage>;

  /** A file's bytes. Throws StarloadError if the file is gone, or its version is no longer the listed one. */
  read(object: SourceObject): AsyncIterable<Uint8Array>;

  /**
   * Whether a file whose listing has no version still has one that was found by reading it. False if only reading can
   * tell. Absent if every listing has versions.
   */
  hasStill?(object: SourceObject, version: string): boolean;

  /** Remembers the version of a file that was read to its end. */
  remember?(object: SourceObject, version: string): void;
}

/** A store, or what reads its files ahead. */
export type ReadableStore = Pick<ObjectStore, 'read' | 'remember'>;

/** How the names of data files end, in words. */
export const DATA_ENDINGS = '.json, .jsonl or .ndjson, with or without .gz, .zst or .bz2';
const DATA_ENDING = /\.(?:json|jsonl|ndjson)$/i;
const NO_DATA_NAME = `its name does not end in ${DATA_ENDINGS}`;
/** The names of data files that are compressed in a way that is not supported. */
const OTHERWISE_COMPRESSED = /\.(?:json|jsonl|ndjson)\.(?:lz4|lzo|xz|zip)$/i;
const OTHERWISE = 'it is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip';

/** Why a file or folder of this name holds no data; undefined for the name of a data file. */
export function reasonToSkip(name: string): string | undefined {
  if (isHidden(name)) {
    return 'hidden';
  }
  if (OTHERWISE_COMPRESSED.test(name)) {
    return OTHERWISE;
  }
  return isDataName(name) ? undefined : NO_DATA_NAME;
}

/** The listing of a source that is one file: any name will do, unless it says that the file cannot be decompressed. */
export function listOne(file: SourceObject): ListPage {
  return OTHERWISE_COMPRESSED.test(file.label)
    ? { objects: [], skipped: [{ label: file.label, reason: OTHERWISE }] }
    : { objects: [file], skipped: [] };
}

/** Whether a file is data, judged by its name alone; case does not count. */
export function isDataName(name: string): boolean {
  return DATA_ENDING.test(withoutCompression(name));
}

/** The name of a data file without its ending, and any other name unchanged. */
export function withoutDataEnding(name: string): string {
  return isDataName(name) ? withoutCompression(name).replace(DATA_ENDING, '') : name;
}

/** The files that are passed over because of their names. Hidden files do not count. */
export interface PassedOver {
  readonly files: number;
  /** How many of them are data according to their names, but compressed in a way that is not supported. */
  readonly compressed: number;
  /** One of them: if possible one of the latter. */
  readonly example: string;
}

/** The files of a listing that are passed over because of their names; undefined if there are none. */
export function passedOver(skipped: readonly SkippedObject[]): PassedOver | undefined {
  const compressed = skipped.filter(({ reason }) => reason === OTHERWISE);
  const others = skipped.filter(({ reason }) => reason === NO_DATA_NAME);
  const [first] = [...compressed, ...others];
  const files = compressed.length + others.length;
  return first && { files, compressed: compressed.length, example: first.label };
}

/** Says which files are passed over, why, and what to do if they are data. */
export function describePassedOver({ files, compressed, example }: PassedOver): string {
  if (files === 1) {
    return `1 file is passed over, because ${compressed === 1 ? OTHERWISE : NO_DATA_NAME}: ${example}`;
  }
  const over = `${count(files)} files are passed over, because their names do not end in ${DATA_ENDINGS}, such as ${example}`;
  return compressed === 0 ? over : `${over}; ${howToUse(compressed)}`;
}

function howToUse(compressed: number): string {
  return compressed === 1
    ? '1 of them is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip'
    : `${count(compressed)} of them are compressed, but not with gzip, zstd or bzip2: decompress them, or compress them with gzip`;
}

/** The end of a sentence about a source: which files are passed over; empty if none are. */
export function andPassedOver(over: PassedOver | undefined): string {
  return over === undefined ? '' : `; ${describePassedOver(over)}`;
}

/** Whether a name is hidden by convention: a leading dot, or the folder that macOS adds to archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}
