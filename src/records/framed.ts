/**
 * Takes the records of a file, each without line breaks: where the source breaks a line inside a record, a space comes in
 * its place. Bytes are to be used up within the call. Only `endRecord` tells that what came since the last is a whole record.
 */
export interface RecordSink {
  /** The bytes [from, to) of `chunk` go on the current record. */
  segment(chunk: Uint8Array, from: number, to: number): void;
  /**
   * The current record is complete; it began on this line of the source, counted from 1. `isOdd` when a wanted key may have a
   * value that is not of its kind, so that engines could differ on it: see normaliseRecord.
   */
  endRecord(line: number, isOdd: boolean): void;
  /** What came since the last record is not to become one. Called only where mistakes are passed over. */
  dropRecord?(): void;
}

/** What is known of a file once it has been read to its end. */
export interface FramedFile {
  readonly records: number;
  readonly bytes: number;
  /** Lines, a last one without newline included. */
  readonly lines: number;
  /**
   * True when the file is fit to be handed on untouched: each record has a line of its own (blank lines allowed), there is
   * no byte order mark, and no record is odd.
   */
  readonly fitAsIs: boolean;
  /** For each wanted key the spellings met, in this file and those before it, in the order they were met. */
  readonly spellings: ReadonlyMap<string, readonly string[]>;
}
