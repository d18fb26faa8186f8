/** A file that a warehouse loads: records one a line, made by the bundler, or a source file handed on untouched. */
export interface Part {
  /** Where it lies: a local path. */
  readonly path: string;
  readonly compression: 'none' | 'gzip';
  readonly records: number;
  readonly bytes: number;
  /** Which source line each line came from; absent when the part is itself the source file. */
  readonly index: readonly PartIndexEntry[];
  /** For a file handed on untouched: to be called once it has been read; throws if it is not what was planned. */
  readonly assertUnchanged?: (() => Promise<void>) | undefined;
}

/** A run of lines of a part that came from one source file. */
export interface PartIndexEntry {
  readonly file: string;
  /** The part's line, from 1, that holds this file's first record. */
  readonly firstLine: number;
  readonly records: number;
  /** The source line each record starts on; absent when record n starts on line n. */
  readonly sourceLines: readonly number[] | undefined;
}

/** The source file and line of a part's line; undefined past the part's end. */
export function locate(part: Part, line: number): { readonly file: string; readonly line: number } | undefined {
  if (part.index.length === 0) {
    return { file: part.path, line };
  }
  const entry = part.index.findLast(({ firstLine }) => firstLine <= line);
  const offset = line - (entry?.firstLine ?? 0);
  if (entry === undefined || offset >= entry.records) {
    return undefined;
  }
  return { file: entry.file, line: entry.sourceLines?.[offset] ?? offset + 1 };
}
