import type { IsForgotten } from '../objects/bundle.ts';
import type { Part } from '../objects/part.ts';
import type { Spool } from '../objects/spool.ts';
import type { Table } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import type { Value } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';
import { rejectRow } from './forget-batch.ts';
import { spellingsIn } from './forgets.ts';

/** Bad records that are certainly theirs, and those of which nobody can tell. */
export interface ForgottenRejects {
  readonly gone: number;
  readonly hidden: number;
  /** The rows that say which (`rejectRow`); absent if there are none. */
  readonly part: Part | undefined;
}

/** Whose a bad record is, as far as its excerpt shows. */
export interface Deciding {
  readonly isForgotten: IsForgotten;
  /** Whether a text has every column that tells whose a record is. */
  readonly isComplete: IsForgotten;
}

/**
 * Decides for each bad record of a staging table whose text was kept: it goes if it is theirs; its text is removed if that
 * cannot be told, because it is malformed, or cut before the columns that tell it. Throws WarehouseError.
 */
export async function decideRejects(
  { warehouse, signal }: LoadContext,
  table: Table,
  deciding: Deciding,
  spool: Spool,
): Promise<ForgottenRejects> {
  const sql = `SELECT r.run_id, r.uri, r.line, r.column_name, r.excerpt, l.status
FROM rejected_records r
LEFT JOIN load_ledger l ON l.staging_table = r.staging_table AND l.run_id = r.run_id AND l.uri = r.uri AND l.status IN ('loaded', 'quarantined')
WHERE r.staging_table = ${quoteLiteral(table.name)} AND r.excerpt IS NOT NULL`;
  const counts = { gone: 0, hidden: 0 };
  const lines: string[] = [];
  for await (const { rows } of warehouse.pages(sql)) {
    signal.throwIfAborted();
    for (const row of rows) {
      const fate = fateOf(row, table, deciding);
      if (fate === undefined) continue;
      counts[fate] += 1;
      lines.push(lineOf(row, fate));
    }
  }
  return { ...counts, part: lines.length === 0 ? undefined : writePart(spool, 'rejects', lines) };
}

function lineOf([run, uri, line]: readonly Value[], fate: 'gone' | 'hidden'): string {
  const at = line === null ? undefined : Number(line);
  return `${JSON.stringify(rejectRow({ runId: String(run), line: at, uri: String(uri) }, fate))}\n`;
}

/** Writes rows to be copied. */
export function writePart(spool: Spool, name: string, lines: readonly string[]): Part {
  const file = spool.create(`${name}.json`);
  const bytes = Buffer.from(lines.join(''));
  file.write(bytes);
  file.close();
  return { path: file.path, compression: 'none', records: lines.length, bytes: bytes.length, index: [] };
}

/** A file that was set aside keeps at least one bad record, which says why. */
function fateOf(
  [, , , column, excerpt, status]: readonly Value[],
  table: Table,
  { isForgotten, isComplete }: Deciding,
): 'gone' | 'hidden' | undefined {
  const record = column === null ? undefined : recordIn(String(excerpt));
  if (record === undefined) return 'hidden';
  const spellings = spellingsIn(record, table);
  if (isForgotten(record, spellings)) return status === 'quarantined' ? 'hidden' : 'gone';
  return isComplete(record, spellings) ? undefined : 'hidden';
}

/** The record of an excerpt; of one that was cut, what is whole of it. */
function recordIn(excerpt: string): string | undefined {
  const whole = excerpt.trim();
  if (isObject(whole)) return whole;
  for (let at = whole.lastIndexOf(','); at > 0; at = whole.lastIndexOf(',', at - 1)) {
    const start = `${whole.slice(0, at)}}`;
    if (isObject(start)) return start;
  }
  return undefined;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
