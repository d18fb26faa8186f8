import { DuckDBInstance } from '../reader/driver.ts';

/** A syntax tree, or a part of one. */
export type Tree = Readonly<Record<string, unknown>>;

/**
 * Parses SELECTs with an embedded DuckDB, which runs none of them. Gives for each the syntax tree of its query, as
 * json_serialize_sql writes it, or undefined if DuckDB cannot parse it.
 */
export async function parseSelects(sqls: readonly string[]): Promise<readonly (Tree | undefined)[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const trees: (Tree | undefined)[] = [];
    for (const sql of sqls) {
      const { 0: row } = (await connection.runAndReadAll(SERIALIZE, [sql])).getRows();
      const { statements } = JSON.parse(String(row?.[0])) as { statements?: readonly { node?: Tree }[] };
      trees.push(statements?.length === 1 ? statements[0]?.node : undefined);
    }
    return trees;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const SERIALIZE =
  'SELECT json_serialize_sql(CAST($1 AS VARCHAR), skip_null := true, skip_empty := true, skip_default := true)';
