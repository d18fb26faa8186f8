import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

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
  /** Why it failed, without any value of the data; absent if it succeeded. */
  readonly message?: string;
}

/** If the log exceeds this size, only the newer half is kept. */
const MOST_BYTES = 512 * 1024;

/**
 * The runs made with a dwh.cfg on this machine, one line of JSON each, in `.starload/runs.jsonl` beside it: how long
 * they took and why they failed, which the warehouse does not record
 * (docs/decisions/0023-failures-are-written-down-here.md).
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

  /** Adds a run. Does nothing if there is no dwh.cfg. Throws file system errors. */
  add(run: LoggedRun): void {
    if (!existsSync(this.#configFile)) {
      return;
    }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // A single write at the end of the file, so that concurrent loaders do not mix their lines.
    appendFileSync(this.file, `${JSON.stringify(run)}\n`, { mode: 0o600 });
    if (statSync(this.file).size > MOST_BYTES) {
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
