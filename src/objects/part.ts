import type { SourceObject } from './objects.ts';

/** A file that a warehouse loads: records one a line, made by the bundler, or a source file handed on untouched. */
export interface Part {
  /** Where it lies: a local path, or `s3://bucket/key` for a file in S3 that is handed on untouched. */
  readonly path: string;
  readonly compression: 'none' | 'gzip';
  readonly records: number;
  readonly bytes: number;
  /** Which source line each line came from; empty when the part is itself the source file. */
  readonly index: readonly PartIndexEntry[];
  /** The source file that this is, where it is handed on untouched. */
  readonly untouched?: SourceObject | undefined;
  /** For such a file on this machine: to be called once it has been read; throws if it is not what was listed. */
  readonly assertUnchanged?: (() => void) | undefined;
}

/** A run of lines of a part that came from one source file. */
export interface PartIndexEntry {
  readonly file: string;
  /** The part's line, from 1, that holds the first of them. */
  readonly firstLine: number;
  readonly records: number;
  /** The source line the first record begins on. */
  readonly firstSourceLine: number;
  /** The source line each record begins on; absent when each begins on the line after the one before. */
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
  return { file: entry.file, line: entry.sourceLines?.[offset] ?? entry.firstSourceLine + offset };
}
