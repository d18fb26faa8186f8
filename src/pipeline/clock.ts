import { StarloadError } from '../errors.ts';
import { doctorSql } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
import type { LoadContext } from './context.ts';

/** What is known of the warehouse's clock, both as `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC. */
export interface Clock {
  /** What it says now. */
  readonly now: string;
  /** The newest stamp of the ledger; undefined where that is empty. */
  readonly newest?: string | undefined;
}

/** Asks the warehouse. Throws WarehouseError. */
export async function readClock({ model, warehouse }: Pick<LoadContext, 'model' | 'warehouse'>): Promise<Clock> {
  const { engine, now } = warehouse;
  const { rows } = await warehouse.query(render(doctorSql(model, 'stamps', engine), { now, since: BEGINNING }));
  const [clock, newest = null] = rows[0] ?? [];
  return { now: String(clock), newest: newest === null ? undefined : String(newest) };
}

/** What a run waits for by itself, since the clocks of a cluster's nodes differ by little. */
const WAITED_FOR_SECONDS = 60;
/** The warehouse's clock may be so far ahead of this machine's. */
export const MOST_SECONDS_AHEAD = 86_400;

/** How many seconds the newest stamp lies ahead of the warehouse's clock; below 0 where it does not. */
export function secondsAhead({ now, newest }: Clock): number {
  return newest === undefined ? Number.NEGATIVE_INFINITY : secondsOf(newest) - secondsOf(now);
}

/** How many seconds the warehouse's clock is ahead of this machine's; below 0 where it is behind. */
export function secondsAheadOf(own: Date, { now }: Clock): number {
  return secondsOf(now) - own.getTime() / 1000;
}

/**
 * Throws StarloadError where no run could be stamped now: the newest stamp lies ahead of the warehouse's clock, so that what
 * is loaded now would count as older.
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
 * Throws StarloadError where the warehouse's clock is more than a day ahead of this machine's: a run stamped by a clock
 * that is ahead blocks all that come after the clock is set right. One that is behind does no harm.
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

/** A stamp that no Date can hold was written by hand: `infinity` or a year of five digits, ahead of every clock, or one before Christ. */
function secondsOf(stamp: string): number {
  const seconds = Date.parse(`${stamp.replace(' ', 'T')}Z`) / 1000;
  if (!Number.isNaN(seconds)) return seconds;
  return /^-|BC/.test(stamp) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toSeconds(stamp = ''): string {
  return stamp.slice(0, 'YYYY-MM-DD HH:MM:SS'.length);
}
