import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';

/** A batch that was submitted, or is about to be, and whose end has not been seen. */
export interface JournalEntry {
  /** The statement's name, by which it can be found if its id is unknown. */
  readonly name: string;
  readonly warehouse: string;
  /** Absent if the process may have died between submitting the batch and learning its id. */
  readonly id?: string | undefined;
}

/** An entry read from the journal. */
export interface KeptEntry extends JournalEntry {
  /** The time it was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

const SUFFIX = '.journal.json';

/**
 * What this installation has submitted: one small file per batch. A restarted process waits for running batches instead
 * of submitting them again. A load runs even if the journal cannot be written: the ledger's guard still prevents
 * loading anything twice.
 */
export class Journal {
  readonly #folder: string;
  readonly #warn: (message: string) => void;

  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  /** Writes an entry atomically. Only its owner can read it. */
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

  /** Removes an entry. Does nothing if it does not exist. */
  remove(name: string): void {
    try {
      rmSync(this.#fileOf(name), { force: true });
    } catch (error) {
      this.#warn(`cannot clear the run journal: ${messageOf(error)}; the next command looks for this run once more`);
    }
  }

  /** The entries of a warehouse, in the order of their names, oldest first. */
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
