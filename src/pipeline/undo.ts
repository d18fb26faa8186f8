import { StarloadError, UsageError } from '../errors.ts';
import { type Model, protocolSql, tablesOf } from '../sql/catalogue.ts';
import { BEGINNING, quoteLiteral, render } from '../sql/render.ts';
import type { Batch } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import { undoBatch } from './batches.ts';
import { assertFits } from './budget.ts';
import { assertNotAhead, assertPastNewest, readClock } from './clock.ts';
import type { LoadContext } from './context.ts';
import { FORGOTTEN } from './forgets.ts';
import { hasHistory } from './ownership.ts';
import { type RebuildReport, runRebuild } from './rebuild.ts';
import { refusalOf } from './retry.ts';
import { isRunId, newRunId } from './run-id.ts';
import { explainUnfit, fitting } from './shape.ts';

/** What an undo takes out of a staging table, or would. */
export interface UndoneTable {
  readonly table: string;
  readonly files: number;
  /** The rows of staging. */
  readonly rows: number;
  /** The records that the run kept out. */
  readonly rejected: number;
}

/** What undoing a run takes out. */
export interface UndoPlan {
  readonly runId: string;
  /** Empty if nothing of the run is left to undo. */
  readonly tables: readonly UndoneTable[];
  readonly files: readonly { readonly table: string; readonly uri: string }[];
  /** Why nothing is left to undo, if so. */
  readonly because: 'undone' | 'moved' | undefined;
}

/** What an undo did. */
export interface UndoReport extends RebuildReport {
  readonly plan: UndoPlan;
}

/** An undo gives up after this many plans, when others keep undoing. */
const MOST_PLANS = 3;

/**
 * Undoes a run, or all runs of a load that was split: the tables are as if it had never been, and its files are not
 * loaded again unless that is asked for. `confirm` may refuse. Throws UsageError for a run that the ledger does not have,
 * StarloadError for one that cannot be undone, and DataError if a check fails; nothing is changed then.
 */
export async function undo(
  context: LoadContext,
  run: string,
  confirm: (plan: UndoPlan) => Promise<boolean>,
): Promise<UndoReport> {
  assertFits(context, 'undo');
  await context.warehouse.settle();
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planUndo(context, run);
    if (plan.because !== undefined) {
      return { plan, rows: new Map(), warnings: [] };
    }
    if (attempt === 1 && !(await confirm(plan))) {
      throw new StarloadError('nothing was undone', { next: 'Add --yes to undo the run.' });
    }
    const clock = await readClock(context, { standing: fitting(context.model) });
    assertNotAhead(clock);
    assertPastNewest(clock);
    try {
      return { plan, ...(await runRebuild(context, await batchOf(context, run))) };
    } catch (error) {
      if (refusalOf(error) !== 'overtaken' || attempt === MOST_PLANS) {
        throw error;
      }
      context.emit({ type: 'again', reason: 'another process has undone the run meanwhile', attempt: attempt + 1 });
    }
  }
}

/** What undoing a run would take out, and its statements. Changes nothing. */
export async function dryRunUndo(
  context: LoadContext,
  run: string,
): Promise<{ readonly plan: UndoPlan; readonly statements: readonly string[] }> {
  assertFits(context, 'undo');
  const plan = await planUndo(context, run);
  const statements = plan.because === undefined ? await context.warehouse.explain(await batchOf(context, run)) : [];
  return { plan, statements };
}

async function batchOf({ model, warehouse }: LoadContext, run: string): Promise<Batch> {
  const keepsHistory = await hasHistory(model, warehouse);
  return undoBatch(model, warehouse.now, `undo-${newRunId()}`, conditionOf(run), keepsHistory);
}

/** A load that was split has runs whose ids begin with its own. */
function conditionOf(run: string): string {
  return `run_id = ${quoteLiteral(run)} OR run_id LIKE ${quoteLiteral(`${run}.%`)}`;
}

/** A file of the run, as the ledger has it. */
interface Entry {
  readonly table: string;
  readonly uri: string;
  readonly runId: string;
  readonly status: string;
  readonly records: number;
  readonly rejected: number;
  readonly fate: string;
}

async function planUndo(context: LoadContext, run: string): Promise<UndoPlan> {
  const entries = isRunId(run) ? await readEntries(context, run) : [];
  refuseUnknown(context, run, entries);
  const files = entries.filter(({ status }) => !['moved', 'undone', FORGOTTEN].includes(status));
  const staged = entries.filter(({ status }) => status !== 'moved' && status !== 'undone');
  refuseReplaced(run, files);
  const tables = tablesOf(context.model, 'staging').map(({ name }) => taken(name, files, staged));
  return {
    runId: run,
    tables: tables.filter((table) => table.files > 0),
    files: files.map(({ table, uri }) => ({ table, uri })),
    because: files.length > 0 ? undefined : entries.some(({ status }) => status === 'undone') ? 'undone' : 'moved',
  };
}

async function readEntries({ model, warehouse }: LoadContext, run: string): Promise<readonly Entry[]> {
  const query = protocolSql(model, 'undo_files');
  const sql = render(query.sql, { now: warehouse.now, since: BEGINNING, base: conditionOf(run) });
  const { rows } = await ask(warehouse, { ...query, sql }, { standing: fitting(model) }).catch(async (error) => {
    throw await explainUnfit({ model, warehouse }, error);
  });
  return rows.map(([table, uri, runId, status, records, rejected, fate]) => ({
    table: String(table),
    uri: String(uri),
    runId: String(runId),
    status: String(status),
    records: Number(records),
    rejected: Number(rejected),
    fate: String(fate),
  }));
}

/** `staged` also says how many records of the files are not in staging any more. */
function taken(table: string, files: readonly Entry[], staged: readonly Entry[]): UndoneTable {
  const own = files.filter((file) => file.table === table);
  const rejected = own.reduce((sum, file) => sum + file.rejected, 0);
  const rows = staged
    .filter((entry) => entry.table === table)
    .reduce((sum, entry) => sum + entry.records - entry.rejected, 0);
  return { table, files: own.length, rows, rejected };
}

function refuseUnknown({ model, warehouse }: LoadContext, run: string, entries: readonly Entry[]): void {
  if (entries.length === 0) {
    throw new UsageError(`the ledger of ${warehouse.location} has no run ${run}`, {
      next: 'npm run status lists the runs.',
    });
  }
  const other = entries.find(({ table }) => !isStaging(model, table));
  if (other !== undefined) {
    throw new UsageError(`the run ${run} loaded files into ${other.table}, which is no staging table of this model`, {
      next: 'Name the model that made the table: --model DIR, or PATH under [MODEL] in dwh.cfg.',
    });
  }
}

function isStaging(model: Model, table: string): boolean {
  return tablesOf(model, 'staging').some(({ name }) => name === table);
}

/** A load of whole folders removes all rows of staging first. Nobody has kept them. */
function refuseReplaced(run: string, files: readonly Entry[]): void {
  if (files.some(({ fate }) => fate === 'folder')) {
    throw new StarloadError(
      `the run ${run} loaded whole folders in place of all that had been there, and nobody has kept that`,
      {
        outcome: 'nothing was changed',
        next: 'Take the files out of their folders and run npm run etl, which loads all others again. With WORK_PREFIX = s3://your-bucket/starload/ under [S3], files are loaded one by one, and a run can be undone.',
      },
    );
  }
  if (files.some(({ fate }) => fate === 'replaced')) {
    throw new StarloadError(`nothing of the run ${run} is left: a later run loaded whole folders in its place`, {
      outcome: 'nothing was changed',
      next: 'npm run status lists the runs.',
    });
  }
}
