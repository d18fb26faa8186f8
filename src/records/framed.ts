/**
 * Receives the records of a file, each without line breaks: a space replaces a line break inside a record. Use the
 * bytes within the call. Only `endRecord` confirms that everything since the last one is a whole record.
 */
export interface RecordSink {
  /** Adds the bytes [from, to) of `chunk` to the current record. */
  segment(chunk: Uint8Array, from: number, to: number): void;
  /**
   * Completes the current record, which began on this line of the source, counted from 1. `isOdd` is true if a wanted
   * key may have a value that is not of its kind, so that engines could treat it differently: see normaliseRecord.
   */
  endRecord(line: number, isOdd: boolean): void;
  /** Drops everything since the last record. Called only if the file is read past mistakes. */
  dropRecord?(): void;
}

/** What is known about a file once it has been read to the end. */
export interface FramedFile {
  readonly records: number;
  readonly bytes: number;
  /** The number of lines, including a last one without newline. */
  readonly lines: number;
  /**
   * Whether the file can be passed on untouched: each record has a line of its own (blank lines allowed), the file
   * is no array, there is no byte order mark, and no record is odd.
   */
  readonly fitAsIs: boolean;
  /** For each wanted key, the spellings met in this file and earlier ones, in the order they were met. */
  readonly spellings: ReadonlyMap<string, readonly string[]>;
}
