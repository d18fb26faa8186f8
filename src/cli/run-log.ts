import { constants, fstatSync, readSync, writeSync } from 'node:fs';
import { OwnFolder, withOwnFile } from './own-folder.ts';
import type { StepTime } from './step-times.ts';

/** A run that has ended, or a command that failed before its first run. */
export interface LoggedRun {
  /** When it ended, `2026-11-26T11:40:02Z`. */
  readonly time: string;
  readonly command: string;
  /** The warehouse's location; null if dwh.cfg was wrong. */
  readonly warehouse: string | null;
  readonly run_id: string | null;
  readonly seconds: number;
  readonly exit_code: number;
  /** How long its steps took, as far as it got; absent in entries of earlier releases. */
  readonly steps?: readonly StepTime[];
  /** Why it failed, without any value of the data; absent if it succeeded. */
  readonly message?: string;
}

/** If the log exceeds this size, only the newer half is kept. No more than this is ever read of it. */
const MOST_BYTES = 512 * 1024;

const FILE = 'runs.jsonl';

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT } = constants;

/**
 * The runs made with a dwh.cfg on this machine, one line of JSON each, in `.starload/runs.jsonl` beside it: how long
 * they took and why they failed, which the warehouse does not record
 * (docs/decisions/0023-failures-are-written-down-here.md).
 */
export class RunLog {
  readonly #folder: OwnFolder;

  constructor(configFile: string) {
    this.#folder = new OwnFolder(configFile);
  }

  get file(): string {
    return this.#folder.file(FILE);
  }

  /**
   * Adds a run. Does nothing if dwh.cfg is not a file, such as a pipe. Throws file system errors, also if the log is not
   * an ordinary file.
   */
  add(run: LoggedRun): void {
    if (!this.#folder.make()) {
      return;
    }
    const size = withOwnFile(this.file, O_RDWR | O_APPEND | O_CREAT, (descriptor) => {
      // A process that died, or a full disk, may have left half a line.
      const end = isAtLineEnd(descriptor) ? '' : '\n';
      // A single write at the end of the file, so that concurrent loaders do not mix their lines.
      writeSync(descriptor, `${end}${JSON.stringify(run)}\n`);
      return fstatSync(descriptor).size;
    });
    if (size > MOST_BYTES) {
      this.#cut();
    }
  }

  /**
   * The runs on a warehouse, oldest first, and failed commands that did not get as far as a warehouse. Skips lines that
   * are not entries.
   */
  read(warehouse: string): readonly LoggedRun[] {
    return this.#lines()
      .flatMap((line) => parse(line) ?? [])
      .filter((run) => run.warehouse === warehouse || run.warehouse === null);
  }

  /** Only entries of the newest MOST_BYTES are read, so a file that could not be cut does no harm. */
  #cut(): void {
    const lines = this.#lines();
    const newer = lines.slice(Math.ceil(lines.length / 2));
    try {
      this.#folder.replace(FILE, newer.map((line) => `${line}\n`).join(''));
    } catch {
      // The run is written down all the same.
    }
  }

  /** The newest lines. The first may be half a line, which is no entry. */
  #lines(): readonly string[] {
    try {
      return withOwnFile(this.file, O_RDONLY, lastText).split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }
}

function isAtLineEnd(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(descriptor, last, 0, 1, size - 1) === 0 || last.toString() === '\n';
}

function lastText(descriptor: number): string {
  const { size } = fstatSync(descriptor);
  const length = Math.min(size, MOST_BYTES);
  const bytes = Buffer.alloc(length);
  return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, length, size - length));
}

function parse(line: string): LoggedRun | undefined {
  try {
    const run = JSON.parse(line);
    const isWhole =
      [run.time, run.command].every((text) => typeof text === 'string') &&
      [run.seconds, run.exit_code].every(Number.isFinite) &&
      [run.warehouse, run.run_id].every((text) => text === null || typeof text === 'string') &&
      (run.message === undefined || typeof run.message === 'string') &&
      (run.steps === undefined || (Array.isArray(run.steps) && run.steps.every(isStepTime)));
    return isWhole ? run : undefined;
  } catch {
    return undefined;
  }
}

function isStepTime(value: Partial<StepTime> | null): boolean {
  return typeof value?.step === 'string' && Number.isFinite(value.seconds);
}
