import type { Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import type { FramedFile } from './framed.ts';
import { type FieldText, fieldReader } from './record.ts';

type Spellings = FramedFile['spellings'];

/**
 * Reads records' fields while their file is being framed. At that time only the spellings of keys met so far are known,
 * which suffices for the records so far.
 */
export function fieldsAsMet(
  table: Table,
  paths: readonly JsonPath[] | undefined,
  isKept?: () => boolean,
): (record: string, spellings: Spellings) => readonly FieldText[] {
  let known: { readonly spellings: Spellings; readonly count: number } | undefined;
  let read: ReturnType<typeof fieldReader>;
  return (record, spellings) => {
    const count = countOf(spellings);
    if (known?.spellings !== spellings || known.count !== count) {
      known = { spellings, count };
      read = fieldReader(table, paths, spellings, isKept);
    }
    return read(record);
  };
}

function countOf(spellings: Spellings): number {
  let count = 0;
  for (const met of spellings.values()) {
    count += met.length;
  }
  return count;
}
