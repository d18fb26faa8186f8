import { createHash } from 'node:crypto';
import { StarloadError } from '../../errors.ts';
import { compressionOf } from '../../objects/compression.ts';
import type { ListPage, SkippedObject, SourceObject } from '../../objects/objects.ts';
import { s3Place } from '../../objects/s3/object.ts';
import { placeOf } from '../../objects/s3/uri.ts';
import type { Batch } from '../../warehouse/warehouse.ts';
import { type FolderCopy, refreshBatch } from '../batches.ts';
import { warningsOf } from '../checks.ts';
import type { LoadContext, Source } from '../context.ts';
import { refuseWithoutFiles } from '../emptied.ts';
import { explainFailure } from '../explain.ts';
import { keptOut } from '../kept-out.ts';
import type { Ledger } from '../ledger.ts';
import { type Compared, type Listed, type LoadPlan, plannedFiles } from '../plan.ts';
import { type DryRun, type LoadReport, type TableReport, tableReport } from '../report.ts';
import { runWithRetry } from '../retry.ts';
import { newRunId } from '../run-id.ts';
import { sizesAfterCommit } from '../sizes.ts';
import type { SourceUnit } from './unit.ts';

/**
 * A source as a folder to copy in a full refresh. If nothing can be written to S3, COPY can only read folders, and
 * everything is loaded again whenever anything in them has changed. Throws StarloadError if a folder holds files that
 * COPY would load as data, or a source is not in S3.
 */
function toFolderCopy(source: Source, { objects, skipped }: ListPage): FolderCopy {
  const { root, jsonpaths, table } = source;
  refuse(!root.startsWith('s3://'), `${root} is not in S3`);
  const [stray] = skipped;
  refuse(stray !== undefined, `COPY would load ${stray?.label} as data (${stray?.reason})`);
  refuse(objects.length === 0, `${root} holds no files`);
  const key = objects[0] && s3Place(objects[0])?.key;
  const named = placeOf(root).key;
  refuse(key === named, `${root} is a single file, but COPY would load every file whose name begins like it`);
  // If no such folder exists, the listing holds the files whose names start with this text.
  const isFolder = named === '' || key?.startsWith(`${named}/`) === true;
  const uri = isFolder && !root.endsWith('/') ? `${root}/` : root;
  refuse(jsonpaths?.startsWith('s3://') === false, `COPY cannot read the jsonpaths file ${jsonpaths}`);
  refuse(jsonpaths?.startsWith(uri) === true, `COPY would load the jsonpaths file ${jsonpaths} as data`);
  const [compression = 'none', ...others] = new Set(objects.map(({ uri: file }) => compressionOf(file)));
  refuse(
    others.length > 0,
    `${root} holds files that are compressed in different ways or not at all, which one COPY cannot read together`,
  );
  return {
    table,
    folder: { uri, compression, jsonpaths },
    version: digest(objects),
    size: objects.reduce((sum, object) => sum + object.size, 0),
  };
}

/** COPY would bring back the records of people who are forgotten. */
function refuseForgetting({ table }: Source, { forgets }: Ledger): void {
  if (forgets.some((forget) => forget.table === table.name)) {
    throw new StarloadError(
      `records of ${table.name} are to be left out (npm run forget), and Redshift reads whole folders by itself`,
      {
        outcome: 'nothing was loaded',
        next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: then Starload reads each file, and leaves these records out.',
      },
    );
  }
}

function refuse(condition: boolean, reason: string): void {
  if (condition) {
    throw new StarloadError(`${reason}; without a work prefix, only whole S3 folders can be loaded`, {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: then files are loaded one by one, each once.',
    });
  }
}

/**
 * Names, versions, sizes and times: everything a listing shows about a folder's content. COPY reads a folder at its own
 * time. The modification time reveals a file that was different then and has been restored since: its version is the
 * same.
 */
function digest(objects: readonly SourceObject[]): string {
  const hash = createHash('sha256');
  for (const { uri, version, size, modified } of objects) {
    hash.update(JSON.stringify([uri, version, size, modified]));
  }
  return `listing:${hash.digest('hex')}`;
}

/** A folder is loaded as a whole. It is not loaded if its listing is the one already loaded. */
async function compare(context: LoadContext, source: Source, { pages, skipped, ledger }: Listed): Promise<Compared> {
  refuseForgetting(source, ledger);
  const objects: SourceObject[] = [];
  for await (const page of pages) {
    objects.push(...page);
  }
  refuseWithoutFiles(context, source, { files: objects.length, skipped });
  const folder = toFolderCopy(source, { objects, skipped });
  const entry = ledger.newest(source.table.name, folder.folder.uri);
  if (entry?.version === folder.version) {
    return { files: [], moved: [], known: objects.length, quarantined: [], undone: [], folder };
  }
  const reason = entry === undefined ? 'new' : 'changed';
  return {
    files: objects.map((object) => ({ object, reason })),
    moved: [],
    known: 0,
    quarantined: [],
    undone: [],
    folder,
  };
}

/** The folder is one unit. */
async function* units(source: Source, pages: AsyncIterable<ListPage>): AsyncIterable<SourceUnit> {
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  for await (const page of pages) {
    objects.push(...page.objects);
    skipped.push(...page.skipped);
  }
  const { folder, version, size } = toFolderCopy(source, { objects, skipped });
  yield { uri: folder.uri, label: folder.uri, size, version, objects, folder };
}

/** The maximum number of refreshes if whole folders change each time while COPY reads them. */
const MOST_REFRESHES = 3;

/**
 * A full refresh from whole folders, if anything in them is new. COPY reads them at its own time. If they change in the
 * meantime, which only another listing shows, they are loaded again. Throws StarloadError if they change each time.
 */
async function load(
  context: LoadContext,
  plan: LoadPlan,
  { planAnew }: { readonly planAnew: () => Promise<LoadPlan> },
): Promise<LoadReport> {
  if (plannedFiles(plan).length === 0) {
    return {
      status: 'up_to_date',
      runId: undefined,
      tables: plan.tables.map((table) => tableReport(table)),
      rows: new Map(),
      warnings: [],
      missing: [],
      unknownKeys: undefined,
      vanishedKeys: undefined,
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
    planned = await planAnew().catch(explained);
    if (plannedFiles(planned).length === 0) {
      return report;
    }
    if (attempt === MOST_REFRESHES) {
      throw changesAlways(planned);
    }
    context.emit({ type: 'again', reason: 'files changed while Redshift read them', attempt: attempt + 1 });
  }
}

/** If a refresh fails, the commit of the previous one stays. */
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
    `${changed.join(' and ')} changed each time while Redshift read it; the loaded rows may mix several versions`,
    {
      next: 'Run again when nobody writes there: everything is loaded again. With WORK_PREFIX = s3://your-bucket/starload/ under [S3], each file is loaded in the listed version.',
    },
  );
}

async function refresh(context: LoadContext, plan: LoadPlan): Promise<LoadReport> {
  const runId = newRunId();
  context.emit({ type: 'run', id: runId });
  const results = await runWithRetry(context, batchOf(context, plan, runId)).catch(async (error) => {
    throw await explainFailure(context, [], error);
  });
  context.emit({ type: 'committed', id: runId, run: 1, of: 1 });
  const rows = await sizesAfterCommit(context);
  const tables = plan.tables.map((table) => ({ ...tableReport(table), records: rows.get(table.table.name) ?? 0 }));
  const told = { warnings: warningsOf(results), missing: [], unknownKeys: undefined, vanishedKeys: undefined };
  return { status: 'loaded', runId, tables, rows, ...told, ...keptOut(plan, []) };
}

function batchOf({ model, warehouse }: LoadContext, { tables }: LoadPlan, runId: string): Batch {
  const copies = tables.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  return refreshBatch(model, warehouse.now, runId, copies);
}

async function dryRun(context: LoadContext, plan: LoadPlan): Promise<DryRun> {
  const statements = await context.warehouse.explain(batchOf(context, plan, newRunId()));
  return { statements, runs: 1, kept: keptOut(plan, []), unknownKeys: undefined, vanishedKeys: undefined };
}

/**
 * Reloads whole folders whenever anything in them has changed. This is the only way for a warehouse without a place for
 * parts.
 */
export const FOLDERS = { isIncremental: false, compare, units, load, dryRun };
