import type { RunningBatch } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';
import { latestUnknownKeys } from './earlier-keys.ts';
import {
  type PastForget,
  type PastRun,
  type QuarantinedFile,
  readForgets,
  readQuarantined,
  readRuns,
} from './past-runs.ts';
import { explainUnfit } from './shape.ts';
import { readSizes } from './sizes.ts';
import type { UnknownKeysOfTable } from './unknown-keys.ts';

/** What is running now, what the warehouse holds, and what has been loaded into it. */
export interface WarehouseStatus {
  readonly running: readonly RunningBatch[];
  readonly runs: readonly PastRun[];
  readonly quarantined: readonly QuarantinedFile[];
  /** Whose records are left out. */
  readonly forgets: readonly PastForget[];
  /** The unknown keys that the newest run of each source has met. */
  readonly unknownKeys: readonly UnknownKeysOfTable[];
  readonly rows: ReadonlyMap<string, number>;
}

/** Reads past runs, newest first, and the size of each table. Never waits for a load. */
export async function status(context: Pick<LoadContext, 'model' | 'warehouse'>): Promise<WarehouseStatus> {
  const running = await context.warehouse.running();
  try {
    const runs = await readRuns(context);
    const quarantined = await readQuarantined(context);
    const forgets = await readForgets(context);
    const unknownKeys = await latestUnknownKeys(context);
    return { running, runs, quarantined, forgets, unknownKeys, rows: await readSizes(context) };
  } catch (error) {
    throw await explainUnfit(context, error);
  }
}
