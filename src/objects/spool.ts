import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cannotSpool } from './disk.ts';

/** A file being written in a spool. */
export interface SpoolFile {
  readonly path: string;
  write(bytes: Uint8Array): void;
  /** Takes back what was written beyond so many bytes. */
  cut(bytes: number): void;
  close(): void;
}

/** A run's folder for its parts. */
export class Spool {
  readonly name: string;
  readonly folder: string;
  readonly #root: string;
  readonly #needed: number | undefined;

  /** Makes the folder; the run's id is its name. About so many bytes will be `needed`. Throws StarloadError. */
  constructor(root: string, name: string, needed?: number) {
    this.name = name;
    this.folder = join(root, name);
    this.#root = root;
    this.#needed = needed;
    this.#attempt(() => mkdirSync(this.folder, { mode: 0o700 }));
  }

  /** Creates a file. Throws StarloadError, as every write does, e.g. when the disk is full. */
  create(name: string): SpoolFile {
    const path = join(this.folder, name);
    // Appending, so that what follows a cut is written where the file ends then.
    const descriptor = this.#attempt(() => openSync(path, 'ax', 0o600));
    return {
      path,
      write: (bytes) => this.#attempt(() => writeAll(descriptor, bytes)),
      cut: (bytes) => this.#attempt(() => ftruncateSync(descriptor, bytes)),
      close: () => this.#attempt(() => closeSync(descriptor)),
    };
  }

  /** Takes back what was written of a closed file beyond so many bytes; with none left, the file. */
  cut(path: string, bytes: number): void {
    this.#attempt(() => (bytes === 0 ? rmSync(path) : truncateSync(path, bytes)));
  }

  /** Removes the folder with everything in it. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw cannotSpool(dirname(this.#root), cause, this.#needed);
    }
  }
}

/** A write may take less than it was given. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}
