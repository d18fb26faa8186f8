import { StarloadError, UsageError } from '../errors.ts';
import { Spool } from '../objects/spool.ts';
import type { StepResult } from '../warehouse/warehouse.ts';
import { LEDGER_GUARD, loadBatch, refreshBatch } from './batches.ts';
import { type Offender, warningsOf } from './checks.ts';
import type { LoadContext, Tolerance } from './context.ts';
import { explainFailure } from './explain.ts';
import { type KeptOut, keptOut } from './kept-out.ts';
import { type LoadPlan, planLoad, plannedFiles, splitPlan, type TablePlan } from './plan.ts';
import { type PreparedTable, prepare, rejectedParts, writeLedger } from './prepare.ts';
import { failedGuard, runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';

/** What a load did. */
export interface LoadReport extends KeptOut {
  readonly status: 'loaded' | 'up_to_date';
  readonly runId: string | undefined;
  readonly tables: readonly TableReport[];
  /** Rows of each table after the run; empty when nothing was loaded. */
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
}

/** What a load did with one staging table's source. */
export interface TableReport {
  readonly table: string;
  /** Those that were loaded. */
  readonly files: number;
  readonly known: number;
  readonly quarantined: number;
  readonly skipped: number;
  /** All that were read. */
  readonly records: number;
  readonly rejected: number;
}

/**
 * Loads every file that is not in the ledger as it is now, in one transaction; a load of more than `maxRunBytes` in
 * several, one after the other, each of which holds by itself. When somebody else loaded one of the files meanwhile, plans
 * once more. Throws DataError when records or rows are refused, with nothing of that run loaded; UsageError when bad records
 * are to be tolerated where only whole folders can be loaded.
 */
export async function etl(context: LoadContext): Promise<LoadReport> {
  refuseTolerance(context);
  await context.warehouse.settle();
  try {
    return await loadPlanned(context, await planLoad(context));
  } catch (error) {
    if (!failedGuard(error, LEDGER_GUARD)) {
      throw error;
    }
    context.emit({ type: 'again', reason: 'another run loaded some of the same files meanwhile', attempt: 2 });
    return loadPlanned(context, await planLoad(context));
  }
}

/** Throws UsageError where bad records cannot be kept out: COPY then reads the files themselves. */
export function refuseTolerance({ tolerance, warehouse }: LoadContext): void {
  if (tolerance !== undefined && warehouse.loads === 'folders') {
    throw new UsageError(
      '--max-errors and --quarantine do not work without a work prefix: Redshift reads the files itself',
      {
        next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3], or leave the options, and MAX_ERRORS and QUARANTINE under [LOAD], out.',
      },
    );
  }
}

async function loadPlanned(context: LoadContext, plan: LoadPlan): Promise<LoadReport> {
  if (context.warehouse.loads === 'folders') {
    return loadFolders(context, plan);
  }
  const parent = newRunId();
  const runs = splitPlan(plan, context.maxRunBytes ?? Number.POSITIVE_INFINITY);
  const loaded: LoadedRun[] = [];
  for (const [index, run] of runs.entries()) {
    const runId = runs.length === 1 ? parent : `${parent}.${index + 1}`;
    loaded.push(await loadRun({ ...context, tolerance: whatIsLeft(context, loaded) }, run, runId));
    if (runs.length > 1) {
      context.emit({ type: 'committed', run: index + 1, of: runs.length });
    }
  }
  return {
    status: loaded.length === 0 ? 'up_to_date' : 'loaded',
    runId: loaded.length === 0 ? undefined : parent,
    tables: plan.tables.map((table) => tableReport(table, loaded)),
    rows: tableRows(loaded.at(-1)?.results ?? []),
    warnings: loaded.flatMap(({ results }) => warningsOf(results)),
    ...keptOut(plan, preparedOf(loaded)),
  };
}

function preparedOf(loaded: readonly LoadedRun[]): readonly PreparedTable[] {
  return loaded.flatMap(({ prepared }) => prepared);
}

/** What a load tolerates, it tolerates in all its runs together. */
function whatIsLeft({ tolerance }: LoadContext, loaded: readonly LoadedRun[]): Tolerance | undefined {
  const used = preparedOf(loaded).reduce((sum, { rejects }) => sum + rejects.count, 0);
  return tolerance && { ...tolerance, maxErrors: tolerance.maxErrors - used };
}

/** So often whole folders are loaded that change each time while COPY reads them. */
const MOST_REFRESHES = 3;

/**
 * A full refresh from whole folders, when anything in them is new. COPY reads them at a time of its own: when they have changed
 * meanwhile, which only another listing tells, they are loaded anew. Throws StarloadError when they change each time.
 */
async function loadFolders(context: LoadContext, plan: LoadPlan): Promise<LoadReport> {
  if (plannedFiles(plan).length === 0) {
    return {
      status: 'up_to_date',
      runId: undefined,
      tables: plan.tables.map((table) => tableReport(table, [])),
      rows: new Map(),
      warnings: [],
      ...keptOut(plan, []),
    };
  }
  let planned = plan;
  for (let attempt = 1; ; attempt += 1) {
    const report = await refresh(context, planned);
    planned = await planLoad({ ...context, emit: () => {} });
    if (plannedFiles(planned).length === 0) {
      return report;
    }
    if (attempt === MOST_REFRESHES) {
      throw changesAlways(planned);
    }
    context.emit({ type: 'again', reason: 'files changed while Redshift read them', attempt: attempt + 1 });
  }
}

function changesAlways({ tables }: LoadPlan): StarloadError {
  const changed = tables.filter(({ files }) => files.length > 0).map(({ source }) => source.root);
  return new StarloadError(
    `${changed.join(' and ')} changed each time while Redshift read it; what is loaded is of no single moment`,
    {
      next: 'Run again once nobody writes there: everything is loaded anew. With WORK_PREFIX = s3://your-bucket/starload/ under [S3], each file is loaded as it was listed.',
    },
  );
}

async function refresh(context: LoadContext, plan: LoadPlan): Promise<LoadReport> {
  const copies = plan.tables.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  const runId = newRunId();
  const results = await runWithRetry(context, refreshBatch(context.model, context.warehouse.now, runId, copies)).catch(
    async (error) => {
      throw await explainFailure([], error);
    },
  );
  const rows = tableRows(results);
  const tables = plan.tables.map((table) => ({ ...tableReport(table, []), records: rows.get(table.table.name) ?? 0 }));
  return { status: 'loaded', runId, tables, rows, warnings: warningsOf(results), ...keptOut(plan, []) };
}

/** A run that has committed. */
interface LoadedRun {
  readonly prepared: readonly PreparedTable[];
  readonly results: readonly StepResult[];
}

async function loadRun(context: LoadContext, plan: LoadPlan, runId: string): Promise<LoadedRun> {
  const spool = new Spool(context.spoolRoot, runId);
  try {
    const prepared = await prepare(context, plan, spool);
    const ledger = writeLedger(spool, runId, plan.stamp, prepared);
    const batch = loadBatch(
      context.model,
      context.warehouse.now,
      runId,
      { ledger, rejects: rejectedParts(prepared) },
      prepared,
    );
    const results = await runWithRetry(context, batch).catch(async (error) => {
      throw await explainFailure(prepared, error);
    });
    return { prepared, results };
  } finally {
    spool.remove();
  }
}

/** The rows of each table, from a batch's last step. */
export function tableRows(results: readonly StepResult[]): ReadonlyMap<string, number> {
  return new Map(results.at(-1)?.result?.rows.map(([table, rows]) => [String(table), Number(rows)]));
}

function tableReport(
  { table, known, quarantined, skipped, files }: TablePlan,
  loaded: readonly LoadedRun[],
): TableReport {
  const taken = preparedOf(loaded).flatMap((one) => (one.table === table ? one.files : []));
  const aside = taken.filter((file) => file.quarantined).length;
  return {
    table: table.name,
    files: files.length - aside,
    known,
    quarantined: quarantined.length + aside,
    skipped: skipped.length,
    records: taken.reduce((sum, file) => sum + file.records, 0),
    rejected: taken.reduce((sum, file) => sum + file.rejected, 0),
  };
}
