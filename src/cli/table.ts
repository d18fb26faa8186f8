import { styled } from './output.ts';

/** An aligned table: numbers to the right, text to the left. Control characters are shown as they are escaped in JSON. */
export function renderTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(show));
  const widths = columns.map((name, column) => Math.max(width(name), ...cells.map((row) => width(row[column] ?? ''))));
  const right = columns.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, right[column] === true))
      .join('  ')
      .trimEnd();
  const head = styled('bold', line(columns.map(show)));
  const rule = widths.map((length) => '-'.repeat(length)).join('  ');
  return [head, rule, ...cells.map(line)].join('\n');
}

function show(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

function isNumeric(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'bigint';
}

/** Characters, not columns of a terminal: wide scripts are a little off. */
function width(text: string): number {
  return [...text].length;
}

function pad(text: string, length: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, length - width(text)));
  return right ? blanks + text : text + blanks;
}
