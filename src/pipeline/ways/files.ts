import type { BundledFile } from '../../objects/bundle.ts';
import { identify } from '../../objects/bytes.ts';
import type { ListPage, ObjectStore, SourceObject } from '../../objects/objects.ts';
import { Spool } from '../../objects/spool.ts';
import { addedUp } from '../../records/key-tally.ts';
import { type Base, loadBatch } from '../batches.ts';
import { warningsOf } from '../checks.ts';
import type { LoadContext, Source } from '../context.ts';
import { sourceWarnings } from '../emptied.ts';
import { explainFailure } from '../explain.ts';
import { keptOut } from '../kept-out.ts';
import { EMPTY_LEDGER_STAMP, type Ledger, type LedgerVersion } from '../ledger.ts';
import { sortMoved } from '../moved.ts';
import {
  type Compared,
  type Listed,
  type LoadPlan,
  type PlannedFile,
  plannedFiles,
  type Reason,
  type TablePlan,
} from '../plan.ts';
import { ledgerOf, type PreparedTable, prepare, rejectedParts } from '../prepare.ts';
import { type LoadedRun, type Progress, preparedOf } from '../progress.ts';
import { type PlannedRun, planReplay } from '../replay.ts';
import { type DryRun, type LoadReport, type TableReport, tableReport } from '../report.ts';
import { runWithRetry } from '../retry.ts';
import { newRunId } from '../run-id.ts';
import { sizesAfterCommit } from '../sizes.ts';
import { refuseUnknownKeys, unknownKeysOf } from '../unknown-keys.ts';
import { vanishedKeys } from '../vanished-keys.ts';
import { writeLedger } from '../write-ledger.ts';
import type { SourceUnit } from './unit.ts';

async function compare(
  context: LoadContext,
  { root, table }: Source,
  { pages, ledger }: Pick<Listed, 'pages' | 'ledger'>,
): Promise<Compared> {
  const store = context.storeOf(root);
  const files: PlannedFile[] = [];
  const quarantined: SourceObject[] = [];
  let known = 0;
  for await (const page of pages) {
    for (const object of page) {
      const newest = ledger.newest(table.name, object.uri);
      const reason = newest === undefined ? 'new' : await reasonToReload(object, newest, context, store);
      if (newest === undefined || reason !== undefined) {
        files.push({ object, reason: reason ?? 'new' });
        continue;
      }
      ledger.noteHeld(newest);
      if (newest.status === 'quarantined') {
        quarantined.push(object);
      } else {
        known += 1;
      }
    }
  }
  const { wanted, undone } = await withoutUndone(context, files, { table: table.name, store, ledger });
  return { ...(await sortMoved(wanted, { table: table.name, store, ledger })), known, quarantined, undone };
}

/** Leaves out the files whose load was undone, unless they are to be loaded again. Reads contents only where sizes match. */
async function withoutUndone(
  { again }: LoadContext,
  files: readonly PlannedFile[],
  { table, store, ledger }: { readonly table: string; readonly store: ObjectStore; readonly ledger: Ledger },
): Promise<{ readonly wanted: readonly PlannedFile[]; readonly undone: readonly SourceObject[] }> {
  const wanted: PlannedFile[] = [];
  const undone: SourceObject[] = [];
  for (const file of files) {
    const { object } = file;
    const { uri, size } = object;
    const mayBe = ledger.undone.mayHave({ table, size });
    const isUndone = mayBe && ledger.undone.has({ table, uri, ...(await identify(store, object)) });
    if (!isUndone) wanted.push(file);
    else if (again === true) wanted.push({ object, reason: 'undone' });
    else undone.push(object);
  }
  return { wanted, undone };
}

/** Why a file that the ledger knows is loaded again. Reads its content only if nothing else decides. */
async function reasonToReload(
  object: SourceObject,
  { size, version, status }: LedgerVersion,
  { tolerance, verify = false }: LoadContext,
  store: ObjectStore,
): Promise<Reason | undefined> {
  const isKnown = size === object.size && !verify && store.hasStill?.(object, version) === true;
  if (!isKnown && (size !== object.size || version !== (await identify(store, object)).version)) {
    return 'changed';
  }
  // A run that keeps out single records loads files that a run that sets aside whole files has set aside.
  return status === 'quarantined' && tolerance?.quarantine === false ? 'quarantined' : undefined;
}

/** Each file is a unit. */
async function* units(_: Source, pages: AsyncIterable<ListPage>): AsyncIterable<SourceUnit> {
  for await (const { objects } of pages) {
    yield* objects.map((object) => ({ ...object, objects: [object] }));
  }
}

async function load(
  context: LoadContext,
  plan: LoadPlan,
  { progress }: { readonly progress: Progress },
): Promise<LoadReport> {
  const { runs, missing } = await planReplay(context, plan);
  const before = progress.begin(runs.length);
  for (const run of runs) {
    const tolerance = context.tolerance && { ...context.tolerance, spent: progress.rejected };
    const base = progress.base ?? baseOf(plan);
    const made = await loadRun({ ...context, tolerance }, { ...run, base }, progress.nextRunId());
    progress.add(made);
    context.emit({ type: 'committed', id: made.runId, run: progress.loaded.length, of: progress.of });
  }
  const { loaded } = progress;
  return {
    status: loaded.length === 0 ? 'up_to_date' : 'loaded',
    runId: loaded.length === 0 ? undefined : progress.runId,
    tables: plan.tables.map((table) => splitReport(table, before, loaded)),
    rows: loaded.length === 0 ? new Map() : await sizesAfterCommit(context),
    warnings: [...sourceWarnings(plan), ...loaded.flatMap(({ results }) => warningsOf(results))],
    missing,
    unknownKeys: unknownKeysOf(preparedOf(loaded)),
    vanishedKeys: vanishedKeys(plan.ledger.missing, preparedOf(loaded)),
    ...keptOut(plan, preparedOf(loaded)),
  };
}

async function dryRun(context: LoadContext, plan: LoadPlan): Promise<DryRun> {
  const { model, warehouse, spoolRoot } = context;
  const runId = newRunId();
  const spool = new Spool(spoolRoot, runId);
  const prepared = await prepare(context, plan, spool, { isMarked: true });
  refuseUnknownKeys(context.unknownKeys, prepared);
  const ledger = writeLedger(spool, { runId, stamp: plan.ledger.stamp }, ledgerOf(plan, prepared));
  const batch = loadBatch(model, warehouse.now, runId, { ledger, rejects: rejectedParts(prepared) }, prepared);
  const runs = (await planReplay(context, plan)).runs.length;
  return {
    statements: await warehouse.explain(batch),
    runs,
    kept: keptOut(plan, prepared),
    unknownKeys: unknownKeysOf(prepared),
    vanishedKeys: vanishedKeys(plan.ledger.missing, prepared),
  };
}

/** Thrown for a file that has changed since the runs of a history were planned. It belongs to none of them. */
export class ChangedFile extends Error {}

/** A run of a history must have its original contents. Otherwise the history would not state what the run held. */
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

/** Performs a run. The batch has its own id, even if it repeats a run of the history under that run's id. */
async function loadRun(
  context: LoadContext,
  { plan, runId: past, versions, base }: PlannedRun & { readonly base: Base | undefined },
  batchId: string,
): Promise<LoadedRun> {
  const runId = past ?? batchId;
  context.emit({ type: 'run', id: runId });
  const needed = plannedFiles(plan).reduce((sum, { object }) => sum + object.size, 0);
  const spool = new Spool(context.spoolRoot, runId, needed);
  try {
    const prepared = await prepare(context, plan, spool, { isMarked: true });
    refuseUnknownKeys(context.unknownKeys, prepared);
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
      throw await explainFailure(context, prepared, error);
    });
    return { runId, prepared, results };
  } finally {
    spool.remove();
  }
}

/**
 * What the runs of a load did with a source. The last plan knows the files of runs that were committed `before` it from
 * the ledger, but they belong to this load too.
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
    forgotten: taken.reduce((sum, file) => sum + file.forgotten, 0),
    keys: addedUp(taken.map(({ keys }) => keys)),
  };
}

function filesOf({ table }: TablePlan, runs: readonly LoadedRun[]): readonly BundledFile[] {
  return preparedOf(runs).flatMap((prepared) => (prepared.table.name === table.name ? prepared.files : []));
}

function isAside({ quarantined }: BundledFile): boolean {
  return quarantined;
}

/** File by file, each loaded once: for a warehouse that accepts parts. */
export const FILES = { isIncremental: true, compare, units, load, dryRun };
