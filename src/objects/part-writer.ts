import { MAX_RECORD_BYTES } from '../records/frame.ts';
import type { RecordSink } from '../records/framed.ts';
import type { Rewrite } from '../records/rewrite.ts';
import { SourceLines } from '../records/source-lines.ts';
import type { Part, PartIndexEntry } from './part.ts';
import type { Spool, SpoolFile } from './spool.ts';

const BUFFER_BYTES = 1024 * 1024;
const NEWLINE = 10;
const TAB = 9;
const BLANK = 32;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
const COMMA = Buffer.from(',');
/** A line's number, and the brace that ends the record. */
const LINE_BYTES = 20;

export interface PartWriterOptions {
  readonly spool: Spool;
  /** The prefix of the parts' names; unique within the spool. */
  readonly prefix: string;
  /** A part ends after the record that brings it to this many bytes. */
  readonly partBytes: number;
  /** Rewrites odd records. */
  readonly rewrite: Rewrite;
}

/** What each record of a file gets as well: a text, and behind it the line on which the record begins. */
export interface Mark {
  /** Members of the record, the last without its value: `"file":3,"line":`. The records have no such keys. */
  readonly text: string;
  /** Whether a record goes without it that would become larger than a record may be. */
  readonly isOptional: boolean;
}

/** How much had been written when the current file began. */
interface Beginning {
  readonly parts: number;
  readonly bytes: number;
  readonly records: number;
  /** The length of the current part's index. */
  readonly entries: number;
}

const NO_MARK = { text: Buffer.alloc(0), mostBytes: 0 };

/**
 * Writes the records of many files into parts of about `partBytes`, one record per line, and keeps the mapping from a
 * part's lines to the source files and lines.
 */
export class PartWriter implements RecordSink {
  readonly parts: Part[] = [];
  readonly #spool: Spool;
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #rewrite: Rewrite;
  /** Whole records to write, followed by what has been read of the next one. */
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;
  #recordFrom = 0;
  #file: SpoolFile | undefined;
  #bytes = 0;
  #records = 0;
  #index: PartIndexEntry[] = [];
  #source = '';
  #mark: { readonly text: Buffer; readonly mostBytes: number } | undefined;
  #lines = new SourceLines();
  #made = 0;
  #beginning: Beginning = { parts: 0, bytes: 0, records: 0, entries: 0 };

  constructor({ spool, prefix, partBytes, rewrite }: PartWriterOptions) {
    this.#spool = spool;
    this.#prefix = prefix;
    this.#partBytes = partBytes;
    this.#rewrite = rewrite;
  }

  /** Starts a file: the records that follow come from it. Each gets the mark, if there is one. */
  beginFile(source: string, mark?: Mark): void {
    this.dropRecord();
    this.#endSource();
    this.#source = source;
    this.#mark = mark && {
      text: Buffer.from(mark.text),
      mostBytes: mark.isOptional ? MAX_RECORD_BYTES : Number.POSITIVE_INFINITY,
    };
    this.#beginning = {
      parts: this.parts.length,
      bytes: this.#bytes,
      records: this.#records,
      entries: this.#index.length,
    };
  }

  /** Removes all records since `beginFile`. */
  dropFile(): void {
    this.#lines.take();
    const { parts, bytes, records, entries } = this.#beginning;
    if (this.parts.length > parts) {
      this.#dropFromParts();
    } else {
      this.#flush();
      this.#file?.cut(bytes);
      this.#bytes = bytes;
      this.#records = records;
      this.#index.length = entries;
    }
  }

  segment(chunk: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.#makeRoom(length);
    this.#buffer.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#used);
    this.#used += length;
  }

  endRecord(line: number, isOdd: boolean): void {
    if (isOdd) {
      this.#writeAnew();
    }
    this.#addMark(line);
    this.#makeRoom(1);
    this.#buffer[this.#used++] = NEWLINE;
    this.#bytes += this.#used - this.#recordFrom;
    this.#recordFrom = this.#used;
    this.#records += 1;
    this.#lines.add(line);
    if (this.#bytes >= this.#partBytes) {
      this.endPart();
    }
  }

  dropRecord(): void {
    this.#used = this.#recordFrom;
  }

  /** Completes the current part, if it is not empty. */
  endPart(): void {
    this.#endSource();
    this.#flush();
    this.#file?.close();
    if (this.#file !== undefined && this.#records > 0) {
      const { path } = this.#file;
      this.parts.push({ path, compression: 'none', records: this.#records, bytes: this.#bytes, index: this.#index });
    }
    this.#file = undefined;
    this.#bytes = 0;
    this.#records = 0;
    this.#index = [];
  }

  /** Cuts the first part that ended within the file to its earlier length, and removes the others. */
  #dropFromParts(): void {
    this.endPart();
    const { parts, bytes, records, entries } = this.#beginning;
    const [first, ...others] = this.parts.splice(parts);
    for (const { path } of others) {
      this.#spool.cut(path, 0);
    }
    if (first !== undefined) {
      this.#spool.cut(first.path, bytes);
      if (records > 0) {
        this.parts.push({ ...first, bytes, records, index: first.index.slice(0, entries) });
      }
    }
  }

  #endSource(): void {
    const { count } = this.#lines;
    if (count > 0) {
      const firstLine = this.#records - count + 1;
      this.#index.push({ file: this.#source, firstLine, records: count, ...this.#lines.take() });
    }
  }

  #target(): SpoolFile {
    if (this.#file === undefined) {
      this.#made += 1;
      this.#file = this.#spool.create(`${this.#prefix}-${this.#made}.json`);
    }
    return this.#file;
  }

  /** Rewrites a record that engines could read differently, so that they do not. */
  #writeAnew(): void {
    const record = this.#buffer.toString('utf8', this.#recordFrom, this.#used);
    const bytes = Buffer.from(this.#rewrite(record));
    this.#used = this.#recordFrom;
    this.segment(bytes, 0, bytes.length);
  }

  /** Puts the mark, and the brace that ends the record, in the place of that brace. */
  #addMark(line: number): void {
    const { text, mostBytes } = this.#mark ?? NO_MARK;
    if (this.#used - this.#recordFrom + text.length + LINE_BYTES > mostBytes) {
      return;
    }
    const end = this.#buffer.lastIndexOf(CLOSING_BRACE, this.#used - 1);
    let last = end - 1;
    while (this.#buffer[last] === BLANK || this.#buffer[last] === TAB) {
      last -= 1;
    }
    this.#used = end;
    if (this.#buffer[last] !== OPENING_BRACE) {
      this.segment(COMMA, 0, 1);
    }
    this.segment(text, 0, text.length);
    this.#makeRoom(LINE_BYTES);
    this.#used += this.#buffer.write(`${line}}`, this.#used, 'latin1');
  }

  #makeRoom(length: number): void {
    if (length <= this.#buffer.length - this.#used) {
      return;
    }
    this.#flush();
    if (length > this.#buffer.length - this.#used) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + length));
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
  }

  /** Writes all whole records. */
  #flush(): void {
    if (this.#recordFrom > 0) {
      this.#target().write(this.#buffer.subarray(0, this.#recordFrom));
      this.#buffer.copyWithin(0, this.#recordFrom, this.#used);
      this.#used -= this.#recordFrom;
      this.#recordFrom = 0;
    }
  }
}
