import type { RunningBatch } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';
import { type PastRun, type QuarantinedFile, readQuarantined, readRuns } from './ledger.ts';
import { explainUnfit } from './shape.ts';
import { readSizes } from './sizes.ts';

/** What is running now, what the warehouse holds, and what has been loaded into it. */
export interface WarehouseStatus {
  readonly running: readonly RunningBatch[];
  readonly runs: readonly PastRun[];
  readonly quarantined: readonly QuarantinedFile[];
  readonly rows: ReadonlyMap<string, number>;
}

/** Reads past runs, newest first, and the size of each table. Never waits for a load. */
export async function status({ model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>): Promise<WarehouseStatus> {
  const running = await warehouse.running();
  const runs = await readRuns({ model, warehouse });
  const quarantined = await readQuarantined({ model, warehouse });
  const rows = await readSizes({ model, warehouse }).catch(async (error: unknown) => {
    throw await explainUnfit({ model, warehouse }, error);
  });
  return { running, runs, quarantined, rows };
}
