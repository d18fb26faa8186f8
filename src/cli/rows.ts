import type { ResultSet, Value } from '../warehouse/warehouse.ts';

/**
 * One array of row objects. Written by hand, since an object of JavaScript would put columns named like integers first;
 * a name that comes twice gets a number.
 */
export function renderJson({ columns, rows }: ResultSet): string {
  const keys = distinct(columns).map((name) => JSON.stringify(name));
  const lines = rows.map(
    (row) => `  {${keys.map((key, column) => `${key}: ${jsonValue(row[column] ?? null)}`).join(', ')}}`,
  );
  return lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`;
}

/** RFC 4180, with a header; NULL is an empty field, an empty text a quoted one. */
export function renderCsv({ columns, rows }: ResultSet): string {
  return [columns.map(csvField), ...rows.map((row) => row.map(csvField))]
    .map((fields) => fields.join(','))
    .join('\r\n');
}

/** Integers beyond 2^53 become strings: a JSON reader would round them. */
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
