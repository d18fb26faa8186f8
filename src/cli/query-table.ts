import type { Pages } from '../warehouse/pages.ts';
import type { ResultSet } from '../warehouse/warehouse.ts';
import { counted, inPieces } from './output.ts';
import { headOf, type Layout, layOut, lineOf, recordLines } from './table.ts';

/** A table's layout is based on this many first rows. Later values may be wider than their column. */
const LAID_OUT_ROWS = 1000;

/**
 * A query's rows as a table, in pieces, cut to `available` columns of the terminal. The last line states the number of
 * rows.
 */
export async function* renderRows(pages: Pages, available?: number): AsyncGenerator<string> {
  let layout: Layout | undefined;
  let total = 0;
  for await (const { columns, rows } of gathered(pages, LAID_OUT_ROWS)) {
    const laidOut: Layout = layout ?? layOut(columns, rows, available);
    yield* inPieces(linesOf(laidOut, rows, layout === undefined));
    layout = laidOut;
    total += rows.length;
  }
  yield lines([`(${counted(total, 'row')})`]);
}

/** A query's rows with each value on a line of its own, in pieces. */
export async function* renderVertical(pages: Pages): AsyncGenerator<string> {
  let total = 0;
  for await (const { columns, rows } of pages) {
    for (const row of rows) {
      total += 1;
      yield lines([`--- row ${total}`, ...recordLines(columns, row)]);
    }
  }
  yield lines([`(${counted(total, 'row')})`]);
}

function* linesOf(layout: Layout, rows: ResultSet['rows'], withHead: boolean): Generator<string> {
  if (withHead) {
    yield lines(headOf(layout));
  }
  for (const row of rows) {
    yield lines([lineOf(row, layout)]);
  }
}

/** The same pages, but the first holds at least this many rows, or all. */
async function* gathered(pages: Pages, least: number): AsyncGenerator<ResultSet> {
  let first: ResultSet | undefined = { columns: [], rows: [] };
  for await (const page of pages) {
    if (first === undefined) {
      yield page;
      continue;
    }
    first = { columns: page.columns, rows: [...first.rows, ...page.rows] };
    if (first.rows.length >= least) {
      yield first;
      first = undefined;
    }
  }
  if (first !== undefined) {
    yield first;
  }
}

function lines(all: readonly string[]): string {
  return all.map((one) => `${one}\n`).join('');
}
