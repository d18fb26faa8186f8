import { Spool } from '../objects/spool.ts';
import type { Batch, Step } from '../warehouse/warehouse.ts';
import { comparisonSql, toDisagreements } from './compare-tables.ts';
import type { LoadContext } from './context.ts';
import type { Disagreement } from './disagreements.ts';
import { explainFailure } from './explain.ts';
import { planEverything } from './plan.ts';
import { type PreparedTable, prepare } from './prepare.ts';
import { newRunId } from './run-id.ts';
import { temporarily, temporaryCopy } from './temporary.ts';

/**
 * The rows that count and that no source file holds any more. The records of all files are copied into temporary tables
 * and compared there; nothing else is written, and nothing remains. Where bad records are tolerated,
 * their files hold the others; otherwise DataError is thrown when a file cannot be loaded.
 */
export async function findUnheldRows(context: LoadContext): Promise<readonly Disagreement[]> {
  const runId = newRunId();
  const spool = new Spool(context.spoolRoot, runId);
  try {
    const prepared = await prepare(context, await planEverything(context), spool);
    return await compareWithSources(context, runId, prepared.map(temporarily));
  } finally {
    spool.remove();
  }
}

async function compareWithSources(
  { model, warehouse }: LoadContext,
  runId: string,
  prepared: readonly PreparedTable[],
): Promise<readonly Disagreement[]> {
  const comparisons = model.comparisons.filter(({ recounts }) => recounts);
  const compare: Step = { kind: 'sql', name: 'compare', sql: comparisonSql(comparisons), wanted: 'always' };
  const steps = [...prepared.flatMap(temporaryCopy), compare];
  const batch: Batch = { name: `reconcile-${runId}`, locks: false, steps };
  const results = await warehouse.run(batch).catch(async (error) => {
    throw await explainFailure(prepared, error);
  });
  return toDisagreements(results.at(-1)?.result ?? { rows: [] }, comparisons);
}
