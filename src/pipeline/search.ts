import type { DataProblem } from '../errors.ts';
import { ContentReader } from '../objects/bytes.ts';
import { RecordFramer, type RecordSink } from '../objects/frame.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import type { Table } from '../sql/catalogue.ts';
import type { Mapping } from '../warehouse/warehouse.ts';
import { checkFields, type FieldText, readFields } from './record.ts';

/** The files of one staging table, to be searched for the records that are to blame. */
export interface Haystack {
  readonly table: Table;
  readonly mapping: Mapping;
  readonly store: ObjectStore;
  readonly objects: readonly SourceObject[];
}

/** Looks at a record's fields; what it returns is to blame. */
type Judge = (fields: readonly FieldText[]) => readonly { readonly column: string; readonly reason: string }[];

const EXCERPT_CHARACTERS = 160;

/** The records whose values do not fit their columns, up to a limit. */
export function findMisfits(haystack: Haystack, limit: number): Promise<readonly DataProblem[]> {
  return search(haystack, limit, (fields) => checkFields(fields, haystack.table));
}

/** The first record that holds a value in a column. */
export async function findValue(
  haystack: Haystack,
  column: string,
  value: string,
  reason: string,
): Promise<DataProblem | undefined> {
  const index = haystack.table.columns.filter(({ hasDefault }) => !hasDefault).findIndex(({ name }) => name === column);
  const wanted = withoutZeros(value);
  const found = await search(haystack, 1, (fields) => {
    const text = fields[index];
    return text !== undefined && (text === value || withoutZeros(text) === wanted) ? [{ column, reason }] : [];
  });
  return found[0];
}

/** `1540919166796.0` and `1540919166796` are the same whole number. */
function withoutZeros(text: string): string {
  return text.replace(/\.0+$/, '');
}

async function search(
  { table, mapping, store, objects }: Haystack,
  limit: number,
  judge: Judge,
): Promise<readonly DataProblem[]> {
  const found: DataProblem[] = [];
  for (const object of objects) {
    const collector = new RecordCollector((record, line) => {
      for (const { column, reason } of judge(readFields(record, table, mapping))) {
        found.push({ file: object.label, line, column, reason, excerpt: excerptOf(record) });
      }
    });
    const framer = new RecordFramer({ sink: collector });
    for await (const chunk of new ContentReader(store, object).content()) {
      framer.push(chunk);
      if (found.length >= limit) {
        return found.slice(0, limit);
      }
    }
  }
  return found;
}

/** Gathers a record's bytes and hands it on as text. */
class RecordCollector implements RecordSink {
  readonly #onRecord: (record: string, line: number) => void;
  #segments: Uint8Array[] = [];

  constructor(onRecord: (record: string, line: number) => void) {
    this.#onRecord = onRecord;
  }

  segment(chunk: Uint8Array, from: number, to: number): void {
    this.#segments.push(chunk.slice(from, to));
  }

  endRecord(line: number): void {
    this.#onRecord(Buffer.concat(this.#segments).toString('utf8'), line);
    this.#segments = [];
  }
}

function excerptOf(record: string): string {
  return record.length > EXCERPT_CHARACTERS ? `${record.slice(0, EXCERPT_CHARACTERS)}…` : record;
}
