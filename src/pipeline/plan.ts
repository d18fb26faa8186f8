import { identify } from '../objects/bytes.ts';
import type { SkippedObject, SourceObject } from '../objects/objects.ts';
import { protocolSql, type Table } from '../sql/catalogue.ts';
import type { FolderCopy } from './batches.ts';
import type { LoadContext, Source } from './context.ts';
import { type SourceListing, toFolderCopy } from './folders.ts';

/** Why a file is loaded: nobody has loaded it, or its newest loaded version is another. */
export type Reason = 'new' | 'changed';

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
  /** Files that are loaded already, as they are. */
  readonly known: number;
  readonly skipped: readonly SkippedObject[];
  /** The source as a whole, where the warehouse loads folders only. */
  readonly folder?: FolderCopy | undefined;
}

/** What a run would load. `stamp` is the newest stamp of the ledger that was read. */
export interface LoadPlan {
  readonly stamp: string;
  readonly tables: readonly TablePlan[];
}

/** A file's newest entry in the ledger. */
interface LedgerEntry {
  readonly version: string;
  readonly size: number;
}

/** The ledger as a planner reads it: newest entries by table and URI. */
interface Ledger {
  readonly stamp: string;
  readonly entries: ReadonlyMap<string, LedgerEntry>;
}

const EMPTY_LEDGER_STAMP = '1970-01-01 00:00:00';

/**
 * Compares the sources with the ledger. Reads a local file only where its URI and size are known and its content must
 * decide. Throws StarloadError when a source cannot be listed, WarehouseError when the ledger cannot be read.
 */
export async function planLoad(context: LoadContext): Promise<LoadPlan> {
  const ledger = await readLedger(context);
  const tables: TablePlan[] = [];
  for (const source of context.sources) {
    tables.push(await planTable(context, source, ledger));
  }
  const plan = { stamp: ledger.stamp, tables };
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

/** All files of a plan. */
export function plannedFiles({ tables }: LoadPlan): readonly PlannedFile[] {
  return tables.flatMap(({ files }) => files);
}

/**
 * Cuts a plan into plans of at most so many source bytes each, file by file in the plan's order; a file that is larger has
 * one of its own.
 */
export function splitPlan(plan: LoadPlan, maxBytes: number): readonly LoadPlan[] {
  const groups: PlannedFile[][] = [];
  let bytes = 0;
  for (const file of plannedFiles(plan)) {
    if (groups.length === 0 || bytes + file.object.size > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(file);
    bytes += file.object.size;
  }
  return groups.map((group) => onlyFiles(plan, new Set(group)));
}

function onlyFiles({ stamp, tables }: LoadPlan, wanted: ReadonlySet<PlannedFile>): LoadPlan {
  return {
    stamp,
    tables: tables.map((table) => ({ ...table, files: table.files.filter((file) => wanted.has(file)) })),
  };
}

async function readLedger({ model, warehouse }: LoadContext): Promise<Ledger> {
  const { rows } = await warehouse.query(protocolSql(model, 'ledger_latest').sql);
  const entries = rows.map(
    ([table, uri, version, size]) =>
      [entryKey(String(table), String(uri)), { version: String(version), size: Number(size) }] as const,
  );
  return { stamp: String(rows[0]?.[4] ?? EMPTY_LEDGER_STAMP), entries: new Map(entries) };
}

function entryKey(table: string, uri: string): string {
  return `${table} ${uri}`;
}

async function planTable(context: LoadContext, source: Source, ledger: Ledger): Promise<TablePlan> {
  const listing = await listSource(context, source);
  const plan =
    context.warehouse.loads === 'folders'
      ? planFolder(source, listing, ledger)
      : await planFiles(context, source, listing, ledger);
  context.emit({
    type: 'listed',
    table: source.table.name,
    files: listing.objects.length,
    skipped: listing.skipped.length,
  });
  return { table: source.table, source, skipped: listing.skipped, ...plan };
}

async function listSource({ storeOf }: LoadContext, { root }: Source): Promise<SourceListing> {
  const listing = { objects: [] as SourceObject[], skipped: [] as SkippedObject[] };
  for await (const { objects, skipped } of storeOf(root).list(root)) {
    listing.objects.push(...objects);
    listing.skipped.push(...skipped);
  }
  return listing;
}

type Outcome = Pick<TablePlan, 'files' | 'known' | 'folder'>;

async function planFiles(
  context: LoadContext,
  { root, table }: Source,
  { objects }: SourceListing,
  ledger: Ledger,
): Promise<Outcome> {
  const store = context.storeOf(root);
  const files: PlannedFile[] = [];
  for (const object of objects) {
    const entry = ledger.entries.get(entryKey(table.name, object.uri));
    const reason = await reasonToLoad(object, entry, async () => (await identify(store, object)).version);
    if (reason !== undefined) {
      files.push({ object, reason });
    }
  }
  return { files, known: objects.length - files.length };
}

/** A folder is loaded whole, or not at all when its listing is the one that is loaded. */
function planFolder(source: Source, listing: SourceListing, ledger: Ledger): Outcome {
  const folder = toFolderCopy(source, listing);
  const entry = ledger.entries.get(entryKey(source.table.name, folder.folder.uri));
  if (entry?.version === folder.version) {
    return { files: [], known: listing.objects.length, folder };
  }
  const reason = entry === undefined ? 'new' : 'changed';
  return { files: listing.objects.map((object) => ({ object, reason })), known: 0, folder };
}

/** Pure but for `readVersion`, which is asked only when nothing else decides. */
async function reasonToLoad(
  object: SourceObject,
  entry: LedgerEntry | undefined,
  readVersion: () => Promise<string>,
): Promise<Reason | undefined> {
  if (entry === undefined) {
    return 'new';
  }
  const same = entry.size === object.size && entry.version === (await readVersion());
  return same ? undefined : 'changed';
}
