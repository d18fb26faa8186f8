import { UsageError } from '../errors.ts';
import { MOST_SONGS } from './catalogue.ts';

/** How far a generation is: song files and lines of the log made so far. */
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
  /** Registered users; about one for 80 events unless given. */
  readonly users?: number;
  readonly onProgress?: (done: GenerateProgress) => void;
}

/** Users who are simulated unless more are asked for: enough for any shape of data. */
const USUAL_USERS = 100_000;
/** The simulator keeps three bytes a user. */
const MOST_USERS = 10_000_000;

/** The default number of users for a log of this many events. */
export function usersFor(events: number): number {
  return Math.max(5, Math.min(USUAL_USERS, Math.floor(events / 80)));
}

/** Refuses numbers that mean nothing, before anything is written. */
export function checkOptions({ songs, events, seed, users }: GenerateOptions): void {
  checkNumber('songs', songs, 0, MOST_SONGS);
  checkNumber('events', events, 0, Number.MAX_SAFE_INTEGER);
  checkNumber('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (users !== undefined) checkNumber('users', users, 1, MOST_USERS);
}

function checkNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`--${name} is ${value}`, { next: `Give a whole number from ${least} to ${most}.` });
}
