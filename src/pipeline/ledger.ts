import { type Model, protocolSql } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import type { ResultSet, Value } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';
import { HISTORY, hasHistory, LEDGER } from './ownership.ts';

/** A version of a file in the ledger. */
export interface LedgerVersion {
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
  readonly records: number;
  readonly rejected: number;
  /** `moved`: the content had been loaded under another name. */
  readonly status: 'loaded' | 'quarantined' | 'moved';
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

/** The queries of versions: those in the ledger, and those in the history; and of the warehouse's clock. */
const CLOCK = 'clock';
const OWN = 'ledger_versions';
const PAST = 'history';

/** The stamp of a ledger that has no entries. */
export const EMPTY_LEDGER_STAMP = '1970-01-01 00:00:00';

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
export async function readLedger(context: LoadContext): Promise<Ledger> {
  const { rows } = await readVersions(context);
  const ofKind = (kind: string) => rows.filter(([, , , , , , status]) => kindOf(status) === kind);
  const own = ofKind(OWN);
  const stampOf = (row: readonly Value[] | undefined) => (row === undefined ? undefined : String(row[7]));
  return new Ledger(own.map(toVersion), stampOf(own[0]), ofKind(PAST).map(toPastVersion), stampOf(ofKind(CLOCK)[0]));
}

/** The query that a row comes from, by its status. */
function kindOf(status: Value | undefined): string {
  return status === 'clock' ? CLOCK : status === 'past' || status === 'made' ? PAST : OWN;
}

/**
 * One query, because each costs two calls on Redshift. Where it fails, the relations say why: tables of an earlier release
 * have no history, and one that somebody else made is refused.
 */
async function readVersions({ model, warehouse, replays }: LoadContext): Promise<ResultSet> {
  if (replays === false || warehouse.loads === 'folders') {
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
