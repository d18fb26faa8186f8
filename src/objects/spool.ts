import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, StarloadError } from '../errors.ts';

/** A file being written in a spool. */
export interface SpoolFile {
  readonly path: string;
  write(bytes: Uint8Array): void;
  close(): void;
}

/**
 * Makes a private folder for this process's spools below the system's folder for temporary files (TMPDIR). Throws
 * StarloadError.
 */
export function makeSpoolRoot(): string {
  return attempt(tmpdir(), () => mkdtempSync(join(tmpdir(), 'starload-')));
}

/** Removes a folder of spools; does nothing when it is gone. */
export function removeSpoolRoot(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

/** A run's folder for its parts. */
export class Spool {
  readonly folder: string;

  /** Makes the folder. Throws StarloadError. */
  constructor(root: string, name: string) {
    this.folder = join(root, name);
    attempt(this.folder, () => mkdirSync(this.folder, { mode: 0o700 }));
  }

  /** Creates a file. Throws StarloadError, as every write does, e.g. when the disk is full. */
  create(name: string): SpoolFile {
    const path = join(this.folder, name);
    const descriptor = attempt(path, () => openSync(path, 'wx', 0o600));
    return {
      path,
      write: (bytes) => attempt(path, () => writeAll(descriptor, bytes)),
      close: () => attempt(path, () => closeSync(descriptor)),
    };
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
