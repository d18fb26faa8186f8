import { compareControlTables } from '../pipeline/reconcile/control.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome } from './checks.ts';
import type { Examination, Learnt } from './examination.ts';

/** Checks the loader's own tables for manual changes, as far as the tables alone show them. */
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
