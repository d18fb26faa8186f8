import { protocolSql } from '../sql/catalogue.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import { ask } from './ask.ts';
import type { LoadContext } from './context.ts';
import { brokenRun } from './reconcile/control.ts';

/**
 * The stamp of the newest writing transaction; waits for one that is running. Undefined if there is no load_run. Throws
 * StarloadError if it does not hold one row.
 */
export async function readStamp({ model, warehouse }: LoadContext): Promise<string | undefined> {
  const asked = await ask(warehouse, protocolSql(model, 'run_stamp')).catch((error: unknown) => {
    if (error instanceof WarehouseError && error.kind === 'missing-table') return undefined;
    throw error;
  });
  if (asked !== undefined && asked.rows.length !== 1) {
    throw brokenRun(undefined);
  }
  return asked && String(asked.rows[0]?.[0]);
}
