import type { Client } from 'pg';
import type { Places } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';

/**
 * What a session of the loader's looks for plain names in: PostgreSQL's own functions, operators and types, and nothing
 * that anybody else can add to. Temporary tables come last, and are named in full.
 */
export const NOTHING_OF_OTHERS = 'SET search_path = pg_catalog, pg_temp';

const FIRST_OF_PATH = `RESET search_path; SELECT pg_catalog.current_schema() AS name; ${NOTHING_OF_OTHERS}`;

/** The schema that this user's sessions make tables in where none is configured. Throws WarehouseError where there is none. */
export async function firstOfSearchPath(client: Client): Promise<string> {
  const results = (await client.query(FIRST_OF_PATH)) as unknown as readonly { rows: { name: string | null }[] }[];
  const name = results[1]?.rows[0]?.name ?? undefined;
  if (name === undefined || /^(pg_.*|information_schema)$/.test(name)) {
    const reason = name === undefined ? 'names no schema that the user may use' : `begins with ${name}`;
    throw new WarehouseError('refused', `the search path ${reason}, so that nobody knows where the tables are to be`, {
      next: 'Name a schema for them: DB_SCHEMA under [CLUSTER] in dwh.cfg.',
    });
  }
  return name;
}

/** What goes before the names of tables. */
export function placesOf(schema: string): Places {
  return { tables: `${quoteIdentifier(schema)}.`, temporary: 'pg_temp.' };
}
