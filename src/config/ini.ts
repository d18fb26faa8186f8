import { parse } from 'ini';
import type { ConfigProblem } from '../errors.ts';
import { guard, type Placed, reveal, revealValue, twice } from './guard.ts';

/** One key of the file and its value. */
export interface Entry {
  /** As written; '' before the first heading. */
  readonly section: string;
  /** In lower case. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
  /** Why the value cannot be trusted, as the end of a sentence that begins with the key's name. */
  readonly fault?: string | undefined;
}

export interface Ini {
  readonly entries: readonly Entry[];
  readonly problems: readonly ConfigProblem[];
}

type Written = Pick<Entry, 'section' | 'key'> & Placed;

/**
 * Reads the text of a dwh.cfg with the package `ini`, by the rules of Python's configparser (docs/decisions/0024).
 * Never throws: what it cannot read is in `problems`, and a value it cannot trust has a `fault`. No message quotes the
 * text, which may be half a password.
 */
export function readIni(text: string): Ini {
  const guarded = guard(text);
  const [written, repeats] = split(writtenIn(parse(guarded.text)));
  return {
    entries: written.map(toEntry),
    problems: [...guarded.problems, ...repeats].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}

/** The result of `ini` for a guarded text: the values of each key of each section. */
type Sections = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The keys and values in the order of their lines. */
function writtenIn(sections: Sections): Written[] {
  return Object.entries(sections)
    .flatMap(([section, keys]) =>
      Object.entries(keys).flatMap(([key, values]) =>
        values.map((value) => ({ section: reveal(section), key: reveal(key), ...revealValue(value) })),
      ),
    )
    .sort((a, b) => a.line - b.line);
}

/** The first of each key of a section, and a problem for each duplicate. */
function split(written: readonly Written[]): [Written[], ConfigProblem[]] {
  const first = new Map<string, Written>();
  const repeats: ConfigProblem[] = [];
  for (const each of written) {
    const { section, key, line } = each;
    const path = JSON.stringify([section.toLowerCase(), key]);
    const earlier = first.get(path);
    if (earlier === undefined) first.set(path, each);
    else {
      const name = key.toUpperCase();
      repeats.push({ section, key: name, line, message: twice(name, earlier.line, line) });
    }
  }
  return [[...first.values()], repeats];
}

function toEntry({ section, key, value, line, last }: Written): Entry {
  return { section, key, line, ...(value.includes('\n') ? { value, fault: runsOver(line, last) } : unquote(value)) };
}

function runsOver(first: number, last: number): string {
  return `runs over several lines (${first} to ${last}), because an indented line continues the value above it: write the value on one line and remove the indentation`;
}

function unquote(value: string): { value: string; fault?: string } {
  const [first, last] = [value.at(0), value.at(-1)];
  if (value.length > 1 && first === last && isQuote(first)) return { value: value.slice(1, -1) };
  if (!isQuote(first) && !isQuote(last)) return { value };
  if (isQuote(first) && new RegExp(`^${first}[^${first}]*${first}\\s*[#;]`).test(value)) {
    return {
      value,
      fault: 'has a comment after it, which counts as part of the value: put the comment on a separate line',
    };
  }
  const fault = `begins or ends with an unpaired quote: close it or delete it, or, if it is part of the value, wrap the whole value in the other kind of quote`;
  return { value, fault };
}

function isQuote(character: string | undefined): boolean {
  return character === "'" || character === '"';
}
