import { isWithin } from '../edits.ts';
import { StarloadError } from '../errors.ts';
import type { Table } from './catalogue.ts';
import { HEADS, type Head, type HeadPlace, headLines, isSourceName, listIn } from './heads.ts';
import { lineOf, type NamedSql } from './written.ts';

/** What a head is read with: what kind of file it is in, and the columns of the table. */
interface Headed {
  readonly place: HeadPlace;
  readonly columns?: readonly string[];
}

/** Heads of a table's file that have no effect. */
export function tableHeads({ role, create, select, columns }: Table): readonly StarloadError[] {
  const headed = { place: role, columns: columns.map(({ name }) => name) };
  const below = select === undefined ? [] : misplaced(select, headed, 0);
  return [...headMistakes(create, headed), ...below];
}

/**
 * Heads of a file that have no effect where they stand: misspelt, in the wrong kind of file, behind its beginning, or a second
 * time. Free text is none of these: a line counts only if what follows the word looks like the value of that head.
 */
export function headMistakes(file: NamedSql, headed: Headed): readonly StarloadError[] {
  return misplaced(file, headed, headLines(file.sql).length);
}

function misplaced(file: NamedSql, headed: Headed, end: number): readonly StarloadError[] {
  const seen = new Set<string>();
  return linesOf(file.sql).flatMap(({ line, at }) => {
    const found = readHead(line, headed, at < end);
    if (found === undefined) return [];
    const { head, isExact, value } = found;
    const isSecond = seen.has(head.word) && head.isRepeated !== true;
    seen.add(head.word);
    const proper = `"-- ${head.word}: ${value}"`;
    const where = lineOf(file, at);
    if (!head.places.includes(headed.place)) return [strange(where, head)];
    if (!isExact) {
      return [new StarloadError(`${where}: ${line.trim()} is read as a comment`, { next: `Write ${proper}.` })];
    }
    if (at >= end) {
      return [
        new StarloadError(`${where}: "-- ${head.word}:" has no effect behind the beginning of the file`, {
          next: `Write ${proper} in the first lines of the file.`,
        }),
      ];
    }
    return isSecond ? [second(where, head)] : [];
  });
}

function second(where: string, { word }: Head): StarloadError {
  return new StarloadError(`${where}: the file has a second line "-- ${word}:"`, {
    next: 'Write one such line with all of it.',
  });
}

function strange(where: string, { word, places }: Head): StarloadError {
  return new StarloadError(`${where}: "-- ${word}:" has no effect in this file`, {
    next: `Take the line away: it belongs to files of ${places.filter((one) => one !== 'control').join(', ')}.`,
  });
}

function linesOf(sql: string): readonly { readonly line: string; readonly at: number }[] {
  let at = 0;
  return sql.split('\n').map((line) => {
    const from = at;
    at += line.length + 1;
    return { line, at: from };
  });
}

interface Found {
  readonly head: Head;
  readonly value: string;
  /** Whether it is written as it must be. */
  readonly isExact: boolean;
}

/** The head that a line is, or is meant to be. At the beginning of a file, what is written as a head is one. */
function readHead(line: string, { place, columns = [] }: Headed, isAtHead: boolean): Found | undefined {
  const [, dashes, word = '', colon, value = ''] = LINE.exec(line) ?? [];
  const found = HEADS.map((head) => {
    const isExact = dashes === '-- ' && word === head.word && colon === ':';
    const said = colon === undefined ? withoutColon(head, line) : withColon(head, word, value);
    const isOwn = head.places.includes(place);
    const isFree = head.value === 'anything' && (!isOwn || colon === undefined);
    const isMeant =
      (isExact && isOwn && isAtHead) ||
      (!isFree && (isExact || isOwn) && looksLike(head, said ?? '', columns, isExact));
    return said === undefined || !isMeant ? undefined : { head, value: said, isExact };
  });
  return found.find((one) => one?.isExact) ?? found.find((one) => one !== undefined);
}

const LINE = /^(\s*--\s*)([a-z]+(?:[ _-][a-z]+)?)(\s*:)?\s*(.*)$/i;

/** The value of a line that begins with the head's word, without its colon. */
function withoutColon({ word }: Head, line: string): string | undefined {
  const text = line.replace(/^\s*--\s*/, '');
  const begins = /^\s*--/.test(line) && text.toLowerCase().startsWith(`${word} `);
  return begins ? text.slice(word.length).trim() : undefined;
}

/** The value of a line whose word is the head's, or a slip of it. */
function withColon({ word, value: kind, alike = [] }: Head, written: string, value: string): string | undefined {
  const long = kind === 'input' ? 3 : 2;
  const edits = word.length < 3 ? 0 : word.length < 8 ? 1 : long;
  const said = written.toLowerCase().replace(/[_-]/, ' ');
  return isWithin(edits, said, word) || alike.includes(said) ? value.trim() : undefined;
}

/** Whether a value can be that of the head. */
function looksLike(
  { value: kind, word, places }: Head,
  value: string,
  columns: readonly string[],
  isExact: boolean,
): boolean {
  switch (kind) {
    case 'columns':
      return value !== '' && listIn(value.toLowerCase()).every((name) => columns.includes(name));
    case 'source':
      return isSourceName(value);
    case 'table':
      return /^staging_[a-z0-9_]+$/.test(value);
    case 'input':
      return isInput(value, isExact ? undefined : columns);
    case 'severity':
      return /^(error|warning)$/i.test(value);
    case 'word':
      return places.includes('staging') && /^(s3:\/\/|\.?\/)\S+$/.test(value);
    case 'anything':
      return word.length >= 5 && value !== '';
  }
}

/** Whether it is `table as a, b`, with some of the columns if they are given: "orders as well" is free text. */
function isInput(value: string, columns: readonly string[] | undefined): boolean {
  const [, names] = /^\w+\s+as\s+(\w+(?:\s*,\s*\w+)*)$/i.exec(value) ?? [];
  return names !== undefined && listIn(names.toLowerCase()).every((name) => columns?.includes(name) ?? true);
}
