import { StarloadError } from '../errors.ts';
import { doctorSql } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
import type { QueryOptions } from '../warehouse/warehouse.ts';
import type { LoadContext } from './context.ts';

/** What is known about the warehouse's clock. Both values are `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC. */
export interface Clock {
  /** The current time. */
  readonly now: string;
  /** The newest stamp of the ledger; undefined if the ledger is empty. */
  readonly newest?: string | undefined;
}

/** Queries the warehouse. Throws WarehouseError. */
export async function readClock(
  { model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>,
  options?: QueryOptions,
): Promise<Clock> {
  const { engine, now } = warehouse;
  const sql = render(doctorSql(model, 'stamps', engine), { now, since: BEGINNING });
  const { rows } = await warehouse.query(sql, options);
  const [clock, newest = null] = rows[0] ?? [];
  return { now: String(clock), newest: newest === null ? undefined : String(newest) };
}

/** A run waits this long by itself: the clocks of a cluster's nodes differ slightly. */
const WAITED_FOR_SECONDS = 60;
/** The warehouse's clock may be at most this far ahead of this machine's. */
export const MOST_SECONDS_AHEAD = 86_400;

/** How many seconds the newest stamp is ahead of the warehouse's clock; negative if it is behind. */
export function secondsAhead({ now, newest }: Clock): number {
  return newest === undefined ? Number.NEGATIVE_INFINITY : secondsOf(newest) - secondsOf(now);
}

/** How many seconds the warehouse's clock is ahead of this machine's; negative if it is behind. */
export function secondsAheadOf(own: Date, { now }: Clock): number {
  return secondsOf(now) - own.getTime() / 1000;
}

/**
 * Throws StarloadError if no run can be stamped now: the newest stamp is ahead of the warehouse's clock, so data loaded
 * now would count as older.
 */
export function assertPastNewest(clock: Clock): void {
  if (secondsAhead(clock) > WAITED_FOR_SECONDS) {
    throw new StarloadError(
      `the newest run was stamped ${toSeconds(clock.newest)}, and the warehouse's clock says ${toSeconds(clock.now)}`,
      {
        outcome: 'nothing was changed',
        next: "Correct the warehouse's clock if it is wrong (on DuckDB it is this machine's). If it is right now but was ahead before, npm run rebuild -- --restamp corrects the times of those runs.",
      },
    );
  }
}

/**
 * Throws StarloadError if the warehouse's clock is more than a day ahead of this machine's. A run stamped by a clock
 * that is ahead blocks all later runs once the clock is corrected. A clock that is behind does no harm.
 */
export function assertNotAhead(clock: Clock, own = new Date()): void {
  const { now } = clock;
  if (secondsAheadOf(own, clock) > MOST_SECONDS_AHEAD) {
    const ours = toSeconds(own.toISOString().replace('T', ' '));
    throw new StarloadError(`the warehouse's clock says ${toSeconds(now)}, and this machine's says ${ours} (UTC)`, {
      outcome: 'nothing was changed',
      next: "Set the clock that is wrong, and run again. The warehouse's clock stamps the runs: if it is ahead, all loads are refused once it is corrected.",
    });
  }
}

/**
 * A stamp that Date cannot represent was written by hand: `infinity` or a five-digit year is ahead of every clock; the
 * other case is a year BC.
 */
function secondsOf(stamp: string): number {
  const seconds = Date.parse(`${stamp.replace(' ', 'T')}Z`) / 1000;
  if (!Number.isNaN(seconds)) return seconds;
  return /^-|BC/.test(stamp) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toSeconds(stamp = ''): string {
  return stamp.slice(0, 'YYYY-MM-DD HH:MM:SS'.length);
}
