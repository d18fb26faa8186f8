import type { RecordSink } from './framed.ts';

/** Gathers each record's bytes and hands them on once it is complete, with the line it began on. */
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
