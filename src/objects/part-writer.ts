import type { RecordSink } from './frame.ts';
import type { Part, PartIndexEntry } from './part.ts';
import { SourceLines } from './source-lines.ts';
import type { Spool, SpoolFile } from './spool.ts';

const BUFFER_BYTES = 1024 * 1024;
const NEWLINE = 10;

/**
 * Writes the records of many files into parts of about `partBytes`, one record a line, and keeps the way back from a
 * part's line to the source file and line.
 */
export class PartWriter implements RecordSink {
  readonly parts: Part[] = [];
  readonly #spool: Spool;
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;
  #file: SpoolFile | undefined;
  #bytes = 0;
  #records = 0;
  #index: PartIndexEntry[] = [];
  #source = '';
  #lines = new SourceLines();

  constructor(spool: Spool, prefix: string, partBytes: number) {
    this.#spool = spool;
    this.#prefix = prefix;
    this.#partBytes = partBytes;
  }

  /** The records that follow come from this file. */
  beginFile(source: string): void {
    this.#endSource();
    this.#source = source;
  }

  segment(chunk: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length > this.#buffer.length - this.#used) {
      this.#flush();
    }
    if (length > this.#buffer.length) {
      this.#target().write(chunk.subarray(from, to));
    } else {
      this.#buffer.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#used);
      this.#used += length;
    }
    this.#bytes += length;
  }

  endRecord(line: number): void {
    if (this.#used === this.#buffer.length) {
      this.#flush();
    }
    this.#buffer[this.#used++] = NEWLINE;
    this.#bytes += 1;
    this.#records += 1;
    this.#lines.add(line);
    if (this.#bytes >= this.#partBytes) {
      this.endPart();
    }
  }

  /** Finishes the current part, if it holds anything. */
  endPart(): void {
    this.#endSource();
    if (this.#records === 0) {
      return;
    }
    this.#flush();
    const file = this.#target();
    file.close();
    const { path } = file;
    this.parts.push({ path, compression: 'none', records: this.#records, bytes: this.#bytes, index: this.#index });
    this.#file = undefined;
    this.#bytes = 0;
    this.#records = 0;
    this.#index = [];
  }

  #endSource(): void {
    const { count } = this.#lines;
    if (count > 0) {
      const firstLine = this.#records - count + 1;
      this.#index.push({ file: this.#source, firstLine, records: count, ...this.#lines.take() });
    }
  }

  #target(): SpoolFile {
    this.#file ??= this.#spool.create(`${this.#prefix}-${this.parts.length + 1}.json`);
    return this.#file;
  }

  #flush(): void {
    if (this.#used > 0) {
      this.#target().write(this.#buffer.subarray(0, this.#used));
      this.#used = 0;
    }
  }
}
