import { StarloadError } from '../errors.ts';
import type { Part } from '../objects/part.ts';
import type { Spool } from '../objects/spool.ts';
import { type Model, type NamedSql, protocolSql, type Table } from '../sql/catalogue.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral, render } from '../sql/render.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import type { ResultSet, Value } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import type { LoadContext } from './context.ts';
import { inModelOrder } from './order.ts';
import { HISTORY, hasHistory, LEDGER } from './ownership.ts';

/** What became of a file: `quarantined`, it was set aside whole; `moved`, its content had been loaded under another name. */
export type LedgerStatus = 'loaded' | 'quarantined' | 'moved';

/** A version of a file, or of a whole folder, in the ledger. */
export interface LedgerVersion {
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
  readonly records: number;
  /** How many of them were kept out. */
  readonly rejected: number;
  readonly status: LedgerStatus;
}

/** A file's newest version. */
export interface LedgerFile extends LedgerVersion {
  /** How many of its versions stand in staging. */
  readonly versions: number;
}

/** A version of a file that a run loaded into earlier tables. */
export interface PastVersion {
  readonly runId: string;
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
  /** Whether this run stands in the ledger: it has been made again. */
  readonly isMade: boolean;
}

/** A past run, from the ledger. */
export interface PastRun {
  readonly runId: string;
  readonly loadedAt: string;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  /** Of the records, those that were kept out. */
  readonly rejected: number;
  /** Of the files, those that were set aside. */
  readonly quarantined: number;
}

/** A file that is set aside and waits to be corrected. */
export interface QuarantinedFile {
  readonly table: string;
  readonly uri: string;
  readonly runId: string;
  readonly since: string;
  readonly records: number;
  /** The first thing that is wrong with it. */
  readonly line: number | undefined;
  readonly reason: string | undefined;
}

/** The queries of versions: those in the ledger, and those in the history; and of the warehouse's clock. */
const CLOCK = 'clock';
const OWN = 'ledger_versions';
const PAST = 'history';

/** The stamp of a ledger that has no entries. */
export const EMPTY_LEDGER_STAMP = '1970-01-01 00:00:00';

type Asking = Pick<LoadContext, 'model' | 'warehouse'>;

/** The ledger as a planner reads it. */
export class Ledger {
  /** Its newest stamp. */
  readonly stamp: string;
  /** The runs of earlier tables that are to be made again, oldest first. */
  readonly history: readonly PastVersion[];
  /** What the warehouse's clock said when it was read. */
  readonly now: string | undefined;
  readonly #versions: readonly LedgerVersion[];
  readonly #newest = new Map<string, LedgerVersion>();
  readonly #held = new Set<LedgerVersion>();

  /** `versions` are all of them, oldest first. */
  constructor(
    versions: readonly LedgerVersion[] = [],
    stamp: string = EMPTY_LEDGER_STAMP,
    history: readonly PastVersion[] = [],
    now?: string,
  ) {
    this.stamp = stamp;
    this.history = history;
    this.now = now;
    this.#versions = versions;
    for (const version of versions) {
      this.#newest.set(`${version.table} ${version.uri}`, version);
    }
  }

  /** A file's newest version. */
  newest(table: string, uri: string): LedgerVersion | undefined {
    return this.#newest.get(`${table} ${uri}`);
  }

  /** How many files of a table it knows. */
  filesOf(table: string): number {
    return [...this.#newest.values()].filter((version) => version.table === table).length;
  }

  /** Notes that a file is still as its newest version says. */
  noteHeld(version: LedgerVersion): void {
    this.#held.add(version);
  }

  /** Whether the file of a version has been noted to hold it still. */
  holds({ table, uri, version, size }: LedgerVersion): boolean {
    const newest = this.newest(table, uri);
    return newest !== undefined && this.#held.has(newest) && newest.version === version && newest.size === size;
  }

  /** Versions of a table's files whose rows stand in staging, oldest first: a refresh from whole folders has emptied it. */
  loadedVersions(table: string): readonly LedgerVersion[] {
    const refresh = this.#versions.findLastIndex(({ version }) => version.startsWith('listing:'));
    return this.#versions
      .slice(refresh + 1)
      .filter((version) => version.table === table && version.status !== 'quarantined');
  }
}

/**
 * Reads the ledger and, where runs of earlier tables may have to be made again, their history. Throws WarehouseError;
 * StarloadError where the history is not Starload's.
 */
export async function readLedger(context: Asking, withHistory: boolean): Promise<Ledger> {
  const { rows } = await readVersions(context, withHistory);
  const ofKind = (kind: string) => rows.filter(([, , , , , , status]) => kindOf(status) === kind);
  const own = ofKind(OWN);
  const stampOf = (row: readonly Value[] | undefined) => (row === undefined ? undefined : String(row[7]));
  return new Ledger(own.map(toVersion), stampOf(own[0]), ofKind(PAST).map(toPastVersion), stampOf(ofKind(CLOCK)[0]));
}

/** All newest entries of the ledger, by staging table and URI. */
export interface LedgerFiles {
  readonly stamp: string;
  readonly tables: ReadonlyMap<string, Map<string, LedgerFile>>;
}

/** Reads the newest entry of every file. Throws WarehouseError. */
export async function readLedgerFiles({ model, warehouse }: Asking): Promise<LedgerFiles> {
  const { rows } = await ask(warehouse, protocolSql(model, 'ledger_files'));
  const tables = new Map<string, Map<string, LedgerFile>>();
  const versions = rows.map((row) => ({ ...toVersion(row), versions: Number(row[7]) }));
  for (const file of inModelOrder(model, versions, ORDER)) {
    const files = tables.get(file.table) ?? new Map<string, LedgerFile>();
    tables.set(file.table, files.set(file.uri, file));
  }
  return { stamp: String(rows[0]?.[8] ?? EMPTY_LEDGER_STAMP), tables };
}

const ORDER = {
  tableOf: ({ table }: { readonly table: string }) => table,
  textOf: ({ uri }: { readonly uri: string }) => uri,
};

/** Reads the past runs, newest first. Throws WarehouseError. */
export async function readRuns({ model, warehouse }: Asking): Promise<readonly PastRun[]> {
  return (await ask(warehouse, protocolSql(model, 'ledger_runs'))).rows.map(toPastRun);
}

/** Reads which files are set aside. Throws WarehouseError. */
export async function readQuarantined({ model, warehouse }: Asking): Promise<readonly QuarantinedFile[]> {
  const { rows } = await ask(warehouse, protocolSql(model, 'ledger_quarantined'));
  return inModelOrder(model, rows.map(toQuarantinedFile), ORDER);
}

/** Writes the rows of a run as a part that is copied with its data. `stamp` is the newest that the planner has seen. */
export function writeLedger(
  spool: Spool,
  { runId, stamp }: { readonly runId: string; readonly stamp: string },
  versions: readonly LedgerVersion[],
): Part {
  const file = spool.create(`${LEDGER}.json`);
  let bytes = 0;
  // A row at a time would be slow, and the text of a million rows is more than one string may hold.
  for (let from = 0; from < versions.length; from += ROWS_AT_ONCE) {
    const some = versions.slice(from, from + ROWS_AT_ONCE).map((version) => {
      const { table: staging_table, size: size_bytes, records, rejected, status } = version;
      const named = { run_id: runId, staging_table, uri: checkedUri(version.uri), version: version.version };
      return `${JSON.stringify({ ...named, size_bytes, records, rejected, status, planned_stamp: stamp })}\n`;
    });
    const chunk = Buffer.from(some.join(''));
    file.write(chunk);
    bytes += chunk.length;
  }
  file.close();
  return { path: file.path, compression: 'none', records: versions.length, bytes, index: [] };
}

const ROWS_AT_ONCE = 1000;
const MAX_URI_BYTES = 4096;

function checkedUri(uri: string): string {
  if (Buffer.byteLength(uri) > MAX_URI_BYTES) {
    throw new StarloadError(`the name of ${uri} is longer than the ${MAX_URI_BYTES} bytes the ledger holds`, {
      next: 'Move the file to a folder with a shorter path.',
    });
  }
  return uri;
}

/** A whole folder as it is loaded into a staging table: `version` is the digest of its listing. */
export interface FolderVersion extends Pick<LedgerVersion, 'version' | 'size'> {
  readonly table: Table;
  readonly folder: { readonly uri: string };
}

/** The statement that writes the rows of folders. Their records are the rows that COPY made of them: nobody else has read the files. */
export function recordFolders(runId: string, folders: readonly FolderVersion[]): NamedSql {
  const rows = folders.map(({ table, folder, version, size }) => {
    const texts = [runId, table.name, folder.uri, version].map(
      (text) => `CAST(${quoteLiteral(text)} AS VARCHAR(4096))`,
    );
    return `SELECT ${texts.join(', ')}, ${Math.trunc(size)}, COUNT(*), 0, CAST('loaded' AS VARCHAR(16)), ${BEGINNING}
FROM ${quoteIdentifier(table.name)}`;
  });
  return {
    name: 'record_folders',
    sql: `INSERT INTO load_ledger (run_id, staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp)
${rows.join('\nUNION ALL\n')}`,
  };
}

/** The query that a row comes from, by its status. */
function kindOf(status: Value | undefined): string {
  return status === 'clock' ? CLOCK : status === 'past' || status === 'made' ? PAST : OWN;
}

/**
 * One query, because each costs two calls on Redshift. Where it fails, the relations say why: tables of an earlier release
 * have no history, and one that somebody else made is refused.
 */
async function readVersions({ model, warehouse }: Asking, withHistory: boolean): Promise<ResultSet> {
  if (!withHistory) {
    return warehouse.query(versionsSql(model, warehouse.now, [OWN]));
  }
  try {
    return await warehouse.query(versionsSql(model, warehouse.now, [OWN, PAST]), { tables: [LEDGER, HISTORY] });
  } catch (error) {
    if (!mayLackHistory(error)) {
      throw error;
    }
    const hasPast = await hasHistory(model, warehouse);
    return warehouse.query(versionsSql(model, warehouse.now, hasPast ? [OWN, PAST] : [OWN]));
  }
}

function mayLackHistory(error: unknown): boolean {
  return error instanceof WarehouseError && (error.kind === 'refused' || error.kind === 'missing-table');
}

/** A query for versions of files, and what the clock says. */
export function versionsSql(model: Model, now: string, parts: readonly (typeof OWN | typeof PAST)[]): string {
  const sqlOf = (name: string) => render(protocolSql(model, name).sql, { now, since: BEGINNING });
  return `SELECT staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp, run_id
FROM (
${[...parts, CLOCK].map(sqlOf).join('\nUNION ALL\n')}
) versions
ORDER BY generation, loaded_at, run_id`;
}

function toPastVersion([table, uri, version, size, , , status, , runId]: readonly Value[]): PastVersion {
  return {
    runId: String(runId),
    table: String(table),
    uri: String(uri),
    version: String(version),
    size: Number(size),
    isMade: status === 'made',
  };
}

function toVersion([table, uri, version, size, records, rejected, status]: readonly Value[]): LedgerVersion {
  return {
    table: String(table),
    uri: String(uri),
    version: String(version),
    size: Number(size),
    records: Number(records),
    rejected: Number(rejected),
    status: status === 'quarantined' || status === 'moved' ? status : 'loaded',
  };
}

function toQuarantinedFile([table, uri, runId, since, records, line, reason]: readonly Value[]): QuarantinedFile {
  return {
    table: String(table),
    uri: String(uri),
    runId: String(runId),
    since: String(since),
    records: Number(records),
    line: line === null ? undefined : Number(line),
    reason: reason === null ? undefined : String(reason),
  };
}

function toPastRun([runId, loadedAt, files, records, bytes, rejected, quarantined]: readonly Value[]): PastRun {
  return {
    runId: String(runId),
    loadedAt: String(loadedAt),
    files: Number(files),
    records: Number(records),
    bytes: Number(bytes),
    rejected: Number(rejected),
    quarantined: Number(quarantined),
  };
}
