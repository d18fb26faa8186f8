import type { SubStatementData } from '@aws-sdk/client-redshift-data';
import type { Batch, BatchMoment } from '../warehouse.ts';
import type { BatchStatement } from './statements.ts';

/**
 * What a batch is doing now, according to DescribeStatement's sub-statements, which are in the order in which they were
 * sent (API reference, SubStatementData). Undefined if none is running.
 */
export function momentOf(
  { steps }: Batch,
  statements: readonly BatchStatement[],
  told: readonly Pick<SubStatementData, 'Status'>[],
): BatchMoment | undefined {
  const index = told.findIndex(({ Status }) => Status !== 'FINISHED');
  if (told.length === 0) {
    return undefined;
  }
  if (index < 0) {
    return { kind: 'committing' };
  }
  const { step, sql = '' } = statements[index] ?? {};
  if (step !== undefined) {
    return { kind: 'step', name: step.name, at: steps.indexOf(step) + 1 };
  }
  return sql.startsWith('LOCK ') ? { kind: 'locking' } : undefined;
}
