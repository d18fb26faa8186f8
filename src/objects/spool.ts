import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, StarloadError } from '../errors.ts';

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

  /** Makes the folder; the run's id is its name. Throws StarloadError. */
  constructor(root: string, name: string) {
    this.name = name;
    this.folder = join(root, name);
    attempt(this.folder, () => mkdirSync(this.folder, { mode: 0o700 }));
  }

  /** Creates a file. Throws StarloadError, as every write does, e.g. when the disk is full. */
  create(name: string): SpoolFile {
    const path = join(this.folder, name);
    // Appending, so that what follows a cut is written where the file ends then.
    const descriptor = attempt(path, () => openSync(path, 'ax', 0o600));
    return {
      path,
      write: (bytes) => attempt(path, () => writeAll(descriptor, bytes)),
      cut: (bytes) => attempt(path, () => ftruncateSync(descriptor, bytes)),
      close: () => attempt(path, () => closeSync(descriptor)),
    };
  }

  /** Takes back what was written of a closed file beyond so many bytes; with none left, the file. */
  cut(path: string, bytes: number): void {
    attempt(path, () => (bytes === 0 ? rmSync(path) : truncateSync(path, bytes)));
  }

  /** Removes the folder with everything in it. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A write may take less than it was given. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new StarloadError(`cannot write ${path}: ${messageOf(cause)}`, {
      next: 'Free some space there, or point TMPDIR to a disk that has it.',
      cause,
    });
  }
}
