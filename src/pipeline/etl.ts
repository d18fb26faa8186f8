import { StarloadError, UsageError } from '../errors.ts';
import { assertFits } from './budget.ts';
import type { LoadContext } from './context.ts';
import { planLoad } from './planning.ts';
import { Progress } from './progress.ts';
import type { LoadReport } from './report.ts';
import { refusalOf } from './retry.ts';
import { ChangedFile } from './ways/files.ts';
import { wayOf } from './ways/way.ts';

/** A load gives up after this many plans, when others keep loading the same files. */
const MOST_PLANS = 10;

/**
 * Loads every file whose current content is not in the ledger, in one transaction. A load of more than `maxRunBytes` is
 * split into several transactions, one after the other, each complete in itself. If another process loads one of the
 * files in the meantime, it plans again. Throws DataError if records or rows are refused; nothing of that run is loaded
 * then. Throws UsageError if bad records are to be tolerated but only whole folders can be loaded. If the load fails
 * after runs have been committed, the error says so (StarloadError.committed).
 */
export async function etl(context: LoadContext): Promise<LoadReport> {
  refuseTolerance(context);
  refuseUncounted(context);
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

/** Why the rest must be planned again; undefined if planning again would not help. */
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

/** Throws UsageError if bad records cannot be kept out because COPY reads the files directly. */
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

/** Throws UsageError if unknown keys cannot be kept or refused because COPY reads the files directly. */
export function refuseUncounted({ unknownKeys, warehouse }: LoadContext): void {
  if (unknownKeys !== undefined && unknownKeys !== 'warn' && !wayOf(warehouse).isIncremental) {
    const done = unknownKeys === 'keep' ? 'kept' : 'refused';
    throw new UsageError(`unknown keys cannot be ${done} without a work prefix: Redshift reads the files itself`, {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3], or leave out --unknown-keys, and UNKNOWN_KEYS under [LOAD].',
    });
  }
}
