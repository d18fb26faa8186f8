import { printable } from '../errors.ts';
import { styled, thousands } from './output.ts';
import { cut, width } from './width.ts';

type Row = readonly unknown[];

/** How a table is laid out: the width of each column in characters of a terminal, and which hold numbers. */
export interface Layout {
  readonly columns: readonly string[];
  readonly widths: readonly number[];
  readonly right: readonly boolean[];
  /** Where lines are cut; Infinity where they are not. */
  readonly available: number;
}

const GAP = '  ';
/** No column of text is cut below this, and its name may take as much. */
const LEAST_WIDTH = 8;

/** An aligned table: numbers to the right, with separated thousands, text to the left. */
export function renderTable(columns: readonly string[], rows: readonly Row[]): string {
  const layout = layOut(columns, rows);
  return [...headOf(layout), ...rows.map((row) => lineOf(row, layout))].join('\n');
}

/** Lays a table out for these rows; where it is wider than `available`, its columns of text become narrower. */
export function layOut(columns: readonly string[], rows: readonly Row[], available = Number.POSITIVE_INFINITY): Layout {
  const right = columns.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column])));
  const widths = columns.map((name, column) =>
    rows.reduce((most, row) => Math.max(most, width(show(row[column]))), width(show(name))),
  );
  const room = available - GAP.length * (columns.length - 1);
  for (let most = Math.max(LEAST_WIDTH, ...widths); sum(widths) > room && most > LEAST_WIDTH; most -= 1) {
    for (const [column, wide] of widths.entries()) {
      widths[column] = right[column] === true ? wide : Math.min(wide, most - 1);
    }
  }
  return { columns, widths, right, available };
}

/** The lines above the rows. */
export function headOf(layout: Layout): readonly string[] {
  const { columns, widths, available } = layout;
  return [
    styled('bold', lineOf(columns, layout)),
    cut(widths.map((length) => '-'.repeat(length)).join(GAP), available),
  ];
}

/** A row as a line. What has no room in its column ends with …, but for numbers, which would become other ones. */
export function lineOf(row: Row, { widths, right, available }: Layout): string {
  const line = widths
    .map((length, column) => {
      const text = show(row[column]);
      const isCut = available !== Number.POSITIVE_INFINITY && !isNumeric(row[column]);
      return pad(isCut ? cut(text, length) : text, length, right[column] === true);
    })
    .join(GAP)
    .trimEnd();
  return cut(line, available);
}

/** A value for people. Control characters are shown as they are escaped in JSON; NULL is not an empty text. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return grouped(String(value));
  }
  const text = value === null ? 'NULL' : String(value ?? '');
  // JSON escapes only some of what a terminal obeys.
  return printable(text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1)));
}

/** `1234567.5` as `1,234,567.5`; a number with an exponent as it is. */
function grouped(text: string): string {
  const [whole = '', ...fraction] = text.split('.');
  return /^[-\d.]*$/.test(text) ? [thousands(whole), ...fraction].join('.') : text;
}

function isNumeric(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'bigint';
}

function pad(text: string, length: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, length - width(text)));
  return right ? blanks + text : text + blanks;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
