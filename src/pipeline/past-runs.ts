import type { KeyCounts } from '../records/key-tally.ts';
import { protocolSql } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import { type Forget, parseForget } from './forgets.ts';
import { type Asking, ORDER, toKeyCounts } from './ledger.ts';
import { inModelOrder } from './order.ts';
import { hasHistory } from './ownership.ts';
import { isOfRun } from './run-id.ts';

/** A past run, from the ledger. */
export interface PastRun {
  readonly runId: string;
  readonly loadedAt: string;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  /** How many of the records were kept out. */
  readonly rejected: number;
  /** How many of the files were set aside. */
  readonly quarantined: number;
  /** How many of the files were undone. */
  readonly undone: number;
  /** How many of the records were left out or removed since, because they are of somebody who is forgotten. */
  readonly forgotten: number;
  /** What became of the keys of its records; undefined if nobody has counted them. */
  readonly keys: KeyCounts | undefined;
}

/** What a run did with a file. */
export interface FileOfRun {
  readonly table: string;
  readonly uri: string;
  readonly runId: string;
  /** `loaded`, `moved`, `quarantined` or `undone`. */
  readonly status: string;
  readonly records: number;
  readonly rejected: number;
  readonly bytes: number;
}

/** The unknown keys of a file of the newest run of a source. */
export interface UnknownOfFile {
  readonly table: string;
  readonly uri: string;
  /** As `tellKeys` wrote them. */
  readonly told: string;
  /** Whether they were kept. */
  readonly isKept: boolean;
}

/** A file that was set aside and must be corrected. */
export interface QuarantinedFile {
  readonly table: string;
  readonly uri: string;
  readonly runId: string;
  readonly since: string;
  readonly records: number;
  /** The line of its first problem. */
  readonly line: number | undefined;
  readonly reason: string | undefined;
}

/** Reads the past runs, newest first. Throws WarehouseError. */
export async function readRuns({ model, warehouse }: Asking): Promise<readonly PastRun[]> {
  return (await ask(warehouse, protocolSql(model, 'ledger_runs'))).rows.map(toPastRun);
}

/** Reads the files of a run, or of all runs of a load that was split. Throws WarehouseError. */
export async function readFilesOf({ model, warehouse }: Asking, run: string): Promise<readonly FileOfRun[]> {
  const query = protocolSql(model, 'run_files');
  const sql = render(query.sql, { now: warehouse.now, since: BEGINNING, base: isOfRun(run) });
  const { rows } = await ask(warehouse, { ...query, sql });
  const files = rows.map(([table, uri, runId, status, records, rejected, bytes]) => ({
    ...{ table: String(table), uri: String(uri), runId: String(runId), status: String(status) },
    ...{ records: Number(records), rejected: Number(rejected), bytes: Number(bytes) },
  }));
  return inModelOrder(model, files, ORDER);
}

/** Reads the unknown keys of the newest run of each source, file by file. Throws WarehouseError. */
export async function readUnknown({ model, warehouse }: Asking): Promise<readonly UnknownOfFile[]> {
  const { rows } = await ask(warehouse, protocolSql(model, 'ledger_unknown'));
  const files = rows.map(([table, uri, told, rescued]) => ({
    ...{ table: String(table), uri: String(uri), told: String(told) },
    isKept: Number(rescued) > 0,
  }));
  return inModelOrder(model, files, ORDER);
}

/** Somebody who is forgotten, and since when. */
export interface PastForget extends Forget {
  readonly runId: string;
  readonly since: string;
}

/** Reads who is forgotten, oldest first. Throws WarehouseError. */
export async function readForgets({ model, warehouse }: Asking): Promise<readonly PastForget[]> {
  const parts = (await hasHistory(model, warehouse)) ? ['forgets_kept', 'forgets'] : ['forgets'];
  const sql = parts.map((part) => protocolSql(model, part).sql).join('\nUNION ALL\n');
  const { rows } = await warehouse.query(`SELECT staging_table, uri, version, run_id, loaded_at
FROM (
${sql}
) entries
ORDER BY loaded_at, run_id`);
  return rows.map(([table, uri, version, runId, since]) => ({
    ...parseForget({ table: String(table), uri: String(uri), version: String(version) }),
    runId: String(runId),
    since: String(since),
  }));
}

/** Reads which files are set aside. Throws WarehouseError. */
export async function readQuarantined({ model, warehouse }: Asking): Promise<readonly QuarantinedFile[]> {
  const { rows } = await ask(warehouse, protocolSql(model, 'ledger_quarantined'));
  return inModelOrder(model, rows.map(toQuarantinedFile), ORDER);
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

function toPastRun([
  runId,
  loadedAt,
  files,
  records,
  bytes,
  rejected,
  quarantined,
  ...keys
]: readonly Value[]): PastRun {
  return {
    runId: String(runId),
    loadedAt: String(loadedAt),
    files: Number(files),
    records: Number(records),
    bytes: Number(bytes),
    rejected: Number(rejected),
    quarantined: Number(quarantined),
    undone: Number(keys[5]),
    forgotten: Number(keys[6]),
    keys: toKeyCounts(keys),
  };
}
