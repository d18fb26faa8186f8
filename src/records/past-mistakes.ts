import { MalformedJson } from './malformed-json.ts';

/** Receives the mistakes in a file that is read past them. */
export interface MistakeListener {
  /**
   * A malformed record that is one whole line of the file, so that it can be kept out alone. Called in the order of the
   * lines.
   */
  onMistake(mistake: MalformedJson): void;
  /**
   * The file's records cannot be separated, so the file is broken as a whole. Called at most once, as the last call for
   * the file. The reason says what is malformed, and why that cannot be kept out alone.
   */
  onBroken(mistake: MalformedJson): void;
}

/**
 * Why a malformed record cannot be kept out alone. `noRecord`: its line does not begin with it. `spread`: it continues
 * beyond its line. `unclosed`: it does not end with its line. `goesOn`: something follows it on the line. `inArray`: the
 * file is one array.
 */
export type NotAlone = 'noRecord' | 'spread' | 'unclosed' | 'goesOn' | 'inArray';

function explain(why: NotAlone): string {
  switch (why) {
    case 'noRecord':
      return 'the line does not begin with "{", so its records cannot be determined';
    case 'spread':
      return 'the record is not closed on the line on which it begins, so its end cannot be determined';
    case 'unclosed':
      return 'its quotes and brackets do not close at the end of the line, so the end of the record cannot be determined';
    case 'goesOn':
      return 'the line continues after the malformed record';
    case 'inArray':
      return 'the file is one array, which cannot be divided into records after a mistake';
  }
}

function explainStray(line: number): string {
  return `the record on line ${line} is not on a separate line, so lines do not separate the records of this file`;
}

/**
 * Decides which malformed records of a file can be kept out alone: those that are exactly one line, according to their
 * own quotes and brackets, in a file whose good records all have lines of their own. Otherwise the file is lost.
 */
export class PastMistakes {
  readonly #listener: MistakeListener;
  isLost = false;
  #pending: MalformedJson | undefined;
  /** The number of open brackets in the pending record. */
  #depth = 0;
  #firstKeptOut: MalformedJson | undefined;
  /** The first line with a good record that shares its line or extends beyond it. */
  #strayLine: number | undefined;

  constructor(listener: MistakeListener) {
    this.#listener = listener;
  }

  startFile(): void {
    this.isLost = false;
    this.#pending = undefined;
    this.#firstKeptOut = undefined;
    this.#strayLine = undefined;
  }

  /** Notes a good record that begins on this line and shares it, or ends on another line. */
  noteStray(line: number): void {
    this.#strayLine ??= line;
    if (this.#firstKeptOut !== undefined) this.#breakFile(this.#firstKeptOut, explainStray(line));
  }

  /** Notes a malformed record with `depth` open brackets. It is still unknown whether its line shows its end. */
  suspend(mistake: MalformedJson, depth: number): void {
    this.#pending = mistake;
    this.#depth = depth;
    if (this.#strayLine !== undefined) this.#breakFile(mistake, explainStray(this.#strayLine));
  }

  openBracket(): void {
    this.#depth += 1;
  }

  /** Returns true if it closed the record. */
  closeBracket(): boolean {
    this.#depth -= 1;
    return this.#depth === 0;
  }

  /** The line has ended with the malformed record. */
  keepOut(): void {
    const mistake = this.#pending as MalformedJson;
    this.#firstKeptOut ??= mistake;
    this.#listener.onMistake(mistake);
  }

  /** The line does not prove that it is exactly the malformed record. */
  giveUp(why: NotAlone): void {
    this.lose(this.#pending as MalformedJson, why);
  }

  /** The file is broken as a whole. */
  lose(mistake: MalformedJson, why: NotAlone): void {
    this.#breakFile(mistake, explain(why));
  }

  #breakFile(mistake: MalformedJson, why: string): void {
    this.isLost = true;
    this.#listener.onBroken(new MalformedJson({ ...mistake, reason: `${mistake.reason}; ${why}` }));
  }
}
