import type { Probe } from '../probe.ts';
import { BATCH_PROBES } from './batches.ts';
import { LOCK_PROBES } from './locks.ts';
import { SQL_PROBES } from './sql.ts';
import { VALUE_PROBES } from './values.ts';

/** What a load relies on. These are asked first, because time may be up before the rest is reached. */
const FIRST = [
  'lock_snapshot',
  'same_row',
  'bare_literals',
  'cast_error',
  'sysdate_default',
  'same_token',
  'earlier_results',
  'error_view',
];

const ALL: readonly Probe[] = [...BATCH_PROBES, ...VALUE_PROBES, ...SQL_PROBES, ...LOCK_PROBES];

/** Every question, in the order in which they are asked. */
export const PROBES: readonly Probe[] = [
  ...FIRST.flatMap((name) => ALL.filter((probe) => probe.name === name)),
  ...ALL.filter(({ name }) => !FIRST.includes(name)),
];
