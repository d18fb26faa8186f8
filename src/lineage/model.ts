import { ALL_ROWS, fillAffected } from '../sql/affected.ts';
import { derivedTables, type Model, type Table } from '../sql/catalogue.ts';
import { inputsOf } from '../sql/reads.ts';
import { columnOf, deciding, NOTHING, type Origins, type Result, untold } from './origins.ts';
import { trace } from './query.ts';
import type { Node, ParseSelects } from './tree.ts';

/** Where the columns of a table come from. */
export interface TableLineage {
  readonly table: Table;
  /** By column: the columns whose values it is made of, and those that decide which values these are. */
  readonly columns: ReadonlyMap<string, Origins>;
  /** The columns that decide which rows the table has, such as those of its conditions, joins and groups. */
  readonly rows: Origins;
}

/**
 * The lineage of the current and star tables, from their SELECTs. Of a SELECT that cannot be parsed, only the tables that
 * it reads are known.
 */
export async function lineageOf(model: Model, parse: ParseSelects): Promise<readonly TableLineage[]> {
  const tables = new Map(model.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]));
  const derived = derivedTables(model);
  const trees = await parse(
    derived.map(({ select }) => (select === undefined ? '' : fillAffected(select, () => ALL_ROWS).sql)),
  );
  return derived.map((table, at) => lineageOfTable(table, trees[at], tables));
}

function lineageOfTable(
  table: Table,
  query: Node | undefined,
  tables: ReadonlyMap<string, readonly string[]>,
): TableLineage {
  const unknown = untold(table.of === undefined ? inputsOf(table) : [table.of]);
  const result: Result =
    query === undefined
      ? { columns: [], rows: NOTHING, others: unknown }
      : trace(query, { tables, common: new Map(), sources: [], own: [], trace });
  const columns = table.columns.map(({ name }) => [name, cleaned(columnOf(result, name) ?? unknown)] as const);
  return { table, columns: new Map(columns), rows: deciding(result.rows) };
}

/** What gives a value decides it as well. */
function cleaned({ values, decides, untold: tables }: Origins): Origins {
  return { values, decides: new Set([...decides].filter((column) => !values.has(column))), untold: tables };
}
