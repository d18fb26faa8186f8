import { printable } from '../errors.ts';
import { styled, thousands } from './output.ts';
import { cut, width, wrapped } from './width.ts';

type Row = readonly unknown[];

/** A table's layout: the width of each column in terminal characters, and which columns hold numbers. */
export interface Layout {
  readonly columns: readonly string[];
  readonly widths: readonly number[];
  readonly right: readonly boolean[];
  /** Where lines are cut; Infinity if they are not. */
  readonly available: number;
}

const GAP = '  ';
/** Text columns are not narrowed below this width. Values and names up to this width are never wrapped. */
const LEAST_WIDTH = 8;
/** The minimum width of text of several words. */
const LEAST_LAST_WIDTH = 24;

/**
 * An aligned table: numbers on the right, with thousands separators, text on the left. On a narrower terminal text is
 * wrapped at blanks. If that is not enough, each value gets a line of its own.
 */
export function renderTable(columns: readonly string[], rows: readonly Row[], available = terminalWidth()): string {
  const layout = layOut(columns, rows);
  const widths = narrowed(layout, wordsOf(columns, rows), available);
  return widths === undefined
    ? rows.map((row) => recordLines(columns, row).join('\n')).join('\n\n')
    : [...headOf({ ...layout, widths }), ...rows.flatMap((row) => linesOf(row, { ...layout, widths }))].join('\n');
}

function terminalWidth(): number {
  return process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** The longest unbreakable part in each column. A terminal may wrap the last column, so that one needs less. */
function wordsOf(columns: readonly string[], rows: readonly Row[]): readonly number[] {
  return columns.map((name, column) => {
    const longest = [name, ...rows.map((row) => row[column])]
      .flatMap((value) => (width(show(value)) <= LEAST_WIDTH ? [show(value)] : show(value).split(' ')))
      .reduce((most, word) => Math.max(most, width(word)), 0);
    return column === columns.length - 1 ? Math.min(longest, LEAST_LAST_WIDTH) : longest;
  });
}

/** Widths that fit, each at least its minimum; the widest columns are narrowed first. Undefined if nothing fits. */
function narrowed({ widths }: Layout, least: readonly number[], available: number): readonly number[] | undefined {
  const fitting = [...widths];
  const room = available - GAP.length * (widths.length - 1);
  while (sum(fitting) > room) {
    const spare = fitting.map((wide, column) => (wide > (least[column] ?? 0) ? wide : 0));
    const widest = Math.max(...spare);
    if (widest === 0) {
      return undefined;
    }
    fitting[spare.indexOf(widest)] = widest - 1;
  }
  return fitting;
}

/** A row as lines: a value that is longer than its column continues below. */
function linesOf(row: Row, layout: Layout): readonly string[] {
  const cells = layout.widths.map((length, column) => wrapped(show(row[column]), length));
  const height = Math.max(...cells.map((cell) => cell.length));
  const padded = (text: string, column: number) => pad(text, layout.widths[column] ?? 0, layout.right[column] === true);
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => padded(cell[line] ?? '', column))
      .join(GAP)
      .trimEnd(),
  );
}

/** A row with each value on a line of its own, after its name. */
export function recordLines(columns: readonly string[], row: Row): readonly string[] {
  const most = columns.reduce((longest, name) => Math.max(longest, width(show(name))), 0);
  return columns.map((name, column) => `${pad(show(name), most, false)}  ${show(row[column])}`.trimEnd());
}

/** Computes the layout for these rows. If the table is wider than `available`, its text columns are narrowed. */
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

/** The header lines above the rows. */
export function headOf(layout: Layout): readonly string[] {
  const { columns, widths, available } = layout;
  const names = available === Number.POSITIVE_INFINITY ? linesOf(columns, layout) : [lineOf(columns, layout)];
  return [
    ...names.map((line) => styled('bold', line)),
    cut(widths.map((length) => '-'.repeat(length)).join(GAP), available),
  ];
}

/**
 * A row as a line. A value that does not fit its column ends with …, except numbers, which would become other numbers.
 */
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

/** A value for display. Control characters are escaped as in JSON; NULL differs from an empty text. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return grouped(String(value));
  }
  const text = value === null ? 'NULL' : String(value ?? '');
  // JSON escapes only some of the characters that a terminal interprets.
  return printable(text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1)));
}

/** `1234567.5` as `1,234,567.5`; a number with an exponent stays unchanged. */
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
