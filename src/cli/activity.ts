import type { Activity, PipelineEvent } from '../pipeline/events.ts';
import { count, counted } from './output.ts';

/** An activity that takes time. */
export type Lasting = Exclude<Activity, { readonly type: 'idle' }>;

const ACTIVITIES = new Set<PipelineEvent['type']>([
  'doing',
  'read',
  'sending',
  'submitted',
  'locking',
  'step',
  'committing',
  'idle',
]);

/** Whether an event begins an activity. */
export function isActivity(event: PipelineEvent): event is Activity {
  return ACTIVITIES.has(event.type);
}

/** How long an activity, and the whole command, have been running, in milliseconds. */
export interface Lasts {
  readonly milliseconds: number;
  readonly all: number;
}

/**
 * A description of an activity: what is running and how far it is, and `(12 s)`: the elapsed time and, if it can be
 * estimated, the remaining time.
 */
export interface Described {
  readonly words: string;
  readonly time: string;
}

/** Describes an activity that has been running for this long. */
export function describeActivity(activity: Lasting, { milliseconds, all }: Lasts): Described {
  const left = leftOf(activity, milliseconds);
  const time = [
    durationOf(milliseconds),
    ...(left === undefined ? [] : [`about ${durationOf(left)} left`]),
    ...(durationOf(all) === durationOf(milliseconds) ? [] : [`${durationOf(all)} in all`]),
  ];
  return { words: inWords(activity), time: `(${time.join(', ')})` };
}

function inWords(activity: Lasting): string {
  switch (activity.type) {
    case 'doing':
      return `${activity.what}${countOf(activity)}`;
    case 'read':
      return `reading ${activity.table}: ${count(activity.files)} of ${counted(activity.of, 'file')}, ${counted(activity.records, 'record')}`;
    case 'sending':
      return `sending ${activity.table} to the warehouse: ${count(activity.done)} of ${counted(activity.of, 'part')}`;
    case 'submitted':
      return `the warehouse runs ${activity.by}`;
    case 'locking':
      return 'waiting for the lock';
    case 'step':
      return `step ${count(activity.at)} of ${count(activity.of)}: ${activity.name}`;
    case 'committing':
      return 'committing';
  }
}

function countOf({ done, of }: Extract<Lasting, { type: 'doing' }>): string {
  if (of !== undefined) {
    return `, ${count(done ?? 0)} of ${count(of)} done`;
  }
  return done === undefined ? '' : `, ${count(done)} done`;
}

/** The smallest share of the work, and the shortest time, on which an estimate is based. */
const LEAST_SHARE = 0.01;
const LEAST_MILLISECONDS = 5000;

/**
 * The remaining time, in milliseconds, if the work continues at this rate; undefined if it cannot be estimated. Steps
 * differ in length, so they give no estimate.
 */
function leftOf(activity: Lasting, milliseconds: number): number | undefined {
  const share = shareOf(activity);
  return share === undefined || share < LEAST_SHARE || share >= 1 || milliseconds < LEAST_MILLISECONDS
    ? undefined
    : (milliseconds / share) * (1 - share);
}

function shareOf(activity: Lasting): number | undefined {
  switch (activity.type) {
    case 'read':
      return activity.ofBytes === 0 ? undefined : activity.bytes / activity.ofBytes;
    case 'doing':
    case 'sending':
      return activity.of === undefined ? undefined : (activity.done ?? 0) / activity.of;
    default:
      return undefined;
  }
}

/** `12 s`, `3 min 05 s`, `2 h 07 min`. */
export function durationOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${two(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
