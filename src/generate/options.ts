import { UsageError } from '../errors.ts';
import { MOST_SONGS } from './catalogue.ts';

/** The progress of a generation: the numbers of song files and log lines created so far. */
export interface GenerateProgress {
  readonly songs: number;
  readonly events: number;
}

/** What to generate, and where. The same numbers and seed give the same bytes on every machine. */
export interface GenerateOptions {
  readonly songs: number;
  readonly events: number;
  readonly seed: number;
  /** The folder that will hold song_data and log_data. */
  readonly out: string;
  /** The number of registered users; about one per 80 events if absent. */
  readonly users?: number;
  readonly onProgress?: (done: GenerateProgress) => void;
}

/** The maximum number of simulated users by default: enough for any shape of data. */
const USUAL_USERS = 100_000;
/** The simulator keeps three bytes per user. */
const MOST_USERS = 10_000_000;

/** The default number of users for a log of this many events. */
export function usersFor(events: number): number {
  return Math.max(5, Math.min(USUAL_USERS, Math.floor(events / 80)));
}

/** Refuses invalid numbers before anything is written. */
export function checkOptions({ songs, events, seed, users }: GenerateOptions): void {
  checkNumber('songs', songs, 0, MOST_SONGS);
  checkNumber('events', events, 0, Number.MAX_SAFE_INTEGER);
  checkNumber('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (users !== undefined) checkNumber('users', users, 1, MOST_USERS);
}

/** Refuses a number of an option that is out of its range. */
export function checkNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`--${name} is ${value}`, { next: `Give a whole number from ${least} to ${most}.` });
}
