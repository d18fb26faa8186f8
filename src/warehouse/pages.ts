import type { ResultSet, Value } from './warehouse.ts';

/**
 * The rows of a query in the order the engine returns them. Every page has the columns. There is a first page even
 * without rows.
 */
export type Pages = AsyncIterable<ResultSet>;

/** All pages as one result, held in memory. Use it only for results that are known to be small. */
export async function collect(pages: Pages): Promise<ResultSet> {
  let columns: readonly string[] = [];
  const rows: (readonly Value[])[] = [];
  for await (const page of pages) {
    columns = page.columns;
    for (const row of page.rows) {
      rows.push(row);
    }
  }
  return { columns, rows };
}
