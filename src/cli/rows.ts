import type { Pages } from '../warehouse/pages.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { inPieces } from './output.ts';

/**
 * An array of row objects, in pieces to print one after the other. It does not use JavaScript objects, because they
 * would move columns with integer names to the front. A repeated name gets a number.
 */
export async function* renderJson(pages: Pages): AsyncGenerator<string> {
  let before = '[\n';
  for await (const { columns, rows } of pages) {
    const keys = distinct(columns).map((name) => JSON.stringify(name));
    const objects = map(rows, (row) => {
      const object = `${before}  {${keys.map((key, column) => `${key}: ${jsonValue(row[column] ?? null)}`).join(', ')}}`;
      before = ',\n';
      return object;
    });
    yield* inPieces(objects);
  }
  yield before === ',\n' ? '\n]\n' : '[]\n';
}

/** RFC 4180, with a header, in pieces. NULL is an empty field, an empty text a quoted one. */
export async function* renderCsv(pages: Pages): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { columns, rows } of pages) {
    const lines = isFirst ? [columns, ...rows] : rows;
    yield* inPieces(map(lines, (line) => `${line.map(csvField).join(',')}\r\n`));
    isFirst = false;
  }
}

/** One text after the other, each created on demand. */
function* map<T>(all: Iterable<T>, textOf: (one: T) => string): Generator<string> {
  for (const one of all) {
    yield textOf(one);
  }
}

/** Integers beyond 2^53 become strings, because a JSON reader would round them. */
function jsonValue(value: Value): string {
  if (typeof value === 'bigint') {
    return JSON.stringify(String(value));
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return JSON.stringify(String(value));
  }
  return JSON.stringify(value);
}

function csvField(value: Value): string {
  if (value === null) {
    return '';
  }
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let candidate = name;
    for (let number = 2; taken.has(candidate); number += 1) {
      candidate = `${name}_${number}`;
    }
    taken.add(candidate);
    return candidate;
  });
}
