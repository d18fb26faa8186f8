import { StarloadError, UsageError } from '../errors.ts';
import type { BundledFile } from '../objects/bundle.ts';
import type { SourceObject } from '../objects/objects.ts';
import { Spool } from '../objects/spool.ts';
import { type Base, loadBatch, refreshBatch } from './batches.ts';
import { assertFits } from './budget.ts';
import { type Offender, warningsOf } from './checks.ts';
import type { LoadContext } from './context.ts';
import { emptiedSources } from './emptied.ts';
import { explainWriteFailure } from './explain.ts';
import { type KeptOut, keptOut } from './kept-out.ts';
import { EMPTY_LEDGER_STAMP, writeLedger } from './ledger.ts';
import { type LoadPlan, planLoad, plannedFiles, type TablePlan } from './plan.ts';
import { ledgerOf, type PreparedTable, prepare, rejectedParts } from './prepare.ts';
import { type LoadedRun, Progress, preparedOf } from './progress.ts';
import { type MissingVersion, type PlannedRun, planReplay } from './replay.ts';
import { refusalOf, runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';
import { sizesAfterCommit } from './sizes.ts';

/** What a load did. */
export interface LoadReport extends KeptOut {
  readonly status: 'loaded' | 'up_to_date';
  readonly runId: string | undefined;
  readonly tables: readonly TableReport[];
  /** Rows of each table after the run; empty when nothing was loaded. */
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
  /** Of a replay: versions of files that were loaded once and are not there any more. */
  readonly missing: readonly MissingVersion[];
}

/** What a load did with one staging table's source. */
export interface TableReport {
  readonly table: string;
  /** Those that were loaded. */
  readonly files: number;
  readonly known: number;
  /** Files under new names, whose content is loaded. */
  readonly moved: number;
  readonly quarantined: number;
  readonly skipped: number;
  /** All that were read. */
  readonly records: number;
  readonly rejected: number;
}

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
  const progress = new Progress();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await loadPlanned(context, await planLoad(context), progress);
    } catch (error) {
      const reason = reasonToPlanAnew(error, progress);
      if (reason === undefined || attempt === MOST_PLANS) {
        throw progress.explain(reason === undefined ? error : plannedTooOften(reason, error));
      }
      context.emit({ type: 'again', reason, attempt: attempt + 1 });
    }
  }
}

/** Why what is left is to be planned anew; undefined where that would not help. */
function reasonToPlanAnew(error: unknown, { loaded }: Progress): string | undefined {
  if (error instanceof ChangedFile) {
    return error.message;
  }
  const refusal = refusalOf(error);
  if (refusal === 'replaced' && loaded.length === 0) {
    return 'create-tables has made the tables anew meanwhile';
  }
  return refusal === 'overtaken' ? 'another run loaded some of the same files meanwhile' : undefined;
}

function plannedTooOften(reason: string, cause: unknown): StarloadError {
  return new StarloadError(`the load was planned ${MOST_PLANS} times, and each time ${reason}`, {
    outcome: 'nothing was loaded',
    next: 'Run npm run etl again once nobody else loads or changes these files: it loads what is left.',
    cause,
  });
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

async function loadPlanned(context: LoadContext, plan: LoadPlan, progress: Progress): Promise<LoadReport> {
  if (context.warehouse.loads === 'folders') {
    return loadFolders(context, plan);
  }
  const { runs, missing } = await planReplay(context, plan);
  const before = progress.begin(runs.length);
  for (const run of runs) {
    const tolerance = context.tolerance && { ...context.tolerance, spent: progress.rejected };
    const base = progress.base ?? baseOf(plan);
    progress.add(await loadRun({ ...context, tolerance }, { ...run, base }, progress.nextRunId()));
    if (progress.of > 1) {
      context.emit({ type: 'committed', run: progress.loaded.length, of: progress.of });
    }
  }
  const { loaded } = progress;
  return {
    status: loaded.length === 0 ? 'up_to_date' : 'loaded',
    runId: loaded.length === 0 ? undefined : progress.runId,
    tables: plan.tables.map((table) => splitReport(table, before, loaded)),
    rows: loaded.length === 0 ? new Map() : await sizesAfterCommit(context),
    warnings: [...emptiedSources(plan), ...loaded.flatMap(({ results }) => warningsOf(results))],
    missing,
    ...keptOut(plan, preparedOf(loaded)),
  };
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
      tables: plan.tables.map((table) => tableReport(table)),
      rows: new Map(),
      warnings: [],
      missing: [],
      ...keptOut(plan, []),
    };
  }
  let planned = plan;
  let last: LoadReport | undefined;
  const explained = (error: unknown) => {
    throw last === undefined ? error : afterRefresh(error, last);
  };
  for (let attempt = 1; ; attempt += 1) {
    const report = await refresh(context, planned).catch(explained);
    last = report;
    planned = await planLoad({ ...context, emit: () => {} }).catch(explained);
    if (plannedFiles(planned).length === 0) {
      return report;
    }
    if (attempt === MOST_REFRESHES) {
      throw changesAlways(planned);
    }
    context.emit({ type: 'again', reason: 'files changed while Redshift read them', attempt: attempt + 1 });
  }
}

/** A refresh that fails leaves what the one before it has committed. */
function afterRefresh(error: unknown, { runId = '', tables }: LoadReport): unknown {
  const sum = (count: (table: TableReport) => number) => tables.reduce((total, table) => total + count(table), 0);
  const committed = {
    run_id: runId,
    runs: 1,
    of: 2,
    files: sum(({ files }) => files),
    records: sum(({ records }) => records),
    rejected: 0,
  };
  return error instanceof StarloadError ? error.afterCommitting(committed) : error;
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
      throw await explainWriteFailure(context, [], error);
    },
  );
  const rows = await sizesAfterCommit(context);
  const tables = plan.tables.map((table) => ({ ...tableReport(table), records: rows.get(table.table.name) ?? 0 }));
  return { status: 'loaded', runId, tables, rows, warnings: warningsOf(results), missing: [], ...keptOut(plan, []) };
}

/** A file that is not as it was when the runs of a history were planned: it belongs to none of them. */
class ChangedFile extends Error {}

/** A run of a history is made of the contents it once had, or the history would not say what it held. */
function assertVersions(versions: ReadonlyMap<SourceObject, string>, prepared: readonly PreparedTable[]): void {
  const changed = prepared
    .flatMap(({ files }) => files)
    .find(({ object, version }) => version !== versions.get(object));
  if (changed !== undefined) {
    throw new ChangedFile(`${changed.object.label} was changed after it was listed`);
  }
}

function baseOf({ ledger: { stamp } }: LoadPlan): Base | undefined {
  return stamp === EMPTY_LEDGER_STAMP ? undefined : { stamp };
}

/** Makes a run. The batch has an id of its own, also where it makes a run of the history again, under that run's id. */
async function loadRun(
  context: LoadContext,
  { plan, runId: past, versions, base }: PlannedRun & { readonly base: Base | undefined },
  batchId: string,
): Promise<LoadedRun> {
  const runId = past ?? batchId;
  const spool = new Spool(context.spoolRoot, runId);
  try {
    const prepared = await prepare(context, plan, spool);
    if (versions !== undefined) {
      assertVersions(versions, prepared);
    }
    const ledger = writeLedger(spool, { runId, stamp: plan.ledger.stamp }, ledgerOf(plan, prepared));
    const batch = loadBatch(
      context.model,
      context.warehouse.now,
      batchId,
      { ledger, rejects: rejectedParts(prepared), base },
      prepared,
    );
    const results = await runWithRetry(context, batch).catch(async (error) => {
      throw await explainWriteFailure(context, prepared, error);
    });
    return { runId, prepared, results };
  } finally {
    spool.remove();
  }
}

function tableReport({ table, known, moved, quarantined, skipped, files }: TablePlan): TableReport {
  const counts = { files: files.length, known, moved: moved.length };
  const others = { quarantined: quarantined.length, skipped: skipped.length };
  return { table: table.name, ...counts, ...others, records: 0, rejected: 0 };
}

/**
 * What the runs of a load did with a source. The last plan knows the files of runs that were committed `before` it from the
 * ledger; they are this load's all the same.
 */
function splitReport(plan: TablePlan, before: readonly LoadedRun[], loaded: readonly LoadedRun[]): TableReport {
  const earlier = filesOf(plan, before);
  const taken = filesOf(plan, loaded);
  const aside = taken.filter(isAside).length;
  return {
    ...tableReport(plan),
    files: taken.length - aside,
    known: Math.max(0, plan.known - earlier.filter((file) => !isAside(file)).length),
    quarantined: Math.max(0, plan.quarantined.length - earlier.filter(isAside).length) + aside,
    records: taken.reduce((sum, file) => sum + file.records, 0),
    rejected: taken.reduce((sum, file) => sum + file.rejected, 0),
  };
}

function filesOf({ table }: TablePlan, runs: readonly LoadedRun[]): readonly BundledFile[] {
  return preparedOf(runs).flatMap((prepared) => (prepared.table === table ? prepared.files : []));
}

function isAside({ quarantined }: BundledFile): boolean {
  return quarantined;
}
