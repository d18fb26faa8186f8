import type { LoadContext } from '../pipeline/context.ts';
import { carriedKeys, isSameColumn } from '../sql/carried.ts';
import { type Table, tableNamed } from '../sql/catalogue.ts';
import { inputsOf } from '../sql/reads.ts';
import { equals, type FoundRows, findRows, type Row } from './rows.ts';

/** Of the rows of a star table that a row is made of, so many are followed to the records. */
const MOST_BELOW = 5;

/** A table that a row is made of. */
export interface Input {
  readonly table: Table;
  /** Its rows for the row: the first of them. */
  readonly rows: readonly Row[];
  readonly count: number;
  /** What is known of its rows: these or, if there are none, the values that they would have. */
  readonly asked: readonly Row[];
  /** How its rows were found; undefined if nothing tells which of them play a part. */
  readonly by: 'key' | 'value' | undefined;
}

/**
 * The current tables that a row is made of, and their rows for it: by the columns that carry its key, or because it has the
 * values of their key. Of star tables that it reads, the current tables that these are made of. The row may be its key only.
 */
export async function inputsFor(context: LoadContext, table: Table, row: Row): Promise<readonly Input[]> {
  if (table.of !== undefined) {
    return [{ table, rows: [], count: 0, asked: [row], by: 'key' }];
  }
  const inputs: Input[] = [];
  for (const name of inputsOf(table)) {
    const input = tableNamed(context.model, name);
    const found = await rowsOf(context, { table, row, input });
    if (input.of !== undefined) {
      inputs.push(found);
      continue;
    }
    for (const below of found.asked.slice(0, MOST_BELOW)) inputs.push(...(await inputsFor(context, input, below)));
  }
  return merged(inputs);
}

interface Step {
  readonly table: Table;
  readonly row: Row;
  readonly input: Table;
}

async function rowsOf(context: LoadContext, step: Step): Promise<Input> {
  const { input, row } = step;
  const ways = carriedBy(step);
  const known = ways.length > 0 ? ways : valuedBy(step);
  const conditions = known.flatMap((one) => conditionOf(input, one) ?? []);
  if (conditions.length === 0) {
    return { table: input, rows: [], count: 0, asked: [], by: undefined };
  }
  const wanted = new Map([...row].filter(([name]) => isSameColumn(columnOf(step.table, name), columnOf(input, name))));
  const found: FoundRows = await findRows(context, input, conditions.join(' OR '), wanted);
  const by = ways.length > 0 ? 'key' : 'value';
  return { ...found, asked: found.rows.length > 0 ? found.rows : known, by };
}

/** The values that rows of an input have that carry the key of the row, in each of the ways in which they may. */
function carriedBy({ table, row, input }: Step): readonly Row[] {
  return carriedKeys(table, input).map(
    (columns) => new Map(table.key.map((name, at) => [columns[at] ?? name, row.get(name) ?? null])),
  );
}

/** The values of the input's key, if the row has columns of their names with values. */
function valuedBy({ table, row, input }: Step): readonly Row[] {
  const isThere = input.key.every(
    (name) => (row.get(name) ?? null) !== null && isSameColumn(columnOf(table, name), columnOf(input, name)),
  );
  return isThere && input.key.length > 0 ? [new Map(input.key.map((name) => [name, row.get(name) ?? null]))] : [];
}

function conditionOf(input: Table, values: Row): string | undefined {
  const tests = [...values].map(([name, value]) => {
    const column = columnOf(input, name);
    return column && equals(column, value);
  });
  return tests.length === 0 || tests.some((test) => test === undefined) ? undefined : `(${tests.join(' AND ')})`;
}

function columnOf({ columns }: Table, wanted: string) {
  return columns.find(({ name }) => name === wanted);
}

/** One entry for each table, though several rows may lead to it. */
function merged(inputs: readonly Input[]): readonly Input[] {
  const tables = [...new Set(inputs.map(({ table }) => table))];
  return tables.map((table) => {
    const own = inputs.filter((input) => input.table === table);
    return {
      table,
      rows: own.flatMap(({ rows }) => rows),
      count: own.reduce((sum, { count }) => sum + count, 0),
      asked: own.flatMap(({ asked }) => asked),
      by: own.find(({ by }) => by !== undefined)?.by,
    };
  });
}
