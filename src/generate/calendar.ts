import { PURPOSE, streamOf } from './random.ts';

export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 24 * MS_PER_HOUR;

/** 2018-11-01, a Thursday, 00:00 UTC: the day the log begins. */
export const FIRST_DAY = 1_541_030_400_000;
const WEEKDAY_OF_FIRST_DAY = 4;

/** The activity per weekday, from Sunday: quiet weekends. */
const WEEKDAYS = [36, 92, 104, 128, 108, 118, 58];
/** The activity per hour, UTC: afternoon and evening of the western hemisphere, quiet between 2 and 5. */
const HOURS = [22, 19, 15, 13, 14, 18, 22, 24, 28, 33, 38, 42, 44, 48, 55, 63, 66, 64, 61, 50, 43, 36, 29, 25];
/** On the last day no user comes online in the evening, so that few sessions continue into the next day. */
const LAST_HOUR = 19;

/** How many days a log of this many events covers: a month, for large logs up to three. */
export function daysFor(events: number): number {
  return 30 + Math.min(60, Math.floor(events / 150_000));
}

/**
 * For each hour of the log, the share of all events that belong to sessions begun by the end of that hour. The last one
 * is 1.
 */
export function busyHours(seed: number, days: number): Float64Array {
  const begun = new Float64Array(days * 24);
  let sum = 0;
  for (let hour = 0; hour < begun.length; hour += 1) {
    sum += hour >= (days - 1) * 24 + LAST_HOUR ? 0 : weightOf(seed, Math.floor(hour / 24)) * (HOURS[hour % 24] ?? 0);
    begun[hour] = sum;
  }
  return begun.map((weight) => weight / sum);
}

/** The weekday's weight, a third more or less from day to day. */
function weightOf(seed: number, day: number): number {
  const weekday = WEEKDAYS[(WEEKDAY_OF_FIRST_DAY + day) % 7] ?? 0;
  return weekday * (70 + streamOf(seed, PURPOSE.day, day).below(61));
}

/** The UTC date of a time, as in 2018-11-01. */
export function isoDate(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10);
}
