import type { Compression } from './compression.ts';
import type { SourceObject } from './objects.ts';

/** A file that a warehouse loads: one record per line, written by the bundler, or a source file in S3 passed on untouched. */
export interface Part {
  /** Its location: a local path, or `s3://bucket/key` for a file that is passed on untouched. */
  readonly path: string;
  readonly compression: Compression;
  readonly records: number;
  readonly bytes: number;
  /** The source line of each line; empty if the part is itself the source file. */
  readonly index: readonly PartIndexEntry[];
  /** The source file, if it is passed on untouched. */
  readonly untouched?: SourceObject | undefined;
}

/** A run of consecutive lines of a part that came from one source file. */
export interface PartIndexEntry {
  readonly file: string;
  /** The part's line, counted from 1, that holds the first of them. */
  readonly firstLine: number;
  readonly records: number;
  /** The source line on which the first record begins. */
  readonly firstSourceLine: number;
  /** The source line on which each record begins; absent if each begins on the line after the previous one. */
  readonly sourceLines: readonly number[] | undefined;
}

/** The source file and line of a part's line; undefined beyond the part's end. */
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
