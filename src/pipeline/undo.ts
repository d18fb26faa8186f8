import { StarloadError, UsageError } from '../errors.ts';
import { type Model, protocolSql, tablesOf } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
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
import { isOfRun, isRunId, newRunId } from './run-id.ts';
import { explainUnfit, fitting } from './shape.ts';
import { conditionOfFile, conditionOfLoads, type LoadOfFile, refuseFolder, refuseUnmarked } from './undo-file.ts';

/** What an undo takes out of a staging table, or would. */
export interface UndoneTable {
  readonly table: string;
  readonly files: number;
  /** The rows of staging. */
  readonly rows: number;
  /** The records that the run kept out. */
  readonly rejected: number;
}

/** What is undone: a run, or all runs of a load that was split; or all loads of a file that stand. */
export type UndoTarget = { readonly run: string } | { readonly file: string };

/** What an undo takes out. */
export interface UndoPlan {
  readonly target: UndoTarget;
  /** The runs that loaded it, in their order. */
  readonly runs: readonly string[];
  /** Empty if nothing is left to undo. */
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
 * Undoes a run or a file: the tables are as if it had never been loaded, and what is undone is not loaded again unless that is
 * asked for. `confirm` may refuse. Throws UsageError for what the ledger does not have, StarloadError for what cannot be
 * undone, and DataError if a check fails; nothing is changed then.
 */
export async function undo(
  context: LoadContext,
  target: UndoTarget,
  confirm: (plan: UndoPlan) => Promise<boolean>,
): Promise<UndoReport> {
  assertFits(context, 'undo');
  await context.warehouse.settle();
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planUndo(context, target);
    if (plan.because !== undefined) {
      return { plan, rows: new Map(), warnings: [] };
    }
    if (attempt === 1 && !(await confirm(plan))) {
      throw new StarloadError('nothing was undone', { next: `Add --yes to undo the ${nameOf(target)}.` });
    }
    const clock = await readClock(context, { standing: fitting(context.model) });
    assertNotAhead(clock);
    assertPastNewest(clock);
    try {
      return { plan, ...(await runRebuild(context, await batchOf(context, target))) };
    } catch (error) {
      if (refusalOf(error) !== 'overtaken' || attempt === MOST_PLANS) {
        throw error;
      }
      context.emit({
        type: 'again',
        reason: `another process has undone the ${nameOf(target)} meanwhile, or has loaded it`,
        attempt: attempt + 1,
      });
    }
  }
}

/** What an undo would take out, and its statements. Changes nothing. */
export async function dryRunUndo(
  context: LoadContext,
  target: UndoTarget,
): Promise<{ readonly plan: UndoPlan; readonly statements: readonly string[] }> {
  assertFits(context, 'undo');
  const plan = await planUndo(context, target);
  const statements = plan.because === undefined ? await context.warehouse.explain(await batchOf(context, target)) : [];
  return { plan, statements };
}

/** What is undone, in a word. */
function nameOf(target: UndoTarget): 'run' | 'file' {
  return 'run' in target ? 'run' : 'file';
}

async function batchOf({ model, warehouse }: LoadContext, target: UndoTarget): Promise<Batch> {
  const keepsHistory = await hasHistory(model, warehouse);
  const undoing =
    'run' in target
      ? { of: 'run' as const, condition: isOfRun(target.run) }
      : { of: 'file' as const, condition: conditionOfLoads(target.file) };
  return undoBatch(model, warehouse.now, `undo-${newRunId()}`, undoing, keepsHistory);
}

async function planUndo(context: LoadContext, target: UndoTarget): Promise<UndoPlan> {
  const entries = 'run' in target ? await readRun(context, target.run) : await readFile(context, target.file);
  const files = entries.filter(isLeft);
  const staged = entries.filter(({ status }) => status !== 'moved' && status !== 'undone');
  const rowsOf = 'run' in target ? rowsLeft : rowsKnown;
  const tables = tablesOf(context.model, 'staging').map(({ name }) => taken(name, files, rowsOf(name, staged)));
  return {
    target,
    runs: [...new Set(files.map(({ runId }) => runId))],
    tables: tables.filter((table) => table.files > 0),
    files: files.map(({ table, uri }) => ({ table, uri })),
    because: files.length > 0 ? undefined : entries.some(({ status }) => status === 'undone') ? 'undone' : 'moved',
  };
}

async function readRun(context: LoadContext, run: string): Promise<readonly LoadOfFile[]> {
  const entries = isRunId(run) ? await readEntries(context, 'undo_files', isOfRun(run)) : [];
  if (entries.length === 0) {
    throw new UsageError(`the ledger of ${context.warehouse.location} has no run ${run}`, {
      next: 'npm run status lists the runs.',
    });
  }
  refuseOthers(context.model, `the run ${run}`, entries);
  refuseReplaced(run, entries.filter(isLeft));
  return entries;
}

/** The loads of a file that stand. Of those that whole folders have replaced since, nothing is left. */
async function readFile(context: LoadContext, uri: string): Promise<readonly LoadOfFile[]> {
  const entries = await readEntries(context, 'undo_file_loads', conditionOfFile(uri));
  if (entries.length === 0) {
    throw new UsageError(`the ledger of ${context.warehouse.location} has no file ${uri}`, {
      next: 'Name it as messages do, with its folder or as a URI. npm run query -- "SELECT DISTINCT uri FROM load_ledger" lists all files.',
    });
  }
  refuseOthers(context.model, uri, entries);
  const left = entries.filter(({ fate }) => fate !== 'replaced');
  refuseFolder(uri, left, entries);
  refuseUnmarked(
    uri,
    left.filter(({ status }) => status !== 'moved' && status !== 'undone'),
  );
  return left;
}

function isLeft({ status }: LoadOfFile): boolean {
  return !['moved', 'undone', FORGOTTEN].includes(status);
}

async function readEntries(
  { model, warehouse }: LoadContext,
  name: 'undo_files' | 'undo_file_loads',
  condition: string,
): Promise<readonly LoadOfFile[]> {
  const query = protocolSql(model, name);
  const sql = render(query.sql, { now: warehouse.now, since: BEGINNING, base: condition });
  const { rows } = await ask(warehouse, { ...query, sql }, { standing: fitting(model) }).catch(async (error) => {
    throw await explainUnfit({ model, warehouse }, error);
  });
  return rows.map(([table, uri, runId, status, records, rejected, fate, known]) => ({
    table: String(table),
    uri: String(uri),
    runId: String(runId),
    status: String(status),
    records: Number(records),
    rejected: Number(rejected),
    fate: String(fate),
    known: Number(known ?? 0),
  }));
}

function taken(table: string, files: readonly LoadOfFile[], rows: number): UndoneTable {
  const own = files.filter((file) => file.table === table);
  const rejected = own.reduce((sum, file) => sum + file.rejected, 0);
  return { table, files: own.length, rows, rejected };
}

/** The rows of runs, of which entries also say how many are not in staging any more. */
function rowsLeft(table: string, entries: readonly LoadOfFile[]): number {
  const own = entries.filter((entry) => entry.table === table);
  return own.reduce((sum, { records, rejected }) => sum + records - rejected, 0);
}

/** The rows that are in staging of loads of a file. */
function rowsKnown(table: string, entries: readonly LoadOfFile[]): number {
  return entries.filter((entry) => entry.table === table).reduce((sum, { known }) => sum + known, 0);
}

function refuseOthers(model: Model, what: string, entries: readonly LoadOfFile[]): void {
  const other = entries.find(({ table }) => !isStaging(model, table));
  if (other !== undefined) {
    throw new UsageError(`what was loaded of ${what} is in ${other.table}, which is no staging table of this model`, {
      next: 'Name the model that made the table: --model DIR, or PATH under [MODEL] in dwh.cfg.',
    });
  }
}

function isStaging(model: Model, table: string): boolean {
  return tablesOf(model, 'staging').some(({ name }) => name === table);
}

/** A load of whole folders removes all rows of staging first. Nobody has kept them. */
function refuseReplaced(run: string, files: readonly LoadOfFile[]): void {
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
