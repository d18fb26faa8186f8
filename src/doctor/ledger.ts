import { compareControlTables } from '../pipeline/reconcile/control.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

/** The loader's own tables, as far as they tell by themselves that somebody changed them by hand. */
export async function checkLedger({ model }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const warehouse = learnt.warehouse as Warehouse;
  const { disagreements, notes } = await compareControlTables({ model, warehouse });
  const [first] = disagreements;
  if (first === undefined) {
    return { reason: notes[0] ?? 'the control tables are as loads wrote them' };
  }
  const others = disagreements.reduce((sum, { count }) => sum + count, -1);
  const more = others === 0 ? '' : `; ${others} more`;
  return {
    status: 'failed',
    blocks: false,
    reason: `${first.rule}: ${first.examples[0]}${more}`,
    next: first.next,
  };
}
