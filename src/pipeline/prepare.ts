import { MAX_PROBLEMS } from '../errors.ts';
import { type Bundle, type BundledFile, type BundleOptions, bundle } from '../objects/bundle.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import type { Part } from '../objects/part.ts';
import type { Mark } from '../objects/part-writer.ts';
import { type Judge, sift } from '../objects/sift.ts';
import type { Spool } from '../objects/spool.ts';
import type { WantedKeys } from '../records/frame-keys.ts';
import { UnknownKeys, type UnknownKeysFound } from '../records/unknown-keys.ts';
import { keysDigests, ownKeys, wantedKeys } from '../records/wanted-keys.ts';
import { loadedColumns, type Table, tableNamed, takingColumns, withRescued, withSource } from '../sql/catalogue.ts';
import { RESCUED, SOURCE_FILE, SOURCE_LINE } from '../sql/design.ts';
import {
  decodeJsonPaths,
  type JsonPath,
  jsonPathsError,
  MAX_JSONPATHS_BYTES,
  parseJsonPaths,
  tooLarge,
} from '../sql/jsonpaths.ts';
import type { Mapping } from '../warehouse/warehouse.ts';
import { byName, type Copy } from './batches.ts';
import type { LoadContext, Source, Tolerance } from './context.ts';
import { FORGOTTEN, type Forget, forgottenIn, tellingColumns } from './forgets.ts';
import type { LoadPlan, TablePlan } from './plan.ts';
import { type ReadTable, refuseBadRecords } from './refuse.ts';
import { judgeOf, NO_REJECTS, RejectLog, type Rejects } from './rejects.ts';
import type { LedgerEntry } from './write-ledger.ts';

/** A staging table's files: read, counted and ready to be copied. */
export interface PreparedTable extends Copy, ReadTable {
  readonly files: readonly BundledFile[];
  /** The keys of the records that no column takes. */
  readonly unknown: UnknownKeysFound;
  /** The digest (`keysDigests`) for the ledger. */
  readonly keysModel: string;
}

/** What is read besides the plan. */
export interface Preparing {
  /** Of which files the unknown keys are kept; if absent, as the context says. */
  readonly keeps?: Keeps | undefined;
  /** The people whose records are left out; if absent, those of the plan's ledger. */
  readonly forgets?: readonly Forget[] | undefined;
  /** Whether each record says its file and line: for rows that stay. */
  readonly isMarked?: boolean | undefined;
}

/** Whether the unknown keys of a file of a source are kept; undefined for a source of which none are. */
export type Keeps = (source: Source) => ((object: SourceObject) => boolean) | undefined;

/** The unknown keys of all files are kept, or of none. */
function keepsOf({ unknownKeys }: Pick<LoadContext, 'unknownKeys'>): Keeps {
  return () => (unknownKeys === 'keep' ? () => true : undefined);
}

/**
 * Streams all planned files through the framer into parts. If bad records are tolerated, it keeps them out. Throws
 * DataError with the bad records if there are more of them than are tolerated.
 */
export async function prepare(
  context: LoadContext,
  plan: LoadPlan,
  spool: Spool,
  { keeps = keepsOf(context), forgets = plan.ledger.forgets, isMarked = false }: Preparing = {},
): Promise<readonly PreparedTable[]> {
  const prepared: PreparedTable[] = [];
  for (const table of plan.tables) {
    prepared.push(await prepareTable(context, table, spool, { isKept: keeps(table.source), forgets, isMarked }));
  }
  await refuseBadRecords(context.tolerance, prepared);
  return prepared;
}

/** The rows of rejected_records for a run. */
export function rejectedParts(prepared: readonly PreparedTable[]): readonly Part[] {
  return prepared.flatMap(({ rejects }) => rejects.parts);
}

/** The ledger rows of a run. */
export function ledgerOf({ tables }: LoadPlan, prepared: readonly PreparedTable[]): readonly LedgerEntry[] {
  const read: LedgerEntry[] = [];
  // No spreads: with tens of thousands of files they take as long as the rest of the entry.
  for (const { table, files, keysModel } of prepared) {
    for (const { object, number, version, size, records, rejected, forgotten, quarantined, keys } of files) {
      const [uri, status] = [object.uri, quarantined ? ('quarantined' as const) : ('loaded' as const)];
      const about = keys && keysModel;
      read.push({ table: table.name, uri, version, size, number, records, rejected, status, keys, keysModel: about });
      if (forgotten > 0) {
        read.push({ table: table.name, uri, version, size, records: 0, rejected: forgotten, status: FORGOTTEN });
      }
    }
  }
  const moved = tables.flatMap(({ table, moved: files }) =>
    files.map(({ object, ...file }) => ({
      ...file,
      table: table.name,
      uri: object.uri,
      size: object.size,
      status: 'moved' as const,
    })),
  );
  return [...read, ...moved];
}

/**
 * The size at which a part ends. A warehouse that reads S3 gives each file to one slice, and needs several files of 1
 * MB to 1 GB compressed (Database Developer Guide, loading data files). A warehouse on this machine reads one file in
 * parallel.
 */
const PART_BYTES = { local: 64 * 1024 * 1024, s3: 16 * 1024 * 1024 } as const;

async function prepareTable(
  context: LoadContext,
  plan: TablePlan,
  spool: Spool,
  {
    isKept,
    forgets,
    isMarked,
  }: { readonly isKept: ReturnType<Keeps>; readonly forgets: readonly Forget[]; readonly isMarked: boolean },
): Promise<PreparedTable> {
  const { source, files } = plan;
  const kept = isKept === undefined ? plan.table : withRescued(plan.table);
  const table = isMarked ? withSource(kept) : kept;
  const paths = files.length === 0 ? undefined : await readJsonPaths(context, source);
  const keepsCurrent = () => unknown.isKept;
  const wanted = wantedKeys(table, paths, keepsCurrent);
  const columns = takingColumns(table).map(({ name }) => name);
  const { ignored } = wanted.rescue ?? table;
  const unknown = new UnknownKeys({ ignored, exact: wanted.exact, columns });
  const options: ReadOptions = {
    store: context.storeOf(source.root),
    spool,
    signal: context.signal,
    partBytes: PART_BYTES[context.warehouse.reads],
    prefix: table.name,
    wanted,
    unknown,
    isKept,
    isForgotten: files.length === 0 ? undefined : forgottenIn(table, paths, forgets),
    markOf: markOf(wanted),
    objects: files.map(({ object }) => object),
    onFile: fileReporter(context, plan),
  };
  const judge = () => judgeOf(table, paths, { isKept: keepsCurrent, telling: tellingColumns(table, forgets) });
  const bundled =
    context.tolerance === undefined
      ? { ...(await bundle(options.objects, { ...options, reads: context.warehouse.reads })), rejects: NO_REJECTS }
      : await siftTable(context, context.tolerance, { ...options, table, judge: judge() });
  const { objects, store, isForgotten } = options;
  const mapping = mappingOf(table, paths, bundled, wanted);
  const digests = keysDigests(table, wanted);
  const keysModel = isKept === undefined ? digests.plain : digests.kept;
  return { ...bundled, table, mapping, paths, store, objects, isForgotten, unknown: unknown.found(), keysModel };
}

/** What each record gets as well: the number of its file, and its line. */
function markOf({ marks }: WantedKeys): BundleOptions['markOf'] {
  const [file, line] = [marks?.get(SOURCE_FILE), marks?.get(SOURCE_LINE)];
  if (file === undefined || line === undefined) return undefined;
  const [before, after] = [`${JSON.stringify(file)}:`, `,${JSON.stringify(line)}:`];
  return (_, number): Mark => ({ text: `${before}${number}${after}`, isOptional: true });
}

/**
 * Where the columns' values are in the bundled records. Records that were rewritten have them under the columns' names.
 */
export function mappingOf(
  table: Table,
  paths: readonly JsonPath[] | undefined,
  { spellings }: Pick<Bundle, 'spellings'>,
  { marks = new Map(), rescue }: Pick<WantedKeys, 'marks' | 'rescue'>,
): Mapping {
  const own = new Map([...marks, ...(rescue === undefined ? [] : [[RESCUED, rescue.key] as const])]);
  if (paths === undefined) {
    return {
      kind: 'names',
      spellings: new Map([...spellings, ...[...own].map(([name, key]) => [name, [key]] as const)]),
    };
  }
  const keys = ownKeys(paths);
  return keys === undefined ? byName(table) : { kind: 'keys', keys: [...keys, ...own.values()] };
}

/** What bundling and sifting have in common. */
interface ReadOptions extends Omit<BundleOptions, 'reads' | 'passThroughBytes'> {
  readonly partBytes: number;
  readonly objects: readonly SourceObject[];
  readonly onFile: (file: BundledFile) => void;
}

/**
 * At most this many bad records of a quarantined file are kept for inspection. The file must be corrected as a whole.
 */
const MOST_REJECTS_OF_A_FILE = 1000;

async function siftTable(
  { model }: LoadContext,
  { maxErrors, quarantine, excerpts }: Tolerance,
  options: ReadOptions & { readonly table: Table; readonly judge: Judge },
): Promise<Bundle & { readonly rejects: Rejects }> {
  const { spool, table, objects, onFile } = options;
  // Nobody can tell whose a malformed record is.
  const into = tableNamed(model, 'rejected_records');
  const log = new RejectLog({ spool, table, into, excerpts, malformed: excerpts && options.isForgotten === undefined });
  const sifted = await sift(objects, {
    ...options,
    wholeFiles: quarantine,
    mostRejects: quarantine ? MOST_REJECTS_OF_A_FILE : Math.max(maxErrors, MAX_PROBLEMS),
    onFile: (file) => {
      log.add(file);
      onFile(file.file);
    },
  });
  return { ...sifted, rejects: log.finish() };
}

function fileReporter({ emit }: LoadContext, { table, files }: TablePlan): (file: BundledFile) => void {
  const ofBytes = files.reduce((sum, { object }) => sum + object.size, 0);
  const done = { files: 0, bytes: 0, records: 0 };
  const tell = () => emit({ type: 'read', table: table.name, of: files.length, ofBytes, ...done });
  if (files.length > 0) {
    tell();
  }
  return ({ object, records }) => {
    done.files += 1;
    done.bytes += object.size;
    done.records += records;
    tell();
  };
}

/** The jsonpaths file of a source, if it has one. */
export async function readJsonPaths(
  context: Pick<LoadContext, 'storeOf'>,
  { table, jsonpaths }: Source,
): Promise<readonly JsonPath[] | undefined> {
  if (jsonpaths === undefined) {
    return undefined;
  }
  const bytes = await readWhole(context.storeOf(jsonpaths), jsonpaths);
  return parseJsonPaths(decodeJsonPaths(bytes, jsonpaths), jsonpaths, loadedColumns(table).length);
}

async function readWhole(store: ObjectStore, file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const { objects } of store.list(file)) {
    for (const object of objects) {
      refuseAsJsonPaths(file, object);
      for await (const chunk of store.read(object)) {
        chunks.push(chunk);
      }
    }
  }
  return Buffer.concat(chunks);
}

function refuseAsJsonPaths(file: string, { label, size }: SourceObject): void {
  if (label.startsWith(`${file}/`)) {
    throw jsonPathsError(file, 'it is a folder: name the file itself');
  }
  if (size > MAX_JSONPATHS_BYTES) {
    throw tooLarge(file, size);
  }
}
