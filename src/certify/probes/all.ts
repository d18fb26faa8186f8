import type { Probe } from '../probe.ts';
import { BATCH_PROBES } from './batches.ts';
import { LOCK_PROBES } from './locks.ts';
import { SQL_PROBES } from './sql.ts';
import { VALUE_PROBES } from './values.ts';

/** Every question, by family. */
export const PROBES: readonly Probe[] = [...BATCH_PROBES, ...VALUE_PROBES, ...SQL_PROBES, ...LOCK_PROBES];
