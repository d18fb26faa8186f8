/** A file of a source, as a listing names it. */
export interface SourceObject {
  /** Identifies it permanently, in the ledger too: `s3://bucket/key` or `file:///path`. */
  readonly uri: string;
  /** How people call it: the same without escapes, but for what cannot be printed. */
  readonly label: string;
  readonly size: number;
  /** The listing's word for its content (an ETag); absent where only reading tells (a local file). */
  readonly version: string | undefined;
  /** When it was last written, in milliseconds since 1970; absent where the listing does not tell. */
  readonly modified?: number | undefined;
}

/** What a listing found that is not data, and why. */
export interface SkippedObject {
  readonly label: string;
  readonly reason: string;
}

/** A page of a listing. Two listings of the same files give the same order. */
export interface ListPage {
  readonly objects: readonly SourceObject[];
  readonly skipped: readonly SkippedObject[];
}

/** Where source files lie. One for local directories, one for S3. */
export interface ObjectStore {
  /**
   * Every data file below a root (a folder means the folder, never its neighbours), page by page. A root that does not
   * exist, or cannot be read, throws StarloadError; an empty one yields nothing.
   */
  list(root: string): AsyncIterable<ListPage>;

  /** A file's bytes. Throws StarloadError when it is gone, or when its version is no longer the one listed. */
  read(object: SourceObject): AsyncIterable<Uint8Array>;
}

const DATA_FILE = /\.json(\.gz)?$/i;

/** Why a file or folder of this name holds no data; undefined for a data file's name. */
export function reasonToSkip(name: string): string | undefined {
  if (isHidden(name)) {
    return 'hidden';
  }
  return DATA_FILE.test(name) ? undefined : 'its name does not end in .json or .json.gz';
}

/** Whether a name is hidden by custom: a leading dot, or the folder macOS puts into archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** Whether a file is compressed, which its name alone says. */
export function isGzip(name: string): boolean {
  return /\.gz$/i.test(name);
}
