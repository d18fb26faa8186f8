import { DataError, type DataProblem, MAX_PROBLEMS, StarloadError, UsageError } from '../errors.ts';
import { identify } from '../objects/bytes.ts';
import type { SourceObject } from '../objects/objects.ts';
import { sift } from '../objects/sift.ts';
import type { Spool } from '../objects/spool.ts';
import { ask } from '../pipeline/ask.ts';
import type { LoadContext, Source } from '../pipeline/context.ts';
import { type Forget, forgottenIn } from '../pipeline/forgets.ts';
import type { Ledger, LedgerVersion } from '../pipeline/ledger.ts';
import { LEDGER } from '../pipeline/ownership.ts';
import { mappingOf, readJsonPaths } from '../pipeline/prepare.ts';
import { wayOf } from '../pipeline/ways/way.ts';
import { UnknownKeys } from '../records/unknown-keys.ts';
import { wantedKeys } from '../records/wanted-keys.ts';
import { protocolSql, type Table, withRescued } from '../sql/catalogue.ts';
import { SOURCE_LINE } from '../sql/design.ts';
import { isUnknown, type TableChange } from './compare.ts';
import { judgeOfChange } from './judge.ts';
import { CONTENT, contentOf, type Reread, readTable } from './remake.ts';

/** A version of a file that was loaded and is not there any more. */
export interface LostVersion {
  readonly table: string;
  readonly uri: string;
  /** `changed`: the file is there with other content; `gone`: it is not. */
  readonly reason: 'changed' | 'gone';
  readonly records: number;
}

/** The files of a staging table that are read again, and those that cannot be. */
export interface Refill {
  readonly change: TableChange;
  readonly source: Source;
  /** One file for each content. */
  readonly files: ReadonlyMap<SourceObject, LedgerVersion>;
  readonly lost: readonly LostVersion[];
  /** The contents of which unknown keys were kept. */
  readonly kept: ReadonlySet<string>;
  /** The people whose records are left out. */
  readonly forgets: readonly Forget[];
}

/**
 * Finds the files whose content was loaded into a table. A local file is read if its size is that of one. Throws
 * StarloadError if the source cannot be listed, and UsageError if only whole folders can be loaded.
 */
export async function planRefill(context: LoadContext, change: TableChange, ledger: Ledger): Promise<Refill> {
  const source = context.sources.find(({ table }) => table.name === change.table.name);
  const loaded = ledger.loadedVersions(change.table.name).filter(({ status }) => status === 'loaded');
  if (source === undefined) {
    throw new TypeError(`${change.table.name} has no source`);
  }
  if (loaded.length > 0 && !wayOf(context.warehouse).isIncremental) {
    throw onlyFolders(change.table);
  }
  const wanted = new Map(loaded.map((version) => [contentOf(version), version]));
  const sizes = new Set(loaded.map(({ size }) => size));
  const [files, found, uris] = [new Map<SourceObject, LedgerVersion>(), new Set<string>(), new Set<string>()];
  const store = context.storeOf(source.root);
  context.emit({ type: 'doing', what: `looking for the files of ${change.table.name}` });
  for await (const { objects } of loaded.length === 0 ? [] : store.list(source.root)) {
    context.signal.throwIfAborted();
    for (const object of objects) {
      uris.add(object.uri);
      const content = sizes.has(object.size) ? contentOf(await identify(store, object)) : '';
      const version = wanted.get(content);
      if (version !== undefined && !found.has(content)) {
        found.add(content);
        files.set(object, version);
      }
    }
  }
  const lost = loaded
    .filter((version) => version.records > version.rejected && !found.has(contentOf(version)))
    .map(({ table, uri, records, rejected }) => ({
      table,
      uri,
      records: records - rejected,
      reason: uris.has(uri) ? ('changed' as const) : ('gone' as const),
    }));
  return { change, source, files, lost, kept: await readKept(context, change.table), forgets: ledger.forgets };
}

/** The contents of which unknown keys were kept. A ledger of an earlier release knows of none. */
async function readKept({ model, warehouse }: LoadContext, { name }: Table): Promise<ReadonlySet<string>> {
  const [ledger] = await warehouse.relations([LEDGER]);
  if (ledger?.columns.some((column) => column.name === 'keys_rescued') !== true) return new Set();
  const { rows } = await ask(warehouse, protocolSql(model, 'kept_contents'));
  const own = rows.filter(([table]) => table === name);
  return new Set(own.map(([, size, version]) => contentOf({ size: Number(size), version: String(version) })));
}

function onlyFolders({ name }: Table): UsageError {
  return new UsageError(
    `${name} has a new column, and without a work prefix its files cannot be read again: Redshift reads them itself`,
    {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]. Or npm run create-tables -- --force recreates all tables, and npm run etl loads the folders again, as it does whenever a file is new.',
    },
  );
}

/**
 * Throws StarloadError if rows would have no value in a column that needs one, or would lose one that they have, because
 * their files are gone. `dropped` names columns whose values may be lost.
 */
export function refuseUnfillable({ change, lost }: Refill, dropped: ReadonlySet<string>): void {
  const { table, columns } = change;
  const rows = lost.reduce((sum, { records }) => sum + records, 0);
  const needed = columns.find((one) => isUnknown(one) && one.column.notNull);
  const losing = columns.find(({ column, fate }) => fate === 'other' && !dropped.has(`${table.name}.${column.name}`));
  if (rows === 0 || (needed ?? losing) === undefined) {
    return;
  }
  const files = `${rows === 1 ? 'one row comes' : `${rows} rows come`} from ${lost.length === 1 ? 'a file that is' : `${lost.length} files that are`} gone or changed, such as ${lost[0]?.uri}`;
  throw needed !== undefined
    ? new StarloadError(
        `${table.name}.${needed.column.name} is NOT NULL and only the files have its values, but ${files}`,
        {
          outcome: 'nothing was changed',
          next: 'Bring the files back, as they were loaded. Or let the column allow NULL.',
        },
      )
    : new StarloadError(
        `${table.name}.${losing?.column.name} gets another type and only the files have its values, but ${files}`,
        {
          outcome: 'nothing was changed',
          next: `Bring the files back, as they were loaded. Or lose these values: add --drop ${table.name}.${losing?.column.name}.`,
        },
      );
}

const PART_BYTES = 16 * 1024 * 1024;
const MOST_REJECTS = 1000;

/**
 * Reads the files again, each record with the content of its file. Throws DataError if records that were loaded do not fit
 * the new columns, and StarloadError if a file has changed meanwhile.
 */
export async function reread(context: LoadContext, refill: Refill, spool: Spool): Promise<Reread> {
  const { change, source, files, kept, lost, forgets } = refill;
  const table = readTable(kept.size === 0 ? change.table : withRescued(change.table));
  const own = await readJsonPaths(context, source);
  const paths = own && [...own, [CONTENT]];
  const wanted = wantedKeys(table, paths, () => unknown.isKept);
  const { exact, rescue } = wanted;
  const unknown = new UnknownKeys({ ignored: (rescue ?? table).ignored, exact });
  const lineKey = `,${JSON.stringify(wanted.marks?.get(SOURCE_LINE))}:`;
  const { judge, isMisfit } = judgeOfChange(change, own);
  const problems: DataProblem[] = [];
  let done = 0;
  const bundled = await sift([...files.keys()], {
    store: context.storeOf(source.root),
    spool,
    signal: context.signal,
    prefix: table.name,
    partBytes: PART_BYTES,
    wanted,
    unknown,
    isKept: (object) => kept.has(contentOf(known(files, object))),
    judge,
    isForgotten: forgottenIn(change.table, own, forgets),
    wholeFiles: false,
    mostRejects: MOST_REJECTS,
    markOf: (object) => ({
      text: `"${CONTENT}":${JSON.stringify(contentOf(known(files, object)))}${lineKey}`,
      isOptional: false,
    }),
    onFile: ({ file, bad, rejects }) => {
      const version = known(files, file.object);
      if (contentOf(file) !== contentOf(version)) throw changedMeanwhile(file.object);
      if (bad > version.rejected) {
        const named = rejects.map(({ problem }) => ({ file: file.object.label, ...problem }));
        const misfits = named.filter(isMisfit);
        problems.push(...(misfits.length > 0 ? misfits : named));
      }
      done += 1;
      context.emit({ type: 'doing', what: `reading the files of ${change.table.name} again`, done, of: files.size });
    },
  });
  if (problems.length + bundled.problems.length > 0) {
    throw refuseRecords(change.table, [...bundled.problems, ...problems]);
  }
  const spellings = new Map([...bundled.spellings, [CONTENT, [CONTENT]]]);
  return {
    table,
    parts: bundled.parts,
    mapping: mappingOf(table, paths, { spellings }, wanted),
    lost: lost.reduce((sum, { records }) => sum + records, 0),
  };
}

function known(files: Refill['files'], object: SourceObject): LedgerVersion {
  return files.get(object) as LedgerVersion;
}

function changedMeanwhile({ label }: SourceObject): StarloadError {
  return new StarloadError(`${label} was changed after it was listed`, {
    outcome: 'nothing was changed',
    next: 'Run again when nobody writes there.',
  });
}

function refuseRecords({ name }: Table, problems: readonly DataProblem[]): DataError {
  return new DataError(
    `records that were loaded into ${name} do not fit its new columns`,
    problems.slice(0, MAX_PROBLEMS),
    {
      outcome: 'nothing was changed',
      next: 'Correct the columns of the model: another type, more room, or without NOT NULL. A load of these files would refuse the records too.',
    },
  );
}
