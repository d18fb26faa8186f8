import { protocolSql } from '../sql/catalogue.ts';
import type { RunningBatch, Value } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import type { LoadContext } from './context.ts';
import { readSizes } from './sizes.ts';

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

/** What runs now, what the warehouse holds and what has been loaded into it. */
export interface Status {
  readonly running: readonly RunningBatch[];
  readonly runs: readonly PastRun[];
  readonly quarantined: readonly QuarantinedFile[];
  readonly rows: ReadonlyMap<string, number>;
}

/** Reads past runs, newest first, and the size of each table. Never waits for a load. */
export async function status({ model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>): Promise<Status> {
  const running = await warehouse.running();
  const runs = await ask(warehouse, protocolSql(model, 'ledger_runs'));
  const quarantined = await ask(warehouse, protocolSql(model, 'ledger_quarantined'));
  const rows = await readSizes({ model, warehouse });
  return {
    running,
    runs: runs.rows.map(toPastRun),
    quarantined: quarantined.rows.map(toQuarantinedFile),
    rows,
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
