import type { KeyCounts } from '../records/key-tally.ts';
import { type Model, protocolSql, tableNamed, tablesOf } from '../sql/catalogue.ts';
import { BEGINNING, quoteLiteral, render } from '../sql/render.ts';
import { WarehouseError } from '../warehouse/errors.ts';
import type { ResultSet, Value } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import type { LoadContext } from './context.ts';
import { FORGET, type Forget, parseForget } from './forgets.ts';
import { inModelOrder } from './order.ts';
import { HISTORY, hasHistory, holdsHistory, isWhole, LEDGER } from './ownership.ts';
import { explainUnfit, fitting } from './shape.ts';
import { Undone } from './undone.ts';

/**
 * The outcome for a file. `quarantined`: it was set aside as a whole. `moved`: its content had been loaded under
 * another name. `undone`: nothing of it is left, because its run was undone. `forgotten`: its `rejected` records were left out
 * because of whose they are; a row besides that of the file.
 */
export type LedgerStatus = 'loaded' | 'quarantined' | 'moved' | 'undone' | 'forgotten';

/** A version of a file, or of a whole folder, in the ledger. */
export interface LedgerVersion {
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
  readonly records: number;
  /** How many of the records were kept out. */
  readonly rejected: number;
  readonly status: LedgerStatus;
}

/** A file's newest version. */
export interface LedgerFile extends LedgerVersion {
  /** What became of its keys; undefined if they were not counted. */
  readonly keys: KeyCounts | undefined;
  /** How many keys were kept of its records; known also where a migration has changed what the other counts mean. */
  readonly rescued: number;
  /** Which of the model's digests of its keys it had then (`keysDigests`). */
  readonly keysModel: string | undefined;
  /** How many of its versions are in staging. */
  readonly versions: number;
  /** How often staging holds the content of its newest version, loaded under any name. */
  readonly copies: number;
}

/** A version of a file that a run loaded into earlier tables. */
export interface PastVersion {
  readonly runId: string;
  readonly table: string;
  readonly uri: string;
  readonly version: string;
  readonly size: number;
  /** Whether the ledger contains this run, because it has been repeated. */
  readonly isMade: boolean;
}

/** Columns whose keys no record had of some of the newest files of a staging table. */
export interface MissingColumns {
  readonly table: string;
  readonly columns: readonly string[];
  /** How many files lack exactly these. */
  readonly files: number;
}

/**
 * The parts of the versions query: the ledger's versions, the history's versions and what of it was undone, the warehouse's
 * clock, and what the newest files lack.
 */
const CLOCK = 'clock';
const MISSING = 'missing_columns';
const OWN = 'ledger_versions';
const PAST = 'history';
const UNDONE = 'history_undone';
const HELD = 'held';

type Part = typeof OWN | typeof PAST | typeof UNDONE;

const PARTS: Readonly<Record<NeededHistory, readonly Part[]>> = {
  runs: [OWN, UNDONE, PAST],
  undone: [OWN, UNDONE],
  nothing: [OWN],
};

/** The stamp of an empty ledger. */
export const EMPTY_LEDGER_STAMP = '1970-01-01 00:00:00';

export type Asking = Pick<LoadContext, 'model' | 'warehouse'>;

/** What the planner reads together with the ledger. */
type LedgerContext = Partial<Pick<Ledger, 'history' | 'now' | 'missing' | 'forgets'>> & {
  /** Files of earlier tables that hold contents that were undone elsewhere. */
  readonly held?: readonly LedgerVersion[];
};

/** The ledger as the planner reads it. */
export class Ledger {
  /** Its newest stamp. */
  readonly stamp: string;
  /** The runs of earlier tables that must be repeated, oldest first. */
  readonly history: readonly PastVersion[];
  /** The time of the warehouse's clock when the ledger was read. */
  readonly now: string | undefined;
  /** What the newest files of each staging table lack. */
  readonly missing: readonly MissingColumns[];
  /** What is not loaded because its load was undone. */
  readonly undone: Undone;
  /** The people whose records are not loaded. */
  readonly forgets: readonly Forget[];
  readonly #versions: readonly LedgerVersion[];
  readonly #newest = new Map<string, LedgerVersion>();
  readonly #held = new Set<LedgerVersion>();

  /** `versions` holds all versions, oldest first. */
  constructor(
    versions: readonly LedgerVersion[] = [],
    stamp: string = EMPTY_LEDGER_STAMP,
    { history = [], now, missing = [], held = [], forgets = [] }: LedgerContext = {},
  ) {
    this.forgets = forgets;
    this.stamp = stamp;
    this.history = history;
    this.now = now;
    this.missing = missing;
    this.#versions = versions;
    for (const version of versions.filter(({ status }) => status !== 'undone')) {
      this.#newest.set(`${version.table} ${version.uri}`, version);
    }
    this.undone = new Undone(versions, [...this.#staged(), ...held]);
  }

  /** A file's newest version. What was undone does not count. */
  newest(table: string, uri: string): LedgerVersion | undefined {
    return this.#newest.get(`${table} ${uri}`);
  }

  /** How many files of a table the ledger knows. */
  filesOf(table: string): number {
    return [...this.#newest.values()].filter((version) => version.table === table).length;
  }

  /** Records that a file still matches its newest version. */
  noteHeld(version: LedgerVersion): void {
    this.#held.add(version);
  }

  /** Whether the file of a version is recorded as still holding it. */
  holds({ table, uri, version, size }: LedgerVersion): boolean {
    const newest = this.newest(table, uri);
    return newest !== undefined && this.#held.has(newest) && newest.version === version && newest.size === size;
  }

  /** Versions of a table's files whose rows are in staging, oldest first. */
  loadedVersions(table: string): readonly LedgerVersion[] {
    return this.#staged().filter((version) => version.table === table);
  }

  /** A refresh from whole folders empties staging, so earlier versions do not count. */
  #staged(): readonly LedgerVersion[] {
    const refresh = this.#versions.findLastIndex(({ version }) => version.startsWith('listing:'));
    return this.#versions.slice(refresh + 1).filter(({ status }) => status !== 'quarantined' && status !== 'undone');
  }
}

/**
 * What a plan needs of the history of earlier tables: the runs to repeat and what was undone, only the latter, or nothing,
 * as for whole folders.
 */
export type NeededHistory = 'runs' | 'undone' | 'nothing';

/** Reads the ledger. Throws WarehouseError, and StarloadError if the history is needed and is not Starload's. */
export async function readLedger(context: Asking, history: NeededHistory): Promise<Ledger> {
  return toLedger(await readVersions(context, PARTS[history]));
}

/** Reads the ledger, and what was undone or is forgotten, even if the tables are not those of the model. Throws WarehouseError. */
export async function readLedgerAlone({ model, warehouse }: Asking): Promise<Ledger> {
  const [history] = await warehouse.relations([HISTORY]);
  const hasPast = history !== undefined && isWhole(history, tableNamed(model, HISTORY));
  const parts = PARTS[hasPast ? 'undone' : 'nothing'].map((part) => placed(model, warehouse.now, part));
  return toLedger(await warehouse.query(inOrder(parts)));
}

function toLedger({ rows }: ResultSet): Ledger {
  const ofKind = (kind: string) => rows.filter(([, , , , , , status]) => kindOf(status) === kind);
  const own = ofKind(OWN);
  const forgets = ofKind(FORGET);
  const stampOf = (row: readonly Value[] | undefined) => (row === undefined ? undefined : String(row[7]));
  // What was undone in earlier tables has none.
  const stamped = [...own, ...forgets].find((row) => row[7] !== null);
  return new Ledger(own.map(toVersion), stampOf(stamped), {
    history: ofKind(PAST).map(toPastVersion),
    now: stampOf(ofKind(CLOCK)[0]),
    missing: ofKind(MISSING).map(toMissingColumns),
    held: ofKind(HELD).map(toVersion),
    forgets: forgets.map(toForget),
  });
}

/** The newest ledger entry of each file, by staging table and URI. */
export interface LedgerFiles {
  readonly stamp: string;
  readonly undone: Undone;
  readonly forgets: readonly Forget[];
  readonly tables: ReadonlyMap<string, Map<string, LedgerFile>>;
}

/** Reads the newest entry of each file. Throws WarehouseError. */
export async function readLedgerFiles({ model, warehouse }: Asking): Promise<LedgerFiles> {
  const { rows } = await ask(warehouse, protocolSql(model, 'ledger_files'), { standing: fitting(model) }).catch(
    async (error) => {
      throw await explainUnfit({ model, warehouse }, error);
    },
  );
  const tables = new Map<string, Map<string, LedgerFile>>();
  const isFile = (row: readonly Value[]) => row[6] !== FORGET;
  const versions = rows.filter(isFile).map((row) => ({
    ...toVersion(row),
    versions: Number(row[7]),
    copies: Number(row[9]),
    keys: toKeyCounts(row.slice(10)),
    rescued: Number(row[12]),
    keysModel: row[15] === null ? undefined : String(row[15]),
  }));
  const standing = versions.filter(({ status }) => status !== 'undone');
  for (const file of inModelOrder(model, standing, ORDER)) {
    const files = tables.get(file.table) ?? new Map<string, LedgerFile>();
    tables.set(file.table, files.set(file.uri, file));
  }
  const earlier = (await hasHistory(model, warehouse))
    ? await ask(warehouse, protocolSql(model, UNDONE))
    : { rows: [] };
  const held = earlier.rows.filter(([, , , , , , status]) => status === HELD).map(toVersion);
  const forgets = [...earlier.rows, ...rows].filter((row) => !isFile(row)).map(toForget);
  const undone = new Undone(
    [...earlier.rows.map(toVersion), ...versions].filter(({ status }) => status === 'undone'),
    [...held, ...versions.filter(({ copies }) => copies > 0)],
  );
  return { stamp: String(rows[0]?.[8] ?? EMPTY_LEDGER_STAMP), undone, forgets, tables };
}

/** The order in which files are told: by table and name. */
export const ORDER = {
  tableOf: ({ table }: { readonly table: string }) => table,
  textOf: ({ uri }: { readonly uri: string }) => uri,
};

/** The query that a row comes from, by its status. */
function kindOf(status: Value | undefined): string {
  if (status === 'clock') return CLOCK;
  if (status === 'missing') return MISSING;
  if (status === 'held') return HELD;
  if (status === FORGET) return FORGET;
  return status === 'past' || status === 'made' ? PAST : OWN;
}

/**
 * One query, because each costs two calls on Redshift. If it fails, the relations tell why: tables of an earlier
 * release have no history, and a history that another user created is refused.
 */
async function readVersions({ model, warehouse }: Asking, parts: readonly Part[]): Promise<ResultSet> {
  const standing = fitting(model);
  const tables = parts.length === 1 ? {} : { tables: [LEDGER, HISTORY] };
  try {
    return await warehouse.query(versionsSql(model, warehouse.now, parts), { standing, ...tables });
  } catch (error) {
    if (!mayLackHistory(error)) {
      throw error;
    }
    const relations = await warehouse.relations(standing.names);
    standing.tell(relations);
    const hasPast = parts.length > 1 && (await holdsHistory(model, warehouse, relations));
    return warehouse.query(versionsSql(model, warehouse.now, hasPast ? parts : [OWN]));
  }
}

function mayLackHistory(error: unknown): boolean {
  return error instanceof WarehouseError && (error.kind === 'refused' || error.kind === 'missing-table');
}

/** A query for versions of files, the time of the warehouse's clock, and what the newest files lack. */
export function versionsSql(model: Model, now: string, parts: readonly Part[]): string {
  const missing = tablesOf(model, 'staging').map(({ name }) =>
    placed(model, now, MISSING, `staging_table = ${quoteLiteral(name)}`),
  );
  return inOrder([...[...parts, CLOCK].map((name) => placed(model, now, name)), ...missing]);
}

/** A part of the versions query, with its placeholders filled in. */
function placed(model: Model, now: string, name: string, base?: string): string {
  return render(protocolSql(model, name).sql, { now, since: BEGINNING, base });
}

function inOrder(parts: readonly string[]): string {
  return `SELECT staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp, run_id
FROM (
${parts.join('\nUNION ALL\n')}
) versions
ORDER BY generation, loaded_at, run_id`;
}

/** The names in a list of columns, as the ledger has it. */
export function columnsIn(list: string | undefined): readonly string[] {
  return list === undefined || list === '' ? [] : list.split(',');
}

function toForget(row: readonly Value[]): Forget {
  return parseForget(toVersion(row));
}

function toMissingColumns([table, columns, , , files]: readonly Value[]): MissingColumns {
  return { table: String(table), columns: columnsIn(String(columns)), files: Number(files) };
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
    status: status === 'quarantined' || status === 'moved' || status === 'undone' ? status : 'loaded',
  };
}

/** What became of keys, from a row of the ledger; undefined if one of the counts is unknown. */
export function toKeyCounts([met, loaded, rescued, ignored, unknown]: readonly Value[]): KeyCounts | undefined {
  const counts = [met, loaded, rescued, ignored, unknown];
  return counts.some((count) => count === null || count === undefined)
    ? undefined
    : {
        met: Number(met),
        loaded: Number(loaded),
        rescued: Number(rescued),
        ignored: Number(ignored),
        unknown: Number(unknown),
      };
}
