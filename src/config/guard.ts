import type { ConfigProblem } from '../errors.ts';

/** A text that the package `ini` can read, and the lines that were left out because they cannot be read. */
export interface Guarded {
  readonly text: string;
  readonly problems: readonly ConfigProblem[];
}

/** A value and its lines, counted from 1. */
export interface Placed {
  readonly value: string;
  readonly line: number;
  readonly last: number;
}

interface Draft {
  readonly key: string;
  readonly line: number;
  readonly lines: string[];
  last: number;
}

interface Reading {
  /** Headings in their output form, and keys. */
  readonly written: (string | Draft)[];
  readonly problems: ConfigProblem[];
  /** The line of each heading. It is a Map, so that `__proto__` is a name like any other. */
  readonly sections: Map<string, number>;
  section: string;
  /** The key whose value an indented line continues. */
  draft: Draft | undefined;
  indent: number;
}

/**
 * Rewrites the text of a dwh.cfg for `ini`, by the rules of Python's configparser: one line for each heading and each
 * key. Names and values become hexadecimal digits, in which `ini` finds nothing to cut, unescape or convert
 * (docs/decisions/0024). A duplicate key is written twice. Never throws.
 */
export function guard(text: string): Guarded {
  const reading: Reading = {
    // Keys before the first heading belong to the section without a name.
    written: [headingOf('')],
    problems: [],
    sections: new Map(),
    section: '',
    draft: undefined,
    indent: 0,
  };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) readLine(reading, line, index + 1);
  return {
    text: reading.written.map((line) => (typeof line === 'string' ? line : pairOf(line))).join('\n'),
    problems: reading.problems,
  };
}

function headingOf(section: string): string {
  return `[${hide(section)}]`;
}

/** With the brackets `ini` lists all values of a duplicate key; otherwise it would keep only the last. */
function pairOf({ key, line, last, lines }: Draft): string {
  return `${hide(key)}[] = ${line}-${last}-${hide(lines.join('\n').trimEnd())}`;
}

/** The value that `ini` read, and its lines. */
export function revealValue(written: string): Placed {
  const [line, last, value = ''] = written.split('-');
  return { value: reveal(value), line: Number(line), last: Number(last) };
}

/** Hexadecimal digits of UTF-16, so that half a surrogate pair survives as well. */
function hide(text: string): string {
  return Buffer.from(text, 'utf16le').toString('hex');
}

/** The name that `ini` read. */
export function reveal(written: string): string {
  return Buffer.from(written, 'hex').toString('utf16le');
}

function readLine(reading: Reading, raw: string, line: number): void {
  const text = raw.trim();
  if (text.startsWith('#') || text.startsWith(';')) return;
  if (text === '') {
    reading.draft?.lines.push('');
    return;
  }
  const indent = raw.search(/\S/);
  if (reading.draft !== undefined && indent > reading.indent) {
    reading.draft.lines.push(text);
    reading.draft.last = line;
    return;
  }
  reading.indent = indent;
  if (text.startsWith('[')) readHeading(reading, text, line);
  else readKey(reading, text, line);
}

function readHeading(reading: Reading, text: string, line: number): void {
  const [, name = '', closed, rest = ''] = /^\[([^\]]*)(\]?)(.*)$/.exec(text) ?? [];
  const section = name.trim();
  reading.section = section;
  reading.draft = undefined;
  reading.written.push(headingOf(section));
  if (closed === '' || section === '' || !/^\s*([#;].*)?$/.test(rest)) {
    reading.problems.push({ line, message: 'this heading does not have the form [SECTION] on a separate line' });
  }
  const earlier = reading.sections.get(section.toLowerCase());
  if (earlier === undefined) reading.sections.set(section.toLowerCase(), line);
  else reading.problems.push({ section, line, message: twice(`[${section}]`, earlier, line) });
}

/** The message for something that is defined on two lines. */
export function twice(name: string, earlier: number, line: number): string {
  return `${name} occurs twice, in lines ${earlier} and ${line}: keep one`;
}

function readKey(reading: Reading, text: string, line: number): void {
  const at = text.search(/[=:]/);
  if (at < 1) {
    reading.problems.push({ line, message: 'this line is neither a [SECTION] nor KEY=value nor a # comment' });
    return;
  }
  if (reading.written.length === 1) {
    reading.problems.push({
      line,
      message: 'this key comes before the first heading: put [CLUSTER] or similar above it',
    });
  }
  const key = text.slice(0, at).trimEnd().toLowerCase();
  if (/\p{Cf}/u.test(key)) {
    reading.problems.push({
      section: reading.section,
      line,
      message: 'this key contains an invisible character: type the line again',
    });
  }
  // `%` stays unchanged, doubled or not: Python scripts read the same files with and without interpolation, and a guess
  // must not change a password.
  reading.draft = { key, line, lines: [text.slice(at + 1).trim()], last: line };
  reading.written.push(reading.draft);
}
