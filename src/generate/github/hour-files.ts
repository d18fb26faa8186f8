import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isoDate, MS_PER_HOUR } from '../calendar.ts';

const compress = promisify(gzip);

/** The files of a folder, one per hour, named and compressed as GH Archive does, for lines in chronological order. */
export class HourFiles {
  count = 0;
  bytes = 0;
  readonly #folder: string;
  #hour = Number.NaN;
  #lines: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds a line to its hour's file. Returns a promise only if a file is complete. */
  add(ts: number, line: string): Promise<void> | undefined {
    const hour = Math.floor(ts / MS_PER_HOUR);
    if (hour === this.#hour) {
      this.#lines.push(line);
      return undefined;
    }
    const written = this.close();
    this.#hour = hour;
    this.#lines = [line];
    return written;
  }

  /** Writes the last file. */
  async close(): Promise<void> {
    const lines = this.#lines;
    const ts = this.#hour * MS_PER_HOUR;
    this.#lines = [];
    if (lines.length === 0) return;
    const name = `${isoDate(ts)}-${new Date(ts).getUTCHours()}.json.gz`;
    const bytes = await compress(lines.map((line) => `${line}\n`).join(''));
    await writeFile(join(this.#folder, name), bytes, { flag: 'wx' });
    this.count += 1;
    this.bytes += bytes.length;
  }
}
