import { StarloadError } from '../errors.ts';
import { identify } from '../objects/bytes.ts';
import type { SourceObject } from '../objects/objects.ts';
import type { LoadContext } from './context.ts';
import type { Ledger, PastVersion } from './ledger.ts';
import {
  isEmpty,
  type LoadPlan,
  onlyFiles,
  type PlannedFile,
  plannedFiles,
  splitPlan,
  type TablePlan,
  withoutMoved,
} from './plan.ts';
import { isRunId } from './run-id.ts';

/** A version of a file that was loaded once and no longer exists. */
export interface MissingVersion {
  readonly table: string;
  readonly uri: string;
  /** `replaced`: a later version of the file was loaded; `gone`: no file holds it. */
  readonly reason: 'replaced' | 'gone';
}

/** A run to perform. A run of the history keeps its id there, and its files keep the versions it loaded. */
export interface PlannedRun {
  readonly plan: LoadPlan;
  readonly runId?: string;
  readonly versions?: ReadonlyMap<SourceObject, string>;
}

/** The runs of a history, to repeat in their order, followed by the runs of everything else. */
export interface Replay {
  readonly runs: readonly PlannedRun[];
  /** Versions of the history that cannot be loaded again. What was undone is left out, and does not count. */
  readonly missing: readonly MissingVersion[];
}

/** A file that a run of the history loaded. `content` is its content at that time. */
interface PastFile extends PastVersion {
  readonly content: string;
}

/**
 * Orders a plan by the history. A file belongs to the last run that loaded its content, under any name. Content that no
 * run loaded comes last. So does a file if its run, or a later one, has already been repeated. A run of the history is
 * not split, because within a run content decides. Local files are read to identify their content. If there is no
 * history, or the tables already hold other runs, the plan is only split by size. Throws StarloadError if a file cannot
 * be read, or an id in the history is not that of a run.
 */
export async function planReplay(context: LoadContext, plan: LoadPlan): Promise<Replay> {
  const history = isEmpty(plan) ? [] : pastFiles(plan.ledger);
  if (history.length === 0) {
    return { runs: cut(context, plan), missing: [] };
  }
  const runOf = new Map(history.map(({ content, runId }) => [content, runId]));
  const present = contentsLoaded(context, plan.ledger);
  const groups = new Map<string, Set<PlannedFile>>(runsToMake(history).map((id) => [id, new Set()]));
  const rest = new Set<PlannedFile>();
  const versions = new Map<SourceObject, string>();
  const of = plannedFiles(plan).length;
  for (const table of plan.tables) {
    for (const file of table.files) {
      context.emit({
        type: 'doing',
        what: 'comparing files with the runs of the earlier tables',
        done: versions.size,
        of,
      });
      const version = await versionOf(context, table, file);
      const content = contentKey(table.table.name, file.object.size, version);
      versions.set(file.object, version);
      present.add(content);
      (groups.get(runOf.get(content) ?? '') ?? rest).add(file);
    }
  }
  const past = [...groups].filter(([, files]) => files.size > 0);
  if (past.length > 0) {
    context.emit({ type: 'replaying', runs: past.length });
  }
  return {
    runs: [
      ...past.map(([runId, files]) => ({ runId, versions, plan: withoutMoved(onlyFiles(plan, files)) })),
      ...cut(context, onlyFiles(plan, rest)),
    ],
    missing: missingFrom(
      history.filter((file) => !plan.ledger.undone.has(file)),
      present,
    ),
  };
}

/**
 * The runs after the last one that has been repeated. A file that comes too late for its place in the order belongs to
 * none of them.
 */
function runsToMake(history: readonly PastFile[]): readonly string[] {
  const lastMade = history.findLastIndex(({ isMade }) => isMade);
  return [...new Set(history.slice(lastMade + 1).map(({ runId }) => runId))];
}

function cut({ maxRunBytes = Number.POSITIVE_INFINITY }: LoadContext, plan: LoadPlan): readonly PlannedRun[] {
  return splitPlan(plan, maxRunBytes).map((run) => ({ plan: run }));
}

function pastFiles({ history }: Ledger): readonly PastFile[] {
  const other = history.find(({ runId }) => !isRunId(runId));
  if (other !== undefined) {
    throw noRun(other.runId);
  }
  return history.map((past) => ({ ...past, content: contentKey(past.table, past.size, past.version) }));
}

/** A run is repeated under its id, which is also used as a folder name. */
function noRun(id: string): StarloadError {
  return new StarloadError(`load_history was changed by hand: no run has the id ${id}`, {
    outcome: 'nothing was loaded',
    next: 'Fix the row, or load everything in one run: npm run etl -- --no-replay.',
  });
}

/** What is loaded so far: an interrupted replay continues. */
function contentsLoaded({ sources }: LoadContext, ledger: Ledger): Set<string> {
  const loaded = sources.flatMap(({ table }) => ledger.loadedVersions(table.name));
  return new Set(loaded.map(({ table, size, version }) => contentKey(table, size, version)));
}

async function versionOf({ storeOf }: LoadContext, { source }: TablePlan, { object }: PlannedFile): Promise<string> {
  return (await identify(storeOf(source.root), object)).version;
}

/** Each missing content once, as it was last loaded. */
function missingFrom(history: readonly PastFile[], present: ReadonlySet<string>): readonly MissingVersion[] {
  const newest = new Map(history.map((file) => [`${file.table} ${file.uri}`, file]));
  const last = new Map(history.map((file) => [file.content, file]));
  return [...last.values()]
    .filter(({ content }) => !present.has(content))
    .map((file) => ({
      table: file.table,
      uri: file.uri,
      reason: newest.get(`${file.table} ${file.uri}`)?.content === file.content ? 'gone' : 'replaced',
    }));
}

function contentKey(table: string, size: number, version: string): string {
  return `${table} ${size} ${version}`;
}
