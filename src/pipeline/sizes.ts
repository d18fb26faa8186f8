import { messageOf } from '../errors.ts';
import { tableSizesSql } from './batches.ts';
import type { LoadContext } from './context.ts';
import { inModelOrder } from './order.ts';

/** The current number of rows in each table of staging and star, in the model's order. */
export async function readSizes({
  model,
  warehouse,
}: Pick<LoadContext, 'model' | 'warehouse'>): Promise<ReadonlyMap<string, number>> {
  const { rows } = await warehouse.query(tableSizesSql(model));
  const sizes = rows.map(([table, count]) => [String(table), Number(count)] as const);
  return new Map(inModelOrder(model, sizes, { tableOf: ([table]) => table }));
}

/** The same for the report after a commit. If the sizes cannot be read, it emits a warning and returns none. */
export async function sizesAfterCommit(
  context: Pick<LoadContext, 'model' | 'warehouse' | 'emit'>,
): Promise<ReadonlyMap<string, number>> {
  context.emit({ type: 'doing', what: 'counting the rows of the tables' });
  try {
    return await readSizes(context);
  } catch (error) {
    context.emit({ type: 'uncounted', reason: messageOf(error) });
    return new Map();
  }
}
