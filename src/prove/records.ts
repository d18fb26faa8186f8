import { loadedColumns, type Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';

/** A record of a source, as parseRecord gives it. */
export type SourceRecord = Readonly<{ [key: string]: unknown }>;

/** Reads and replaces the values that fill the columns of a staging table. */
export class Fields {
  readonly #paths: ReadonlyMap<string, JsonPath | undefined>;

  /** `paths` are those of a jsonpaths file; without them, keys match columns in any case. */
  constructor(table: Table, paths: readonly JsonPath[] | undefined) {
    this.#paths = new Map(loadedColumns(table).map(({ name }, at) => [name, paths?.[at]]));
  }

  get columns(): readonly string[] {
    return [...this.#paths.keys()];
  }

  /** The value for a column; undefined if the record has none. */
  value(record: SourceRecord, column: string): unknown {
    return this.#pathIn(record, column).reduce<unknown>((value, key) => (value as SourceRecord | null)?.[key], record);
  }

  /** The record with another value for a column. What the record does not have stays away. */
  with(record: SourceRecord, column: string, value: unknown): SourceRecord {
    const path = this.#pathIn(record, column);
    return this.value(record, column) === undefined ? record : (replaced(record, path, value) as SourceRecord);
  }

  #pathIn(record: SourceRecord, column: string): JsonPath {
    const path = this.#paths.get(column);
    return path ?? [Object.keys(record).find((key) => key.toLowerCase() === column) ?? column];
  }
}

function replaced(value: unknown, [key, ...rest]: JsonPath, by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const inner = replaced((value as SourceRecord)[key], rest, by);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...(value as SourceRecord), [key]: inner };
}
