import { setTimeout as sleep } from 'node:timers/promises';
import { type DataProblem, MAX_PROBLEMS } from '../../errors.ts';
import { locate } from '../../objects/part.ts';
import { quoteLiteral } from '../../sql/render.ts';
import type { ResultSet } from '../warehouse.ts';
import { findPart, type PlacedPart } from './work.ts';

/** Queries the warehouse. */
export type Ask = (sql: string) => Promise<ResultSet>;

/** The views may lag behind the failure by seconds. */
const PAUSES_MILLISECONDS = [0, 500, 2000];

/**
 * Whether a COPY failed because of its data, so that the views name the record. The message mentions one view or the
 * other.
 */
export function isLoadFailure(message: string): boolean {
  return /Load into table '/.test(message);
}

/**
 * Which rows of the views to read: those of a query or, if its id is unknown, those of files whose names begin with
 * `filePrefix`.
 */
export interface Blame {
  readonly queryId: number;
  readonly filePrefix: string;
}

/**
 * The records that a failed COPY blames, traced to the user's files: rows of SYS_LOAD_ERROR_DETAIL for this query, or
 * of STL_LOAD_ERRORS if the newer view is not available. Empty if neither has any.
 */
export async function readLoadErrors(
  ask: Ask,
  blame: Blame,
  parts: readonly PlacedPart[],
): Promise<readonly DataProblem[]> {
  for (const pause of PAUSES_MILLISECONDS) {
    await sleep(pause);
    for (const sql of loadErrorSql(blame)) {
      const rows = await tryAsk(ask, sql);
      if (rows.length > 0) {
        return rows.map((row) => toProblem(row, parts));
      }
    }
  }
  return [];
}

/** The statements that query them, the newer view first. */
export function loadErrorSql(blame: Blame): readonly string[] {
  return VIEWS.map((view) => view(blame));
}

const VIEWS: readonly ((blame: Blame) => string)[] = [
  (
    blame,
  ) => `SELECT file_name, line_number, column_name, column_type, column_length, error_code, error_message, '' AS raw_line
FROM sys_load_error_detail
WHERE ${condition(blame, 'query_id', 'file_name')}
ORDER BY start_time DESC, file_name, line_number
LIMIT ${MAX_PROBLEMS}`,
  (blame) => `SELECT filename, line_number, colname, type, col_length, err_code, err_reason, raw_line
FROM stl_load_errors
WHERE ${condition(blame, 'query', 'filename')}
ORDER BY starttime DESC, filename, line_number
LIMIT ${MAX_PROBLEMS}`,
];

/** Only this run uses its folder in the work prefix, so the folder's name matches only this run's errors. */
function condition({ queryId, filePrefix }: Blame, query: string, file: string): string {
  return queryId > 0
    ? `${query} = ${Math.trunc(queryId)}`
    : `LEFT(${file}, ${[...filePrefix].length}) = ${quoteLiteral(filePrefix)}`;
}

async function tryAsk(ask: Ask, sql: string): Promise<ResultSet['rows']> {
  try {
    return (await ask(sql)).rows;
  } catch {
    // The view is missing or forbidden. Use the other view, or the error itself.
    return [];
  }
}

function toProblem(row: ResultSet['rows'][number], parts: readonly PlacedPart[]): DataProblem {
  const [file, line, column, type, length, code, reason, raw] = row.map((value) => String(value ?? '').trim());
  const placed = findPart(parts, file ?? '');
  const place = placed === undefined ? undefined : locate(placed.part, Number(line));
  const details = `(Redshift error ${code}${type === '' ? '' : `, column type ${type}${length === '' || length === '0' ? '' : `(${length})`}`})`;
  return {
    file: place?.file ?? file,
    line: place?.line ?? Number(line),
    ...(column === '' ? {} : { column }),
    reason: `${reason} ${details}`,
    plain: `refused by Redshift ${details}`,
    ...(raw === undefined || raw === '' ? {} : { excerpt: raw.slice(0, 160) }),
  };
}
