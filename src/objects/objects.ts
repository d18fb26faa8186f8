import { count } from '../counts.ts';

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
}

/** How the names of data files end, in words. */
export const DATA_ENDINGS = '.json, .jsonl or .ndjson, with or without .gz';
const DATA_ENDING = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i;
const NO_DATA_NAME = `its name does not end in ${DATA_ENDINGS}`;

/** Why a file or folder of this name holds no data; undefined for the name of a data file. */
export function reasonToSkip(name: string): string | undefined {
  if (isHidden(name)) {
    return 'hidden';
  }
  return isDataName(name) ? undefined : NO_DATA_NAME;
}

/** Whether a file is data, judged by its name alone; case does not count. */
export function isDataName(name: string): boolean {
  return DATA_ENDING.test(name);
}

/** The name of a data file without its ending, and any other name unchanged. */
export function withoutDataEnding(name: string): string {
  return name.replace(DATA_ENDING, '');
}

/** The files that are passed over because of their names: how many, and one of them. Hidden files do not count. */
export interface PassedOver {
  readonly files: number;
  readonly example: string;
}

/** The files of a listing that are passed over because of their names; undefined if there are none. */
export function passedOver(skipped: readonly SkippedObject[]): PassedOver | undefined {
  const named = skipped.filter(({ reason }) => reason === NO_DATA_NAME);
  return named[0] && { files: named.length, example: named[0].label };
}

/** Says in one clause which files are passed over, and why. */
export function describePassedOver({ files, example }: PassedOver): string {
  return files === 1
    ? `1 file is passed over, because ${NO_DATA_NAME}: ${example}`
    : `${count(files)} files are passed over, because their names do not end in ${DATA_ENDINGS}, such as ${example}`;
}

/** The end of a sentence about a source: which files are passed over; empty if none are. */
export function andPassedOver(over: PassedOver | undefined): string {
  return over === undefined ? '' : `; ${describePassedOver(over)}`;
}

/** Whether a name is hidden by convention: a leading dot, or the folder that macOS adds to archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** Whether a file is compressed, judged by its name alone. */
export function isGzip(name: string): boolean {
  return /\.gz$/i.test(name);
}
