import type { RecordSink } from './framed.ts';

/** Collects each record's bytes and passes them on once the record is complete, with the line on which it began. */
export class WholeRecords implements RecordSink {
  readonly #onRecord: (record: Buffer, line: number, isOdd: boolean) => void;
  #segments: Uint8Array[] = [];

  constructor(onRecord: (record: Buffer, line: number, isOdd: boolean) => void) {
    this.#onRecord = onRecord;
  }

  segment(chunk: Uint8Array, from: number, to: number): void {
    this.#segments.push(chunk.slice(from, to));
  }

  endRecord(line: number, isOdd: boolean): void {
    const record = Buffer.concat(this.#segments);
    this.#segments = [];
    this.#onRecord(record, line, isOdd);
  }

  dropRecord(): void {
    this.#segments = [];
  }
}
