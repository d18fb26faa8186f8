import { assertFits } from './budget.ts';
import type { LoadContext } from './context.ts';
import { refuseTolerance, refuseUncounted } from './etl.ts';
import { keptOut } from './kept-out.ts';
import { isEmpty, type LoadPlan } from './plan.ts';
import { planLoad } from './planning.ts';
import type { DryRun } from './report.ts';
import { wayOf } from './ways/way.ts';

/**
 * Does everything a load does except running it. It reads the files, so it finds malformed ones. Throws DataError for
 * those.
 */
export async function dryRunLoad(context: LoadContext): Promise<DryRun & { readonly plan: LoadPlan }> {
  refuseTolerance(context);
  refuseUncounted(context);
  assertFits(context, 'load');
  const plan = await planLoad(context);
  const run = isEmpty(plan)
    ? { statements: [], runs: 0, kept: keptOut(plan, []), unknownKeys: [], vanishedKeys: [] }
    : await wayOf(context.warehouse).dryRun(context, plan);
  return { plan, ...run };
}
