import type { QueryArrayResult } from 'pg';
import Cursor from 'pg-cursor';
import type { ResultSet, Value } from '../warehouse.ts';
import { toResultSet, typeParsers } from './values.ts';

/** The number of rows per fetch. */
export const PAGE_ROWS = 2000;

/** A statement to send. Its rows are then fetched page by page. */
export function openCursor(sql: string): Cursor<Value[]> {
  return new Cursor<Value[]>(sql, [], { rowMode: 'array', types: typeParsers });
}

/** The next rows; fewer than PAGE_ROWS at the end. Throws the server's error. */
export function nextPage(cursor: Cursor<Value[]>): Promise<ResultSet> {
  return new Promise((resolve, reject) => {
    cursor.read(PAGE_ROWS, (error, rows, result) => {
      if (error instanceof Error) {
        reject(error);
      } else {
        resolve(toResultSet({ ...result, rows } as QueryArrayResult<Value[]>));
      }
    });
  });
}
