import type { DescribeStatementResponse, SubStatementData } from '@aws-sdk/client-redshift-data';
import { messageOf } from '../../errors.ts';
import { locationOf } from '../../objects/s3/uri.ts';
import { StepFailed, WarehouseError } from '../errors.ts';
import type { ResultSet, Step, StepResult } from '../warehouse.ts';
import type { DataApi, Notify } from './data-api.ts';
import { sortedStatement } from './failures.ts';
import { type Ask, isLoadFailure, readLoadErrors } from './load-errors.ts';
import type { BatchStatement } from './statements.ts';
import type { PlacedBatch } from './work.ts';

/** A batch that has ended. */
export interface EndedBatch {
  readonly id: string;
  readonly statements: readonly BatchStatement[];
  readonly placed: PlacedBatch;
}

/** The results of a finished batch's steps. */
export async function readResults(
  api: DataApi,
  { id, statements }: EndedBatch,
  steps: readonly Step[],
): Promise<readonly StepResult[]> {
  const rows = new Map<Step, ResultSet>();
  const affected = new Map<Step, number>();
  // Only the description shows whether a statement has rows. Requesting the rows of a statement without rows fails.
  const { SubStatements: told = [] } = statements.some(({ fetch }) => fetch === 'rows-if-any')
    ? await api.describe(id)
    : {};
  for (const [index, { step, fetch }] of statements.entries()) {
    if (step === undefined || fetch === undefined || fetch === 'rows-on-failure') {
      continue;
    }
    if (fetch === 'rows-if-any' && told[index]?.HasResultSet !== true) {
      affected.set(step, Math.max(0, told[index]?.ResultRows ?? 0));
      continue;
    }
    rows.set(step, await api.rows(subId(id, index)));
  }
  return steps.map((step) => ({ name: step.name, affected: affected.get(step) ?? 0, result: rows.get(step) }));
}

/** The error for a batch that did not finish: the step that failed, why, and the results of the steps before it. */
export async function readFailure(
  api: DataApi,
  ended: EndedBatch,
  status: string,
  ask: Ask,
  notify: Notify,
): Promise<WarehouseError | StepFailed> {
  const description = await api.describe(ended.id);
  const index = failedIndex(description);
  const sub = description.SubStatements?.[index];
  const text = sub?.Error ?? description.Error ?? `the statement was ${status}`;
  const { step, sql } = ended.statements[index] ?? {};
  const failure = await withLoadErrors(sortedStatement(text, sql), step, sub, ended.placed, ask);
  if (step === undefined) {
    return failure;
  }
  return new StepFailed(step, failure, await earlierResults(api, ended, index, notify));
}

/** The id of a sub-statement, counted from 1 (Data API, running a batch). */
function subId(id: string, index: number): string {
  return `${id}:${index + 1}`;
}

/**
 * The statement that failed, counted from 0. The batch's error has been seen to contain its number. The state of the
 * statements after it is not documented, so the first one with a failed status counts, otherwise the first that did not
 * finish.
 */
function failedIndex({ SubStatements = [], Error: text = '' }: DescribeStatementResponse): number {
  const numbered = /^Query #(\d+) failed/.exec(text)?.[1];
  if (numbered !== undefined) {
    return Number(numbered) - 1;
  }
  const failed = SubStatements.findIndex(({ Status }) => Status === 'FAILED');
  return failed === -1 ? SubStatements.findIndex(({ Status }) => Status !== 'FINISHED') : failed;
}

async function withLoadErrors(
  failure: WarehouseError,
  step: Step | undefined,
  sub: SubStatementData | undefined,
  placed: PlacedBatch,
  ask: Ask,
): Promise<WarehouseError> {
  if (step === undefined || step.kind === 'sql' || !isLoadFailure(failure.message)) {
    return failure;
  }
  const parts = placed.parts.get(step) ?? [];
  const filePrefix = step.kind === 'copy' ? placed.folder : locationOf(step.folder.uri);
  const problems = await readLoadErrors(ask, { queryId: sub?.RedshiftQueryId ?? 0, filePrefix }, parts);
  return new WarehouseError(failure.kind, failure.message, { cause: failure, next: failure.next, problems });
}

/**
 * Best effort: whether the results of a failed batch can be read is not documented. Without them, the message must do.
 */
async function earlierResults(
  api: DataApi,
  { id, statements }: EndedBatch,
  failed: number,
  notify: Notify,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const [index, { step, fetch }] of statements.slice(0, failed).entries()) {
    if (step !== undefined && (fetch === 'rows' || fetch === 'rows-on-failure')) {
      try {
        results.push({ name: step.name, affected: 0, result: await api.rows(subId(id, index)) });
      } catch (error) {
        notify(`the rows of ${step.name} could not be read: ${messageOf(error)}`);
      }
    }
  }
  return results;
}
