import { messageOf, StarloadError } from '../errors.ts';
import type { Table } from '../sql/catalogue.ts';
import { StepFailed, WarehouseError } from '../warehouse/errors.ts';
import { commentBatches } from './comments.ts';
import { type RetryContext, runWithRetry } from './retry.ts';

/**
 * Puts the comments on tables that were just created, if the engine could not do so in the same transaction. Throws
 * StarloadError that says that the tables are there; without their comments they work all the same.
 */
export async function putComments(context: RetryContext, tables: readonly Table[], id: string): Promise<void> {
  if (context.warehouse.statementLimit === undefined) {
    return;
  }
  try {
    for (const batch of commentBatches(tables, context.warehouse, id)) {
      await runWithRetry(context, batch);
    }
  } catch (error) {
    throw isCancelled(error) ? error : uncommented(error);
  }
}

function isCancelled(error: unknown): boolean {
  const failure = error instanceof StepFailed ? error.failure : error;
  return !(failure instanceof StarloadError) || (failure instanceof WarehouseError && failure.kind === 'cancelled');
}

function uncommented(cause: unknown): StarloadError {
  return new StarloadError(`the tables are made, but not all of their comments: ${messageOf(cause)}`, {
    next: 'Loads need no comments: go on with npm run etl. They are put on tables that npm run create-tables makes.',
    cause,
  });
}
