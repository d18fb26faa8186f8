import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const { O_NONBLOCK, O_NOFOLLOW } = constants;

/** The folder `.starload` beside a dwh.cfg, for what belongs to this machine and not to the warehouse. */
export class OwnFolder {
  readonly #configFile: string;
  readonly #folder: string;

  constructor(configFile: string) {
    this.#configFile = resolve(configFile);
    this.#folder = join(dirname(this.#configFile), '.starload');
  }

  /** The name of the dwh.cfg. */
  get configName(): string {
    return basename(this.#configFile);
  }

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Makes the folder. False if dwh.cfg is not a file, such as a pipe: then nothing is kept. Throws file system errors. */
  make(): boolean {
    if (statSync(this.#configFile, { throwIfNoEntry: false })?.isFile() !== true) {
      return false;
    }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return true;
  }

  /** Replaces a file of the folder, or leaves it as it was. Throws file system errors. */
  replace(name: string, text: string): void {
    const file = this.file(`${name}.${randomBytes(8).toString('hex')}.new`);
    try {
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      renameSync(file, this.file(name));
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  }
}

/**
 * Opens a file for an action and closes it. Throws if it is not an ordinary file: a pipe would wait for its other end,
 * and a symbolic link may lead to any file of this user.
 */
export function withOwnFile<T>(file: string, flags: number, action: (descriptor: number) => T): T {
  const descriptor = openSync(file, flags | O_NONBLOCK | O_NOFOLLOW, 0o600);
  try {
    if (!fstatSync(descriptor).isFile()) {
      throw new Error('it is not an ordinary file');
    }
    return action(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
