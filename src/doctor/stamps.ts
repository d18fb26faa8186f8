import { MOST_SECONDS_AHEAD, readClock, secondsAhead, secondsAheadOf } from '../pipeline/clock.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

const SUSPICIOUS_SECONDS = 60;

/** Loads are refused until the warehouse's clock has passed the newest stamp. The clock should be right, too. */
export async function checkStamps({ model }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const clock = await readClock({ model, warehouse: learnt.warehouse as Warehouse });
  const ahead = Math.round(secondsAhead(clock));
  if (ahead > 0) {
    return {
      status: 'failed',
      reason: `the newest run was stamped ${clock.newest}, ${ahead} s ahead of the warehouse's clock`,
      next: 'Loads are refused until the clock has passed it. Correct the clock if it is wrong; if it is right now, npm run rebuild -- --restamp corrects the times of those runs.',
    };
  }
  const off = Math.round(secondsAheadOf(new Date(), clock));
  if (off > MOST_SECONDS_AHEAD) {
    return {
      status: 'failed',
      reason: `the warehouse's clock is ${off} s ahead of this machine's`,
      next: 'Loads are refused, since a run with a stamp from a clock that is ahead blocks all later runs. Set the clock that is wrong.',
    };
  }
  return Math.abs(off) > SUSPICIOUS_SECONDS
    ? {
        status: 'warning',
        reason: `the warehouse's clock and this machine's are ${Math.abs(off)} s apart`,
        next: "Loads use the warehouse's clock. Set the clock that is wrong, so that times in logs are useful.",
      }
    : { reason: "the warehouse's clock is right, and later than the newest run" };
}
