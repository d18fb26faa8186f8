import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isoDate, MS_PER_DAY } from './calendar.ts';

/** The number of bytes to collect before writing. */
const CHUNK = 1 << 20;
/** Room for one more line; no line is nearly as long. */
const LINE = 1 << 16;

/** The log files of a folder, one per UTC day, for lines in chronological order. Only one file is open at a time. */
export class DayFiles {
  count = 0;
  bytes = 0;
  readonly #folder: string;
  readonly #chunk = Buffer.allocUnsafe(CHUNK + LINE);
  #used = 0;
  #file: FileHandle | undefined;
  #day = Number.NaN;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Adds an ASCII line to its day's file. Returns a promise only if there is something to wait for, which is once in
   * some thousand lines: awaiting every line would cost as much as creating it.
   */
  add(ts: number, line: string): Promise<void> | undefined {
    const day = Math.floor(ts / MS_PER_DAY);
    if (day !== this.#day) return this.#turnTo(day, line);
    this.#append(`\n${line}`);
    return this.#used < CHUNK ? undefined : this.#flush();
  }

  /** Writes the rest and closes the last file. */
  async close(): Promise<void> {
    const file = this.#file;
    try {
      await this.#flush();
    } finally {
      this.#file = undefined;
      await file?.close();
    }
  }

  async #turnTo(day: number, line: string): Promise<void> {
    await this.close();
    const date = isoDate(day * MS_PER_DAY);
    const path = join(this.#folder, date.slice(0, 4), date.slice(5, 7), `${date}-events.json`);
    await mkdir(dirname(path), { recursive: true });
    this.#file = await open(path, 'wx');
    this.#day = day;
    this.count += 1;
    this.#append(line);
  }

  /**
   * Copies each line at once: converting a one-megabyte string, joined from thousands, to bytes takes twice as long.
   */
  #append(text: string): void {
    this.#used += this.#chunk.write(text, this.#used, 'latin1');
  }

  async #flush(): Promise<void> {
    const bytes = this.#chunk.subarray(0, this.#used);
    this.#used = 0;
    // A handle's writeFile continues at the current position and writes every byte; its write may stop early.
    await this.#file?.writeFile(bytes);
    this.bytes += bytes.length;
  }
}
