import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';

/** A batch that has been, or is about to be, submitted and has not been seen to end. */
export interface JournalEntry {
  /** The statement's name, by which it can be found where its id is not known. */
  readonly name: string;
  readonly warehouse: string;
  /** Absent when the process may have died between submitting and learning the id. */
  readonly id?: string | undefined;
}

/** An entry as it was found. */
export interface KeptEntry extends JournalEntry {
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

const SUFFIX = '.journal.json';

/**
 * What this installation has submitted, one small file a batch, so that a process that is restarted waits for what runs
 * instead of submitting it again. A journal that cannot be written is no reason not to load: the ledger's guard still
 * keeps everything from being loaded twice.
 */
export class Journal {
  readonly #folder: string;
  readonly #warn: (message: string) => void;

  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  /** Writes an entry, whole or not at all, readable by its owner only. */
  write(entry: JournalEntry): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const file = this.#fileOf(entry.name);
      writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      this.#warn(`cannot write the run journal: ${messageOf(error)}; after a restart this run will not be found`);
    }
  }

  /** Removes an entry; does nothing when there is none. */
  remove(name: string): void {
    try {
      rmSync(this.#fileOf(name), { force: true });
    } catch (error) {
      this.#warn(`cannot clear the run journal: ${messageOf(error)}; the next command looks for this run once more`);
    }
  }

  /** The entries of a warehouse, oldest name first. */
  entries(warehouse: string): readonly KeptEntry[] {
    return this.#files()
      .map((file) => readEntry(join(this.#folder, file)))
      .filter((entry): entry is KeptEntry => entry?.warehouse === warehouse);
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#folder)
        .filter((name) => name.endsWith(SUFFIX))
        .sort();
    } catch {
      return [];
    }
  }

  #fileOf(name: string): string {
    return join(this.#folder, `${name.replaceAll(/[^\w.-]/g, '_')}${SUFFIX}`);
  }
}

function readEntry(file: string): KeptEntry | undefined {
  try {
    const { name, warehouse, id } = JSON.parse(readFileSync(file, 'utf8'));
    const isWhole = typeof name === 'string' && typeof warehouse === 'string';
    const writtenAt = statSync(file).mtimeMs;
    return isWhole ? { name, warehouse, writtenAt, ...(typeof id === 'string' ? { id } : {}) } : undefined;
  } catch {
    return undefined;
  }
}
