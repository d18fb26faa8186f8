import { Spool } from '../objects/spool.ts';
import { loadBatch, refreshBatch } from './batches.ts';
import { assertFits } from './budget.ts';
import type { LoadContext } from './context.ts';
import { refuseTolerance } from './etl.ts';
import { type KeptOut, keptOut } from './kept-out.ts';
import { writeLedger } from './ledger.ts';
import { isEmpty, type LoadPlan, planLoad } from './plan.ts';
import { ledgerOf, prepare, rejectedParts } from './prepare.ts';
import { planReplay } from './replay.ts';
import { newRunId } from './run-id.ts';

/** What a load would do. */
export interface DryRun {
  readonly plan: LoadPlan;
  /** Every statement it would run, in order; none when there is nothing to load. */
  readonly statements: readonly string[];
  /** How many runs it would be split into, each with these statements for its own files. */
  readonly runs: number;
  /** What it would keep out of them. */
  readonly kept: KeptOut;
}

/**
 * Does everything a load does short of running it: the files are read, so that malformed ones are found. Throws DataError
 * for those.
 */
export async function dryRunLoad(context: LoadContext): Promise<DryRun> {
  refuseTolerance(context);
  assertFits(context, 'load');
  const plan = await planLoad(context);
  if (isEmpty(plan)) {
    return { plan, statements: [], runs: 0, kept: keptOut(plan, []) };
  }
  const runId = newRunId();
  const { model, warehouse } = context;
  if (warehouse.loads === 'folders') {
    const copies = plan.tables.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
    const statements = await warehouse.explain(refreshBatch(model, warehouse.now, runId, copies));
    return { plan, statements, runs: 1, kept: keptOut(plan, []) };
  }
  const spool = new Spool(context.spoolRoot, runId);
  const prepared = await prepare(context, plan, spool);
  const ledger = writeLedger(spool, { runId, stamp: plan.ledger.stamp }, ledgerOf(plan, prepared));
  const batch = loadBatch(model, warehouse.now, runId, { ledger, rejects: rejectedParts(prepared) }, prepared);
  const runs = (await planReplay(context, plan)).runs.length;
  return { plan, statements: await warehouse.explain(batch), runs, kept: keptOut(plan, prepared) };
}
