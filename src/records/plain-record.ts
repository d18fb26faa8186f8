import { type Column, loadedColumns, type Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import type { FramedFile } from './framed.ts';

type Spellings = FramedFile['spellings'];

/** A UTF-16 code unit takes at most three bytes in UTF-8. */
const BYTES_PER_UNIT = 3;

/**
 * Whether a record certainly fits its table. Most do, and this check costs a fraction of reading the fields as COPY
 * takes them. Use it only for records that are not odd; records whose paths lead below the first level are all odd.
 * False means that it is uncertain.
 */
export function plainFits(
  table: Table,
  paths: readonly JsonPath[] | undefined,
): (record: string, spellings: Spellings) => boolean {
  const columns = loadedColumns(table);
  return (record, spellings) => {
    const values = JSON.parse(record) as Record<string, unknown>;
    return columns.every((column, index) => {
      const candidates = paths === undefined ? spellings.get(column.name) : paths[index]?.slice(0, 1);
      const key = candidates?.find((spelling) => values[spelling] !== undefined);
      return fits(key === undefined ? null : values[key], column);
    });
  };
}

function fits(value: unknown, column: Column): boolean {
  if (value === null) {
    return !column.notNull;
  }
  switch (column.type) {
    case 'varchar':
      return typeof value === 'string' && value.length * BYTES_PER_UNIT <= (column.maxBytes ?? 0);
    case 'bigint':
      return typeof value === 'string'
        ? textFits(value, column)
        : Number.isSafeInteger(value) && isWithin(value as number, column);
    case 'double':
      return Number.isFinite(value);
    default:
      return false;
  }
}

function textFits(text: string, column: Column): boolean {
  return text === '' ? !column.notNull : /^\d{1,15}$/.test(text) && isWithin(Number(text), column);
}

function isWithin(value: number, { range }: Column): boolean {
  return range === undefined || (value >= range[0] && value <= range[1]);
}
