import type { Spool } from '../objects/spool.ts';
import { byName, type Copy } from '../pipeline/batches.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { judgeOf } from '../pipeline/rejects.ts';
import { membersOf } from '../records/json-text.ts';
import { normaliseValue, UnfitRecord } from '../records/normalise.ts';
import { kindOfColumn } from '../records/wanted-keys.ts';
import type { Column, Table } from '../sql/catalogue.ts';
import { RESCUED } from '../sql/design.ts';
import { lowerCase } from '../sql/fold.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { keyPath } from '../sql/key-paths.ts';
import { quoteIdentifier } from '../sql/render.ts';
import { isUnknown, type TableChange } from './compare.ts';

/** The column, and the key, of the text that a row has in `rescued` before the migration. */
export const BEFORE = 'starload_before';

/** What the texts in `rescued` say of new columns: a temporary table, and its rows. */
export type KeptValues = Copy;

/**
 * Reads what was kept of the keys of new columns, for rows whose files are gone. Each different text in `rescued` is one row,
 * with the values of the new columns and the text without them. A text whose values do not fit is left as it is. Undefined
 * if nothing was kept. Throws WarehouseError.
 */
export async function readKeptValues(
  { warehouse, signal }: Pick<LoadContext, 'warehouse' | 'signal'>,
  change: TableChange,
  paths: readonly JsonPath[] | undefined,
  spool: Spool,
): Promise<KeptValues | undefined> {
  const { table, found } = change;
  const labels = labelsOf(change, paths);
  if (labels.size === 0 || found?.columns.some(({ name }) => name === RESCUED) !== true) {
    return undefined;
  }
  const kept = keptTable(change, [...labels.values()]);
  const lineOf = takeFrom(labels, kept, paths === undefined);
  const file = spool.create(`${kept.name}.json`);
  let [records, bytes] = [0, 0];
  const rescued = quoteIdentifier(RESCUED);
  const sql = `SELECT DISTINCT ${rescued} FROM ${quoteIdentifier(table.name)} WHERE ${rescued} IS NOT NULL`;
  for await (const { rows } of warehouse.pages(sql)) {
    signal.throwIfAborted();
    const lines = rows.flatMap(([text]) => lineOf(String(text)) ?? []);
    const chunk = Buffer.from(lines.join(''));
    file.write(chunk);
    records += lines.length;
    bytes += chunk.length;
  }
  file.close();
  const part = { path: file.path, compression: 'none' as const, records, bytes, index: [] };
  return records === 0 ? undefined : { table: kept, parts: [part], mapping: byName(kept) };
}

/** The new columns by the names under which `rescued` has their keys. Only keys of the first level are looked for. */
function labelsOf(
  { table, columns }: TableChange,
  paths: readonly JsonPath[] | undefined,
): ReadonlyMap<string, Column> {
  const taking = table.columns.filter(({ hasDefault }) => !hasDefault);
  return new Map(
    columns.flatMap((one) => {
      const path = paths === undefined ? [one.column.name] : (paths[taking.indexOf(one.column)] ?? []);
      const [key] = path;
      const isFound = isUnknown(one) && path.length === 1 && typeof key === 'string';
      return isFound ? [[keyPath(key), one.column] as const] : [];
    }),
  );
}

function keptTable({ table }: TableChange, columns: readonly Column[]): Table {
  const text = (name: string): Column => ({
    name,
    type: 'varchar',
    sqlType: 'VARCHAR',
    maxBytes: 65_535,
    notNull: false,
    hasDefault: false,
    comment: undefined,
  });
  const values = columns.map((column) => ({ ...column, notNull: false }));
  return { ...table, name: `kept_${table.name}`, columns: [text(BEFORE), ...values, text(RESCUED)] };
}

/** Makes the row of a text; undefined if it has none of the keys, or a value that its column does not take. */
function takeFrom(
  labels: ReadonlyMap<string, Column>,
  kept: Table,
  foldsCase: boolean,
): (text: string) => string | undefined {
  const judge = judgeOf(kept, undefined);
  const spellings = new Map(kept.columns.map(({ name }) => [name, [name]]));
  const columnOf = (label: string) => labels.get(foldsCase ? lowerCase(label) : label);
  return (text) => {
    const taken = new Map<string, string>();
    const left: string[] = [];
    try {
      for (const { key, from, to } of membersOf(text, 0)) {
        const value = text.slice(from, to);
        const column = columnOf(JSON.parse(key));
        if (column === undefined) left.push(`${key}:${value}`);
        // A load refuses such a record.
        else if (taken.has(column.name)) return undefined;
        else taken.set(column.name, normaliseValue(value, kindOfColumn(column), column.name));
      }
    } catch (error) {
      if (error instanceof UnfitRecord) return undefined;
      throw error;
    }
    const members = [...taken].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    const rest = left.length === 0 ? [] : [`"${RESCUED}":${JSON.stringify(`{${left.join(',')}}`)}`];
    const record = `{${[`"${BEFORE}":${JSON.stringify(text)}`, ...members, ...rest].join(',')}}`;
    return taken.size === 0 || judge(record, spellings, true) !== undefined ? undefined : `${record}\n`;
  };
}
