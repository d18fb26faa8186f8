import { doctorSql } from '../sql/catalogue.ts';
import { BEGINNING, render } from '../sql/render.ts';
import type { Value, Warehouse } from '../warehouse/warehouse.ts';
import type { Outcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

const SUSPICIOUS_SECONDS = 60;

/** Loads are refused as long as the warehouse's clock has not passed the newest stamp; and it should be right, too. */
export async function checkStamps({ model }: Examination, learnt: Learnt): Promise<Outcome> {
  const warehouse = learnt.warehouse as Warehouse;
  const stamps = { now: warehouse.now, since: BEGINNING };
  const { rows } = await warehouse.query(render(doctorSql(model, 'stamps', warehouse.engine), stamps));
  const [clock = null, newest = null] = rows[0] ?? [];
  const ahead = newest === null ? 0 : Math.round((millisecondsOf(newest) - millisecondsOf(clock)) / 1000);
  if (ahead > 0) {
    return {
      status: 'failed',
      reason: `the newest run was stamped ${newest}, ${ahead} s after what the warehouse's clock says now`,
      next: 'Loads are refused until the clock has passed it. Set the clock right if it is wrong; if it is right now, npm run rebuild -- --restamp sets the times of those runs right.',
    };
  }
  const off = Math.round(Math.abs(millisecondsOf(clock) - Date.now()) / 1000);
  return off > SUSPICIOUS_SECONDS
    ? {
        status: 'warning',
        reason: `the warehouse's clock and this machine's are ${off} s apart`,
        next: "Loads go by the warehouse's clock. Set the one that is wrong, for times in logs to be of use.",
      }
    : { reason: "the warehouse's clock is right, and past the newest run" };
}

/** Of a result's timestamp: `YYYY-MM-DD HH:MM:SS.mmm` in UTC. */
function millisecondsOf(timestamp: Value): number {
  return Date.parse(`${String(timestamp).replace(' ', 'T')}Z`);
}
