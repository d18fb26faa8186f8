import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A run that has ended, or a command that failed before it had one. */
export interface LoggedRun {
  /** When it ended, `2026-11-26T11:40:02Z`. */
  readonly time: string;
  readonly command: string;
  /** The warehouse's location; null where dwh.cfg was wrong. */
  readonly warehouse: string | null;
  readonly run_id: string | null;
  readonly seconds: number;
  readonly exit_code: number;
  /** Why it failed, without any value of the data; absent where it did not. */
  readonly message?: string;
}

/** The log is cut to the newer half when it is longer than this. */
const MOST_BYTES = 512 * 1024;

/**
 * The runs that were made with a dwh.cfg on this machine, a line of JSON each, in `.starload/runs.jsonl` beside it: how long
 * they took and why they failed, which the warehouse cannot tell (docs/decisions/0023-failures-are-written-down-here.md).
 */
export class RunLog {
  readonly #configFile: string;
  readonly #folder: string;

  constructor(configFile: string) {
    this.#configFile = configFile;
    this.#folder = join(dirname(resolve(configFile)), '.starload');
  }

  get file(): string {
    return join(this.#folder, 'runs.jsonl');
  }

  /** Adds a run. Does nothing where there is no dwh.cfg. Throws what the file system does. */
  add(run: LoggedRun): void {
    if (!existsSync(this.#configFile)) {
      return;
    }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // One write at the end of the file: loaders side by side do not mix their lines.
    appendFileSync(this.file, `${JSON.stringify(run)}\n`, { mode: 0o600 });
    if (statSync(this.file).size > MOST_BYTES) {
      this.#cut();
    }
  }

  /** The runs on a warehouse, oldest first, and those that did not get as far as one. What is no entry is passed over. */
  read(warehouse: string): readonly LoggedRun[] {
    return this.#lines()
      .flatMap((line) => parse(line) ?? [])
      .filter((run) => run.warehouse === warehouse || run.warehouse === null);
  }

  #cut(): void {
    const lines = this.#lines();
    const file = `${this.file}.${process.pid}.new`;
    const newer = lines.slice(Math.ceil(lines.length / 2));
    writeFileSync(file, newer.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(file, this.file);
  }

  #lines(): readonly string[] {
    try {
      return readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }
}

function parse(line: string): LoggedRun | undefined {
  try {
    const run = JSON.parse(line);
    const isWhole =
      [run.time, run.command].every((text) => typeof text === 'string') &&
      [run.seconds, run.exit_code].every((number) => typeof number === 'number') &&
      [run.warehouse, run.run_id].every((text) => text === null || typeof text === 'string') &&
      (run.message === undefined || typeof run.message === 'string');
    return isWhole ? run : undefined;
  } catch {
    return undefined;
  }
}
