import type { Entry, Ini } from '../../src/config/ini.ts';
import type { ConfigProblem } from '../../src/errors.ts';

interface Draft {
  readonly section: string;
  readonly key: string;
  readonly line: number;
  readonly lines: string[];
  last: number;
}

interface Reading {
  readonly drafts: Draft[];
  readonly problems: ConfigProblem[];
  /** Where each section and each key of a section was first seen; Maps, so that `__proto__` is a name like any other. */
  readonly sections: Map<string, number>;
  readonly keys: Map<string, number>;
  section: string;
  draft: Draft | undefined;
  indent: number;
}

/**
 * The reader of dwh.cfg as it was before the package `ini` read it (docs/decisions/0002): what the reader of today must
 * give for any text.
 */
export function readIniFormerly(text: string): Ini {
  const reading: Reading = {
    drafts: [],
    problems: [],
    sections: new Map(),
    keys: new Map(),
    section: '',
    draft: undefined,
    indent: 0,
  };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) readLine(reading, line, index + 1);
  return { entries: reading.drafts.map(toEntry), problems: reading.problems };
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
  if (closed === '' || section === '' || !/^\s*([#;].*)?$/.test(rest)) {
    reading.problems.push({ line, message: 'this heading does not have the form [SECTION] on a separate line' });
  }
  const earlier = reading.sections.get(section.toLowerCase());
  if (earlier === undefined) reading.sections.set(section.toLowerCase(), line);
  else reading.problems.push({ section, line, message: twice(`[${section}]`, earlier, line) });
}

function readKey(reading: Reading, text: string, line: number): void {
  const at = text.search(/[=:]/);
  if (at < 1) {
    reading.problems.push({ line, message: 'this line is neither a [SECTION] nor KEY=value nor a # comment' });
    return;
  }
  const section = reading.section;
  if (reading.sections.size === 0 && reading.drafts.length === 0) {
    reading.problems.push({
      line,
      message: 'this key comes before the first heading: put [CLUSTER] or similar above it',
    });
  }
  const key = text.slice(0, at).trimEnd().toLowerCase();
  if (/\p{Cf}/u.test(key)) {
    reading.problems.push({
      section,
      line,
      message: 'this key contains an invisible character: type the line again',
    });
  }
  // `%` stays as it is, doubled or not: Python's scripts read the same files with interpolation and without, and a
  // password must not change because of a guess.
  reading.draft = { section, key, line, lines: [text.slice(at + 1).trim()], last: line };
  recordKey(reading, reading.draft);
}

function recordKey(reading: Reading, draft: Draft): void {
  const { section, key, line } = draft;
  const path = JSON.stringify([section.toLowerCase(), key]);
  const earlier = reading.keys.get(path);
  if (earlier !== undefined) {
    const name = key.toUpperCase();
    reading.problems.push({ section, key: name, line, message: twice(name, earlier, line) });
    return;
  }
  reading.keys.set(path, line);
  reading.drafts.push(draft);
}

function twice(name: string, earlier: number, line: number): string {
  return `${name} occurs twice, in lines ${earlier} and ${line}: keep one`;
}

function toEntry({ section, key, line, lines, last }: Draft): Entry {
  const value = lines.join('\n').trimEnd();
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
