import { protocolSql } from '../sql/catalogue.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { tableSizes } from './batches.ts';
import type { LoadContext } from './context.ts';

/** A past run, from the ledger. */
export interface PastRun {
  readonly runId: string;
  readonly loadedAt: string;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
}

/** What the warehouse holds and what has been loaded into it. */
export interface Status {
  readonly runs: readonly PastRun[];
  readonly rows: ReadonlyMap<string, number>;
}

/** Reads past runs, newest first, and the size of each table. Never waits for a load. */
export async function status({ model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>): Promise<Status> {
  const runs = await warehouse.query(protocolSql(model, 'ledger_runs').sql);
  const sizes = await warehouse.query(tableSizes(model).sql);
  return {
    runs: runs.rows.map(toPastRun),
    rows: new Map(sizes.rows.map(([table, rows]) => [String(table), Number(rows)])),
  };
}

function toPastRun([runId, loadedAt, files, records, bytes]: readonly Value[]): PastRun {
  return {
    runId: String(runId),
    loadedAt: String(loadedAt),
    files: Number(files),
    records: Number(records),
    bytes: Number(bytes),
  };
}
