import { DataError, type DataProblem, MAX_PROBLEMS, StarloadError } from '../errors.ts';
import { type BundledFile, bundle } from '../objects/bundle.ts';
import { type JsonPath, parseJsonPaths } from '../objects/jsonpaths.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { Part } from '../objects/part.ts';
import type { Spool } from '../objects/spool.ts';
import { loadedColumns } from '../sql/catalogue.ts';
import type { Copy } from './batches.ts';
import type { LoadContext, Source } from './context.ts';
import type { LoadPlan, TablePlan } from './plan.ts';
import { wantedKeys } from './wanted-keys.ts';

/** A staging table's files, read, counted and ready to be copied. */
export interface PreparedTable extends Copy {
  readonly store: ObjectStore;
  readonly files: readonly BundledFile[];
  readonly problems: readonly DataProblem[];
}

/** Streams all planned files through the framer into parts. Throws DataError naming every malformed file. */
export async function prepare(context: LoadContext, plan: LoadPlan, spool: Spool): Promise<readonly PreparedTable[]> {
  const prepared: PreparedTable[] = [];
  for (const table of plan.tables) {
    prepared.push(await prepareTable(context, table, spool));
  }
  refuseMalformed(prepared.flatMap(({ problems }) => problems));
  return prepared;
}

function refuseMalformed(problems: readonly DataProblem[]): void {
  if (problems.length === 0) {
    return;
  }
  const count = problems.length === 1 ? 'one file is' : `${problems.length} files are`;
  const listed = problems.length > MAX_PROBLEMS ? ` (the first ${MAX_PROBLEMS} are listed)` : '';
  throw new DataError(`${count} not well-formed${listed}; nothing was loaded`, problems.slice(0, MAX_PROBLEMS), {
    next: 'Correct the files named above and run again.',
  });
}

/** The ledger rows of a run, as a part that is copied with its data. */
export function writeLedger(
  spool: Spool,
  runId: string,
  plannedStamp: string,
  prepared: readonly PreparedTable[],
): Part {
  const rows = prepared.flatMap(({ table, files }) =>
    files.map(({ object, version, size, records }) => ({
      run_id: runId,
      staging_table: table.name,
      uri: checkedUri(object.uri),
      version,
      size_bytes: size,
      records,
      planned_stamp: plannedStamp,
    })),
  );
  const file = spool.create('load_ledger.json');
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  file.write(bytes);
  file.close();
  return { path: file.path, compression: 'none', records: rows.length, bytes: bytes.length, index: [] };
}

/**
 * Where a part ends. A warehouse that reads S3 gives each file to one slice, and wants several of them, of 1 MB to 1 GB
 * compressed (Database Developer Guide, loading data files); one on this machine reads a file in parallel.
 */
const PART_BYTES = { local: 64 * 1024 * 1024, s3: 16 * 1024 * 1024 } as const;

async function prepareTable(
  context: LoadContext,
  { table, source, files }: TablePlan,
  spool: Spool,
): Promise<PreparedTable> {
  const store = context.storeOf(source.root);
  const paths = files.length === 0 ? undefined : await readJsonPaths(context, source);
  let read = 0;
  let records = 0;
  const bundled = await bundle(
    files.map(({ object }) => object),
    {
      store,
      spool,
      signal: context.signal,
      reads: context.warehouse.reads,
      partBytes: PART_BYTES[context.warehouse.reads],
      prefix: table.name,
      wanted: wantedKeys(table, paths),
      onFile: (file) => {
        read += 1;
        records += file.records;
        context.emit({ type: 'read', table: table.name, files: read, of: files.length, records });
      },
    },
  );
  const mapping =
    paths === undefined ? { kind: 'names' as const, spellings: bundled.spellings } : { kind: 'paths' as const, paths };
  return { table, parts: bundled.parts, mapping, store, files: bundled.files, problems: bundled.problems };
}

/** The jsonpaths file of a source, if it has one. */
async function readJsonPaths(
  context: LoadContext,
  { table, jsonpaths }: Source,
): Promise<readonly JsonPath[] | undefined> {
  if (jsonpaths === undefined) {
    return undefined;
  }
  const store = context.storeOf(jsonpaths);
  const chunks: Uint8Array[] = [];
  for await (const page of store.list(jsonpaths)) {
    for (const object of page.objects) {
      for await (const chunk of store.read(object)) {
        chunks.push(chunk);
      }
    }
  }
  return parseJsonPaths(Buffer.concat(chunks).toString('utf8'), jsonpaths, loadedColumns(table).length);
}

const MAX_URI_BYTES = 4096;

function checkedUri(uri: string): string {
  if (Buffer.byteLength(uri) > MAX_URI_BYTES) {
    throw new StarloadError(`the name of ${uri} is longer than the ${MAX_URI_BYTES} bytes the ledger holds`, {
      next: 'Move the file to a folder with a shorter path.',
    });
  }
  return uri;
}
