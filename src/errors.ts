/**
 * Options of every error. `next` says what to do now. `cause` is the error it was made from. `outcome` is the result of
 * the work, such as `nothing was loaded`, if known.
 */
export interface ErrorOptionsWithNext {
  readonly next?: string | undefined;
  readonly cause?: unknown;
  readonly outcome?: string | undefined;
}

/** The runs of a load that are committed although a later one failed. */
export interface Committed {
  /** The common prefix of their ids. For a replay, in which runs keep their old ids, the id of the last one. */
  readonly run_id: string;
  readonly runs: number;
  /** How many runs the load was split into. */
  readonly of: number;
  /** The number of files loaded. */
  readonly files: number;
  readonly records: number;
  /** The number of records that were kept out, including those of files that were set aside. */
  readonly rejected: number;
}

/**
 * An error for display: `message` says what happened and where, `next` what to do about it. Subclasses exist only where
 * a caller handles them differently: an exit code, a retry, planning again.
 */
export class StarloadError extends Error {
  /** The process's exit code if this error ends it (docs/output.md). */
  readonly exitCode: number = 1;
  readonly next: string | undefined;
  /** The message's first line without the outcome. */
  protected readonly what: string;
  protected readonly outcome: string | undefined;
  #committed: Committed | undefined;

  constructor(message: string, options: ErrorOptionsWithNext = {}) {
    const [what = '', ...list] = message.split('\n');
    super(withOutcome(what, options.outcome, list), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.next = options.next;
    this.what = what;
    this.outcome = options.outcome;
  }

  /** The runs of the load that were committed before this error ended it; undefined if there are none. */
  get committed(): Committed | undefined {
    return this.#committed;
  }

  /** The same error without excerpts and values of the data, which may be personal. */
  withoutExcerpts(): StarloadError {
    return this;
  }

  /** Makes the message describe the whole load: its last run failed, and the committed ones stay. Returns the error. */
  afterCommitting(committed: Committed): this {
    const rest = this.outcome === undefined ? '' : '; the others are not loaded';
    this.#committed = committed;
    this.message = withOutcome(this.what, `${describeCommitted(committed)}${rest}`, this.message.split('\n').slice(1));
    return this;
  }

  /** The message's first line: what happened, without the list of problems. */
  get headline(): string {
    return this.message.split('\n')[0] ?? '';
  }
}

/** `run 1 of 3 is committed and stays (12 files, 300 records)`. */
export function describeCommitted({ runs, of, files, records, rejected }: Committed): string {
  const which =
    runs === 1 ? `run 1 of ${of} is committed and stays` : `runs 1 to ${runs} of ${of} are committed and stay`;
  const kept = rejected === 0 ? '' : `, ${rejected} rejected`;
  return `${which} (${files} ${files === 1 ? 'file' : 'files'}, ${records} ${records === 1 ? 'record' : 'records'}${kept})`;
}

function withOutcome(what: string, outcome: string | undefined, list: readonly string[]): string {
  return [outcome === undefined ? what : `${what}; ${outcome}`, ...list].join('\n');
}

/** The command line is wrong. Exit code 2. */
export class UsageError extends StarloadError {
  override readonly exitCode = 2;
}

/** One mistake in a configuration file. `line` counts from 1 and is absent if something is missing altogether. */
export interface ConfigProblem {
  readonly section?: string | undefined;
  readonly key?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
}

/** The configuration is wrong: all mistakes of the file at once, up to MAX_PROBLEMS. Exit code 2. */
export class ConfigError extends StarloadError {
  override readonly exitCode = 2;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options: ErrorOptionsWithNext = {}) {
    super(
      `${file}: ${problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`}\n${listProblems(problems)}`,
      {
        next: options.next ?? 'Fix the lines listed above. dwh.cfg.example documents every key.',
        cause: options.cause,
      },
    );
    this.problems = problems.slice(0, MAX_PROBLEMS);
  }
}

/** A refused record, file or row. `line` counts from 1; `column` is a character position or a column's name. */
export interface DataProblem {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: string | number | undefined;
  readonly reason: string;
  /** The reason without any value of the data, if `reason` contains one. */
  readonly plain?: string | undefined;
  readonly excerpt?: string | undefined;
}

/** A problem without its excerpt and without values. */
export function withoutValues({ excerpt, plain, ...problem }: DataProblem): DataProblem {
  return { ...problem, reason: plain ?? problem.reason };
}

/** Further problems are counted, not listed. */
export const MAX_PROBLEMS = 20;

/** The data was refused, and nothing of its run was loaded. Exit code 3. */
export class DataError extends StarloadError {
  override readonly exitCode = 3;
  readonly problems: readonly DataProblem[];

  constructor(message: string, problems: readonly DataProblem[], options: ErrorOptionsWithNext = {}) {
    super(problems.length === 0 ? message : `${message}\n${problems.map(describeDataProblem).join('\n')}`, options);
    this.problems = problems;
  }
  /** The same error without excerpts and values, which may be personal data. */
  override withoutExcerpts(): DataError {
    const problems = this.problems.map(withoutValues);
    const error = new DataError(this.what, problems, { next: this.next, outcome: this.outcome });
    return this.committed === undefined ? error : error.afterCommitting(this.committed);
  }
}

/**
 * The command has printed its result, and the result is bad. Only this message and the exit code are left to report.
 */
export class BadResult extends StarloadError {
  override readonly exitCode: number;

  constructor(exitCode: number, message: string, options: ErrorOptionsWithNext = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The signals that stop a command, and its exit code for each. */
export const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof STOP_SIGNALS;

/** The user, or the system, asked the process to stop. Exit code 130 or 143. */
export class InterruptedError extends StarloadError {
  override readonly exitCode: number;
  readonly signal: StopSignal;

  constructor(signal: StopSignal, outcome: string, options: ErrorOptionsWithNext = {}) {
    super(`stopped by ${signal}${outcome}`, options);
    this.signal = signal;
    this.exitCode = STOP_SIGNALS[signal];
  }
}

function listProblems(problems: readonly ConfigProblem[]): string {
  const listed = problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${describePlace(problem)}${problem.message}`);
  const more = problems.length - listed.length;
  return [...listed, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

/** The place of a configuration mistake, to put before its message. */
export function describePlace({ section, key, line }: ConfigProblem): string {
  const name = [section === undefined ? '' : `[${section}]`, key ?? ''].filter(Boolean).join(' ');
  const at = line === undefined ? '' : `line ${line}`;
  const place = [at, name].filter(Boolean).join(', ');
  return place === '' ? '' : `${place}: `;
}

/** A refused record: file, line, column and reason on one line, and the excerpt below it. */
export function describeDataProblem({ file, line, column, reason, excerpt }: DataProblem): string {
  const place = [
    file,
    line === undefined ? undefined : `line ${line}`,
    column === undefined ? undefined : `column ${typeof column === 'string' ? JSON.stringify(column) : column}`,
  ];
  const where = place.filter((part) => part !== undefined).join(', ');
  const shown = excerpt === undefined || excerpt.trim() === '' ? '' : `\n    ${excerpt}`;
  return `  ${where === '' ? '' : `${where}: `}${reason}${shown}`;
}

/** The message of anything that can be thrown. An error of a native module need not be an Error of this realm. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Control characters, line separators, and characters that change the direction of the following text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** A name or a line made safe for printing: it cannot break a line, change the text direction or control a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
