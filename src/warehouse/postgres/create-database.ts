import { quoteIdentifier } from '../../sql/render.ts';
import { connect, type ServerAccess } from './client.ts';
import { sorted } from './failures.ts';

/** The database that every server has, used for creating another one. */
const MAINTENANCE = 'postgres';
const EXISTS = 'SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1) AS "exists"';

/** Creates a target's database, in UTF-8, if it does not exist. Returns whether it did. Throws WarehouseError. */
export async function createDatabase({ target, timeoutMilliseconds }: ServerAccess): Promise<boolean> {
  const { database } = target;
  const { client } = await connect({ target: { ...target, database: MAINTENANCE }, timeoutMilliseconds });
  try {
    const { rows } = await client.query<{ exists: boolean }>(EXISTS, [database]);
    if (rows[0]?.exists === true) {
      return false;
    }
    await client.query(`CREATE DATABASE ${quoteIdentifier(database)} ENCODING 'UTF8' TEMPLATE template0`);
    return true;
  } catch (error) {
    throw sorted(error);
  } finally {
    await client.end();
  }
}
