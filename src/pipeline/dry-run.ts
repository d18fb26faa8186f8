import { Spool } from '../objects/spool.ts';
import { loadBatch, refreshBatch } from './batches.ts';
import type { LoadContext } from './context.ts';
import { type LoadPlan, planLoad, plannedFiles } from './plan.ts';
import { prepare, writeLedger } from './prepare.ts';
import { newRunId } from './run-id.ts';

/** What a load would do. */
export interface DryRun {
  readonly plan: LoadPlan;
  /** Every statement it would run, in order; none when there is nothing to load. */
  readonly statements: readonly string[];
}

/**
 * Does everything a load does short of running it: the files are read, so that malformed ones are found. Throws DataError
 * for those.
 */
export async function dryRunLoad(context: LoadContext): Promise<DryRun> {
  const plan = await planLoad(context);
  if (plannedFiles(plan).length === 0) {
    return { plan, statements: [] };
  }
  const runId = newRunId();
  const { model, warehouse } = context;
  if (warehouse.loads === 'folders') {
    const copies = plan.tables.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
    return { plan, statements: warehouse.explain(refreshBatch(model, warehouse.now, runId, copies)) };
  }
  const spool = new Spool(context.spoolRoot, runId);
  const prepared = await prepare(context, plan, spool);
  const ledger = writeLedger(spool, runId, plan.stamp, prepared);
  const batch = loadBatch(model, warehouse.now, runId, ledger, prepared);
  return { plan, statements: warehouse.explain(batch) };
}
