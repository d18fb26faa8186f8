import pg from 'pg';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { withFolder } from './engines.ts';
import { openOnPostgres, postgresTarget } from './postgres-engine.ts';

/** Runs an action with fresh tables on the server of the tests, with another connection that looks at the same schema, and a folder for spools. */
export async function withTables<T>(
  action: (warehouse: Warehouse, admin: pg.Client, folder: string) => Promise<T>,
  options: { readonly timeoutMilliseconds?: number } = {},
): Promise<T> {
  const { host, port, database, user, password } = await postgresTarget();
  const admin = new pg.Client({ host, port, database, user, password });
  await admin.connect();
  try {
    return await withFolder(async (folder) => {
      const warehouse = await openOnPostgres([folder], options);
      await createTables(loadModel(), warehouse);
      await admin.query(`SET search_path = "${await warehouse.schema()}"`);
      return action(warehouse, admin, folder);
    });
  } finally {
    await admin.end();
  }
}
