import { UsageError } from '../errors.ts';
import { lowerCase } from '../sql/fold.ts';

/** Columns and the values that they must have. */
export type Condition = ReadonlyMap<string, string>;

const FORM = 'column = value, or column = value AND column = value';

/**
 * Reads `userid = 91` or `first = 'Ann' AND last = 'O''Hara'`. Only equality can be remembered without the value. Throws
 * UsageError, which shows nothing of the text: values may be personal data.
 */
export function parseCondition(text: string): Condition {
  const reader = new Reader(text);
  const values = new Map<string, string>();
  do {
    const column = lowerCase(reader.word('the name of a column'));
    if (values.has(column)) throw mistake('a column is there twice');
    reader.sign();
    values.set(column, reader.value());
  } while (reader.isMore());
  return values;
}

function mistake(what: string): UsageError {
  return new UsageError(`--where cannot be read: ${what}`, {
    next: `Write ${FORM}. A text in quotes may have blanks, a quote in it is written twice: --where "name = 'O''Hara'". Anything else than = cannot be remembered without the value.`,
  });
}

/** Reads a condition from left to right. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  word(what: string): string {
    this.#skip();
    const from = this.#at;
    while (/[A-Za-z0-9_]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    if (this.#at === from) throw this.#missing(what);
    return this.#text.slice(from, this.#at);
  }

  sign(): void {
    this.#skip();
    if (this.#text[this.#at] !== '=') throw this.#missing('=');
    this.#at += 1;
  }

  value(): string {
    this.#skip();
    if (this.#text[this.#at] === "'") return this.#quoted();
    const from = this.#at;
    while (this.#at < this.#text.length && !this.#isBlank() && !'=\'"'.includes(this.#text[this.#at] ?? ''))
      this.#at += 1;
    const value = this.#text.slice(from, this.#at);
    if (value === '') throw this.#missing('a value');
    if (value.toUpperCase() === 'NULL') throw mistake('nobody is known by a value that is missing');
    return value;
  }

  /** Whether AND follows. */
  isMore(): boolean {
    this.#skip();
    if (this.#at === this.#text.length) return false;
    const isAnd = this.#text.slice(this.#at, this.#at + 3).toUpperCase() === 'AND';
    this.#at += 3;
    if (!isAnd || !this.#isBlank()) {
      this.#at -= 3;
      throw this.#missing('AND, or the end');
    }
    return true;
  }

  #quoted(): string {
    const parts: string[] = [];
    do {
      const from = this.#at + 1;
      const to = this.#text.indexOf("'", from);
      if (to < 0) throw mistake('a quote is not closed');
      parts.push(this.#text.slice(from, to));
      this.#at = to + 1;
    } while (this.#text[this.#at] === "'");
    return parts.join("'");
  }

  #skip(): void {
    while (this.#isBlank()) this.#at += 1;
  }

  #isBlank(): boolean {
    return /\s/.test(this.#text[this.#at] ?? '');
  }

  #missing(what: string): UsageError {
    return mistake(`it lacks ${what} at character ${this.#at + 1}`);
  }
}
