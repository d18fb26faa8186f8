import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cannotSpool } from './disk.ts';

/** A file that is being written in a spool. */
export interface SpoolFile {
  readonly path: string;
  write(bytes: Uint8Array): void;
  /** Truncates the file to `bytes` bytes. */
  cut(bytes: number): void;
  close(): void;
}

/** A run's folder for its parts. */
export class Spool {
  readonly name: string;
  readonly folder: string;
  readonly #root: string;
  readonly #needed: number | undefined;

  /**
   * Creates the folder, named after the run's id. `needed` is the approximate number of bytes. Throws StarloadError.
   */
  constructor(root: string, name: string, needed?: number) {
    this.name = name;
    this.folder = join(root, name);
    this.#root = root;
    this.#needed = needed;
    this.#attempt(() => mkdirSync(this.folder, { mode: 0o700 }));
  }

  /** Creates a file. Throws StarloadError, as every write does, e.g. if the disk is full. */
  create(name: string): SpoolFile {
    const path = join(this.folder, name);
    // Opened for appending, so that writes after a cut go to the new end of the file.
    const descriptor = this.#attempt(() => openSync(path, 'ax', 0o600));
    return {
      path,
      write: (bytes) => this.#attempt(() => writeAll(descriptor, bytes)),
      cut: (bytes) => this.#attempt(() => ftruncateSync(descriptor, bytes)),
      close: () => this.#attempt(() => closeSync(descriptor)),
    };
  }

  /** Truncates a closed file to `bytes` bytes; removes it if none are left. */
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

/** A write may accept fewer bytes than it was given. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}
