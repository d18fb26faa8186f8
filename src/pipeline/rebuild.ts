import { StepFailed } from '../warehouse/errors.ts';
import { rebuildBatch } from './batches.ts';
import { type Offender, offendersStep, refusingPhase, toOffenders, warningsOf } from './checks.ts';
import type { LoadContext } from './context.ts';
import { tableRows } from './etl.ts';
import { failedChecks } from './explain.ts';
import { runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';

/** What a rebuild did. */
export interface RebuildReport {
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
}

/** Makes the star anew from staging, in one transaction. Throws DataError when a check fails, with nothing changed. */
export async function rebuild(context: LoadContext): Promise<RebuildReport> {
  await context.warehouse.settle();
  const batch = rebuildBatch(context.model, context.warehouse.now, `rebuild-${newRunId()}`);
  try {
    const results = await runWithRetry(context, batch);
    return { rows: tableRows(results), warnings: warningsOf(results) };
  } catch (error) {
    const phase = error instanceof StepFailed ? refusingPhase(error.step) : undefined;
    if (!(error instanceof StepFailed) || phase === undefined) {
      throw error;
    }
    const offenders = toOffenders(error.results.find(({ name }) => name === offendersStep(phase))?.result);
    throw await failedChecks(
      offenders.filter(({ severity }) => severity === 'error'),
      [],
      error,
    );
  }
}
