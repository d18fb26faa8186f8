import type { Batch } from '../warehouse/warehouse.ts';
import { rebuildBatch } from './batches.ts';
import { assertFits } from './budget.ts';
import { type Offender, warningsOf } from './checks.ts';
import { assertNotAhead, assertPastNewest, readClock } from './clock.ts';
import type { LoadContext } from './context.ts';
import { explainFailure } from './explain.ts';
import { runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';
import { fitting } from './shape.ts';
import { sizesAfterCommit } from './sizes.ts';

/** What a rebuild did. */
export interface RebuildReport {
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
}

/** Options of a rebuild. */
export interface RebuildOptions {
  /** Whether to correct stamps that are ahead of the warehouse's clock. */
  readonly restamps?: boolean | undefined;
}

/** Rebuilds the star from staging, in one transaction. Throws DataError if a check fails; nothing is changed then. */
export async function rebuild(context: LoadContext, { restamps }: RebuildOptions = {}): Promise<RebuildReport> {
  const { model, warehouse } = context;
  assertFits(context, restamps === true ? 'rebuild --restamp' : 'rebuild');
  await warehouse.settle();
  const clock = await readClock(context, { standing: fitting(model) });
  assertNotAhead(clock);
  if (restamps !== true) {
    assertPastNewest(clock);
  }
  return runRebuild(context, rebuildBatch(model, warehouse.now, `rebuild-${newRunId()}`, restamps));
}

/** Runs a batch that rebuilds the star. Throws DataError if a check fails; nothing is changed then. */
export async function runRebuild(context: LoadContext, batch: Batch): Promise<RebuildReport> {
  const { emit } = context;
  emit({ type: 'run', id: batch.name });
  const results = await runWithRetry(context, batch).catch(async (error) => {
    throw await explainFailure(context, [], error);
  });
  emit({ type: 'committed', id: batch.name, run: 1, of: 1 });
  return { rows: await sizesAfterCommit(context), warnings: warningsOf(results) };
}
