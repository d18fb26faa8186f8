import { identify } from '../objects/bytes.ts';
import type { ObjectStore, SkippedObject, SourceObject } from '../objects/objects.ts';
import type { Table } from '../sql/catalogue.ts';
import type { FolderCopy } from './batches.ts';
import { assertNotAhead, assertPastNewest } from './clock.ts';
import type { LoadContext, Source } from './context.ts';
import { refuseWithoutFiles } from './emptied.ts';
import { toFolderCopy } from './folders.ts';
import { Ledger, type LedgerVersion, readLedger } from './ledger.ts';
import { type MovedFile, sortMoved } from './moved.ts';

/**
 * Why a file is loaded: nobody has loaded it, it is new and holds what another file is loaded with, its newest loaded
 * version is another, or it was set aside by a run that set aside whole files, and this one would not.
 */
export type Reason = 'new' | 'copied' | 'changed' | 'quarantined';

/** A file a run would load. */
export interface PlannedFile {
  readonly object: SourceObject;
  readonly reason: Reason;
}

/** What a run would load into a staging table. */
export interface TablePlan {
  readonly table: Table;
  readonly source: Source;
  readonly files: readonly PlannedFile[];
  /** Files that are not loaded again, but written down under their new names. */
  readonly moved: readonly MovedFile[];
  /** Files that are loaded already, as they are. */
  readonly known: number;
  /** Files that an earlier run has set aside, still as they were: they wait to be corrected. */
  readonly quarantined: readonly SourceObject[];
  readonly skipped: readonly SkippedObject[];
  /** How many files of this table the ledger knows, where the source holds none; else 0. */
  readonly emptied: number;
  /** The source as a whole, where the warehouse loads folders only. */
  readonly folder?: FolderCopy | undefined;
}

/** What a run would load, and the ledger as it was when that was planned. */
export interface LoadPlan {
  readonly ledger: Ledger;
  readonly tables: readonly TablePlan[];
}

/**
 * Compares the sources with the ledger. Reads a local file only where its URI and size are known and its content must
 * decide. Throws StarloadError when a source cannot be listed or the warehouse's clock is wrong, WarehouseError when the ledger cannot be read.
 */
export async function planLoad(context: LoadContext): Promise<LoadPlan> {
  const ledger = await readLedger(context);
  assertClock(ledger);
  const tables: TablePlan[] = [];
  for (const source of context.sources) {
    tables.push(await planTable(context, source, ledger));
  }
  const plan = { ledger, tables };
  const files = plannedFiles(plan);
  const bytes = files.reduce((sum, { object }) => sum + object.size, 0);
  context.emit({
    type: 'planned',
    files: files.length,
    bytes,
    known: tables.reduce((sum, { known }) => sum + known, 0),
  });
  return plan;
}

/** Throws StarloadError where no run could be stamped now, or by a clock that is wrong. */
function assertClock({ now, stamp }: Ledger): void {
  if (now !== undefined) {
    assertNotAhead({ now });
    assertPastNewest({ now, newest: stamp });
  }
}

/** A plan that loads every file as if nothing were loaded yet. Throws StarloadError when a source cannot be listed. */
export async function planEverything(context: LoadContext): Promise<LoadPlan> {
  const nothing = new Ledger();
  const tables: TablePlan[] = [];
  for (const source of context.sources) {
    tables.push(await planTable(context, source, nothing));
  }
  return { ledger: nothing, tables };
}

/** A plan that takes these files as if nothing were loaded yet. */
export function planOf(
  files: readonly { readonly source: Source; readonly objects: readonly SourceObject[] }[],
): LoadPlan {
  return {
    ledger: new Ledger(),
    tables: files.map(({ source, objects }) => ({
      table: source.table,
      source,
      files: objects.map((object) => ({ object, reason: 'new' })),
      moved: [],
      known: 0,
      quarantined: [],
      skipped: [],
      emptied: 0,
    })),
  };
}

/** All files of a plan. */
export function plannedFiles({ tables }: LoadPlan): readonly PlannedFile[] {
  return tables.flatMap(({ files }) => files);
}

/** All files of a plan that were only moved. */
export function movedFiles({ tables }: LoadPlan): readonly MovedFile[] {
  return tables.flatMap(({ moved }) => moved);
}

/** Whether a plan has anything to write. */
export function isEmpty(plan: LoadPlan): boolean {
  return plannedFiles(plan).length === 0 && movedFiles(plan).length === 0;
}

/** A plan without the files that were only moved. */
export function withoutMoved({ ledger, tables }: LoadPlan): LoadPlan {
  return { ledger, tables: tables.map((table) => ({ ...table, moved: [] })) };
}

/**
 * Cuts a plan into plans of at most so many source bytes each, file by file in the plan's order, but the smaller sources
 * first: songs that come before their plays need not be matched with all of them later. A file that is larger has a plan of its own.
 */
export function splitPlan(plan: LoadPlan, maxBytes: number): readonly LoadPlan[] {
  const groups: PlannedFile[][] = [];
  let bytes = 0;
  for (const file of smallerFirst(plan)) {
    if (groups.length === 0 || bytes + file.object.size > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(file);
    bytes += file.object.size;
  }
  const runs = groups.length === 0 && movedFiles(plan).length > 0 ? [[]] : groups;
  return runs.map((group, index) => onlyFiles(index === 0 ? plan : withoutMoved(plan), new Set(group)));
}

function smallerFirst({ tables }: LoadPlan): readonly PlannedFile[] {
  const bytesOf = ({ files }: TablePlan) => files.reduce((sum, { object }) => sum + object.size, 0);
  return tables.toSorted((a, b) => bytesOf(a) - bytesOf(b)).flatMap(({ files }) => files);
}

/** A plan of some of its files. */
export function onlyFiles({ ledger, tables }: LoadPlan, wanted: ReadonlySet<PlannedFile>): LoadPlan {
  return {
    ledger,
    tables: tables.map((table) => ({ ...table, files: table.files.filter((file) => wanted.has(file)) })),
  };
}

async function planTable(context: LoadContext, source: Source, ledger: Ledger): Promise<TablePlan> {
  const skipped: SkippedObject[] = [];
  const pages = listPages(context, source, skipped);
  const plan =
    context.warehouse.loads === 'folders'
      ? await planFolder(context, source, { pages, skipped, ledger })
      : await planFiles(context, source, pages, ledger);
  const files = plan.files.length + plan.moved.length + plan.known + plan.quarantined.length;
  context.emit({ type: 'listed', table: source.table.name, files, skipped: skipped.length });
  refuseWithoutFiles(context, source, files);
  tellTwins(context, source.table.name, plan);
  const emptied = files === 0 ? ledger.filesOf(source.table.name) : 0;
  return { table: source.table, source, skipped, emptied, ...plan };
}

/** Tells of files that hold what another file was loaded with. */
function tellTwins({ emit }: LoadContext, table: string, { files, moved }: Outcome): void {
  const [first] = moved;
  if (first !== undefined) {
    emit({ type: 'moved', table, files: moved.length, first: first.object.label, from: first.from });
  }
  const copied = files.filter(({ reason }) => reason === 'copied');
  if (copied[0] !== undefined) {
    emit({ type: 'copied', table, files: copied.length, first: copied[0].object.label });
  }
}

/** A source's files, page by page, so that only those to be loaded are held; what is no data is added to `skipped`. */
async function* listPages(
  { storeOf, signal }: LoadContext,
  { root }: Source,
  skipped: SkippedObject[],
): AsyncIterable<readonly SourceObject[]> {
  for await (const page of storeOf(root).list(root)) {
    signal.throwIfAborted();
    skipped.push(...page.skipped);
    yield page.objects;
  }
}

type Outcome = Pick<TablePlan, 'files' | 'moved' | 'known' | 'quarantined' | 'folder'>;

async function planFiles(
  context: LoadContext,
  { root, table }: Source,
  pages: AsyncIterable<readonly SourceObject[]>,
  ledger: Ledger,
): Promise<Outcome> {
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
  return { ...(await sortMoved(files, { table: table.name, store, ledger })), known, quarantined };
}

interface Listed {
  readonly pages: AsyncIterable<readonly SourceObject[]>;
  readonly skipped: readonly SkippedObject[];
  readonly ledger: Ledger;
}

/** A folder is loaded whole, or not at all when its listing is the one that is loaded. */
async function planFolder(context: LoadContext, source: Source, { pages, skipped, ledger }: Listed): Promise<Outcome> {
  const objects: SourceObject[] = [];
  for await (const page of pages) {
    objects.push(...page);
  }
  refuseWithoutFiles(context, source, objects.length);
  const folder = toFolderCopy(source, { objects, skipped });
  const entry = ledger.newest(source.table.name, folder.folder.uri);
  if (entry?.version === folder.version) {
    return { files: [], moved: [], known: objects.length, quarantined: [], folder };
  }
  const reason = entry === undefined ? 'new' : 'changed';
  return { files: objects.map((object) => ({ object, reason })), moved: [], known: 0, quarantined: [], folder };
}

/** Why a file that the ledger knows is loaded again. Its content is read only where its size does not decide. */
async function reasonToReload(
  object: SourceObject,
  { size, version, status }: LedgerVersion,
  { tolerance }: LoadContext,
  store: ObjectStore,
): Promise<Reason | undefined> {
  if (size !== object.size || version !== (await identify(store, object)).version) {
    return 'changed';
  }
  // A run that keeps out single records takes what a run that keeps out whole files has set aside.
  return status === 'quarantined' && tolerance?.quarantine === false ? 'quarantined' : undefined;
}
