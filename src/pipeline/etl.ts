import { StarloadError, UsageError } from '../errors.ts';
import { assertFits } from './budget.ts';
import type { LoadContext } from './context.ts';
import { planLoad } from './planning.ts';
import { Progress } from './progress.ts';
import type { LoadReport } from './report.ts';
import { refusalOf } from './retry.ts';
import { ChangedFile } from './ways/files.ts';
import { wayOf } from './ways/way.ts';

/** A load is planned so often while others load the same files, before it gives up. */
const MOST_PLANS = 10;

/**
 * Loads every file that is not in the ledger as it is now, in one transaction; a load of more than `maxRunBytes` in
 * several, one after the other, each of which holds by itself. When somebody else loaded one of the files meanwhile, plans
 * anew. Throws DataError when records or rows are refused, with nothing of that run loaded; UsageError when bad records
 * are to be tolerated where only whole folders can be loaded. Whatever ends it after runs have been committed says so
 * (StarloadError.committed).
 */
export async function etl(context: LoadContext): Promise<LoadReport> {
  refuseTolerance(context);
  assertFits(context, 'load');
  await context.warehouse.settle();
  const way = wayOf(context.warehouse);
  const planAnew = () => planLoad({ ...context, emit: () => {} });
  const progress = new Progress();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await way.load(context, await planLoad(context), { progress, planAnew });
    } catch (error) {
      const reason = reasonToPlanAnew(error, progress);
      if (reason === undefined || attempt === MOST_PLANS) {
        throw progress.explain(reason === undefined ? error : plannedTooOften(reason, error));
      }
      context.emit({ type: 'again', reason, attempt: attempt + 1 });
    }
  }
}

/** Why the rest must be planned again; undefined if that would not help. */
function reasonToPlanAnew(error: unknown, { loaded }: Progress): string | undefined {
  if (error instanceof ChangedFile) {
    return error.message;
  }
  const refusal = refusalOf(error);
  if (refusal === 'replaced' && loaded.length === 0) {
    return 'create-tables has recreated the tables meanwhile';
  }
  return refusal === 'overtaken' ? 'another run has loaded some of the same files meanwhile' : undefined;
}

function plannedTooOften(reason: string, cause: unknown): StarloadError {
  return new StarloadError(`the load was planned ${MOST_PLANS} times, and each time ${reason}`, {
    outcome: 'nothing was loaded',
    next: 'Run npm run etl again when no other process loads or changes these files: it loads what is left.',
    cause,
  });
}

/** Throws UsageError where bad records cannot be kept out: COPY then reads the files themselves. */
export function refuseTolerance({ tolerance, warehouse }: LoadContext): void {
  if (tolerance !== undefined && !wayOf(warehouse).isIncremental) {
    throw new UsageError(
      '--max-errors and --quarantine do not work without a work prefix: Redshift reads the files itself',
      {
        next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3], or leave out the options, and MAX_ERRORS and QUARANTINE under [LOAD].',
      },
    );
  }
}
