import { protocolSql } from '../sql/catalogue.ts';
import type { Value } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';

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

/** The stamp of a ledger that has no entries. */
export const EMPTY_LEDGER_STAMP = '1970-01-01 00:00:00';

/** The ledger as a planner reads it. */
export class Ledger {
  /** Its newest stamp. */
  readonly stamp: string;
  readonly #versions: readonly LedgerVersion[];
  readonly #newest = new Map<string, LedgerVersion>();
  readonly #held = new Set<LedgerVersion>();

  /** `versions` are all of them, oldest first. */
  constructor(versions: readonly LedgerVersion[] = [], stamp: string = EMPTY_LEDGER_STAMP) {
    this.stamp = stamp;
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

/** Reads the ledger. Throws WarehouseError. */
export async function readLedger({ model, warehouse }: LoadContext): Promise<Ledger> {
  const { rows } = await warehouse.query(protocolSql(model, 'ledger_versions').sql);
  return new Ledger(rows.map(toVersion), rows[0] === undefined ? undefined : String(rows[0][7]));
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
