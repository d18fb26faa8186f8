import type { Client } from 'pg';
import type { Places } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';

/**
 * The search path of a loader's session: PostgreSQL's own functions, operators and types, and nothing that another user
 * can add to. Temporary tables come last; statements qualify their names.
 */
export const NOTHING_OF_OTHERS = 'SET search_path = pg_catalog, pg_temp';

const FIRST_OF_PATH = `RESET search_path; SELECT pg_catalog.current_schema() AS name; ${NOTHING_OF_OTHERS}`;

/** The owner of a schema ($1), if it is neither this user nor a role that may do everything in the database anyway. */
const STRANGE_OWNER = `SELECT owner.rolname AS name
FROM pg_namespace n
JOIN pg_roles owner ON owner.oid = n.nspowner
JOIN pg_roles me ON me.rolname = current_user
JOIN pg_database d ON d.datname = current_database()
WHERE n.nspname = $1 AND owner.oid NOT IN (me.oid, d.datdba) AND NOT owner.rolsuper AND owner.rolname <> 'pg_database_owner'
  AND (me.rolsuper OR NOT pg_has_role(owner.oid, 'USAGE'))`;

/**
 * The schema in which this user's sessions create tables if none is configured. Throws WarehouseError if there is none,
 * or if it belongs to another user: anyone who may create schemas can create one that precedes `public` in a search
 * path.
 */
export async function firstOfSearchPath(client: Client): Promise<string> {
  const results = (await client.query(FIRST_OF_PATH)) as unknown as readonly { rows: { name: string | null }[] }[];
  const name = results[1]?.rows[0]?.name ?? undefined;
  if (name === undefined || /^(pg_.*|information_schema)$/.test(name)) {
    const reason = name === undefined ? 'names no schema that the user may use' : `begins with ${name}`;
    throw new WarehouseError('refused', `the search path ${reason}, so the schema of the tables is not known`, {
      next: 'Name a schema for them: DB_SCHEMA under [CLUSTER] in dwh.cfg.',
    });
  }
  const { rows } = await client.query<{ name: string }>(STRANGE_OWNER, [name]);
  if (rows[0] !== undefined) {
    throw new WarehouseError(
      'refused',
      `the search path begins with the schema ${name}, which belongs to ${rows[0].name}`,
      {
        next: 'Name the schema to use: DB_SCHEMA under [CLUSTER] in dwh.cfg.',
      },
    );
  }
  return name;
}

/** The prefixes of table names. */
export function placesOf(schema: string): Places {
  return { tables: `${quoteIdentifier(schema)}.`, temporary: 'pg_temp.' };
}
