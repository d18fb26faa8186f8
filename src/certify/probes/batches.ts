import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { Sent } from '../../warehouse/service.ts';
import { type Answer, type Bench, copyOf, errorOf, OTHER, type Probe } from '../probe.ts';

const FAILING = ['SELECT 1 AS n', 'SELECT n FROM starload_certify_no_such_table', 'SELECT 3 AS n'];
/** The statement after the one that fails, counted from 0. */
const BEHIND = 2;

/** The Data API's behaviour for batches: tokens, failures, and which results can still be read. */
export const BATCH_PROBES: readonly Probe[] = [
  {
    name: 'same_token',
    question: 'the same ClientToken with another request',
    answers: {
      refused: 'the request is refused',
      first_answer: 'the first answer is returned again',
      runs: 'the statement runs',
    },
    ask: askSameToken,
  },
  {
    name: 'after_failure',
    question: 'statements after the failed one of a batch',
    answers: { ABORTED: 'ABORTED', FAILED: 'FAILED', SUBMITTED: 'SUBMITTED' },
    ask: (bench) => ofFailure(bench, ({ parts }) => ({ answer: parts[BEHIND]?.status ?? OTHER })),
  },
  {
    name: 'batch_error',
    question: 'the error of a failed batch',
    answers: { numbered: '`Query #n failed with …`', plain: "the statement's own" },
    ask: (bench) =>
      ofFailure(bench, ({ error }) => ({
        answer: /^Query #\d+ failed with /.test(error) ? 'numbered' : 'plain',
        said: error,
      })),
  },
  {
    name: 'earlier_results',
    question: 'results of statements before the failed one',
    answers: { readable: 'readable', unreadable: 'not readable' },
    ask: (bench) =>
      ofFailure(bench, async ({ id }) => {
        try {
          await bench.service.rows(id, 1);
          return { answer: 'readable' };
        } catch (error) {
          return { answer: 'unreadable', said: messageOf(error) };
        }
      }),
  },
  {
    name: 'failed_copy_id',
    question: 'the query id of a failed COPY',
    answers: { told: 'reported', withheld: 'not reported' },
    needsFile: true,
    ask: (bench) =>
      ofFailedCopy(bench, ({ parts }) => ({ answer: (parts[1]?.queryId ?? 0) > 0 ? 'told' : 'withheld' })),
  },
  {
    name: 'error_view',
    question: 'the view that the error of a failed COPY names',
    answers: { sys_load_error_detail: 'SYS_LOAD_ERROR_DETAIL', stl_load_errors: 'STL_LOAD_ERRORS' },
    needsFile: true,
    ask: (bench) =>
      ofFailedCopy(bench, (sent) => {
        const said = errorOf(sent);
        return { answer: /sys_load_error_detail|stl_load_errors/.exec(said)?.[0] ?? OTHER, said };
      }),
  },
  {
    name: 'auto_commit_failure',
    question: 'an AUTO_COMMIT batch in which a statement failed',
    answers: { FAILED: 'FAILED', FINISHED: 'FINISHED' },
    ask: askAutoCommit,
  },
  {
    name: 'timestamp_text',
    question: 'a TIMESTAMP without a fraction, in a result',
    answers: { with_fraction: '`2022-02-22 00:00:00.0`', without_fraction: '`2022-02-22 00:00:00`' },
    ask: askTimestampText,
  },
];

/** If the batch had been one transaction, its third statement would not have run. */
async function askAutoCommit({ service }: Bench): Promise<Answer> {
  const { status, parts, error } = await service.send(FAILING, { mode: 'AUTO_COMMIT' });
  return { answer: parts[BEHIND]?.status === 'FINISHED' ? status : OTHER, said: error };
}

const TIMESTAMP_TEXTS: Readonly<Record<string, string>> = {
  '2022-02-22 00:00:00.0': 'with_fraction',
  '2022-02-22 00:00:00': 'without_fraction',
};

async function askTimestampText({ service }: Bench): Promise<Answer> {
  const { id } = await service.send(["SELECT CAST('2022-02-22 00:00:00' AS TIMESTAMP) AS found"]);
  const said = await service.text(id, 1);
  return { answer: TIMESTAMP_TEXTS[said] ?? OTHER, said };
}

async function askSameToken({ service }: Bench): Promise<Answer> {
  const token = randomUUID();
  const first = await service.send(['SELECT 1 AS n'], { token });
  try {
    const second = await service.send(['SELECT 2 AS n'], { token });
    return { answer: second.id === first.id ? 'first_answer' : 'runs' };
  } catch (error) {
    return { answer: 'refused', said: messageOf(error) };
  }
}

/** A batch with three statements, the second of which fails. */
async function ofFailure({ service }: Bench, read: (sent: Sent) => Answer | Promise<Answer>): Promise<Answer> {
  const sent = await service.send(FAILING);
  return sent.status === 'FAILED' ? read(sent) : { answer: OTHER, said: sent.status };
}

async function ofFailedCopy(bench: Bench, read: (sent: Sent) => Answer): Promise<Answer> {
  const copy = await copyOf(bench, 'failed_copy', { text: '{"v":"no number"}' });
  const sent = await bench.service.send(['CREATE TEMP TABLE probe (v BIGINT)', copy]);
  return sent.status === 'FAILED' ? read(sent) : { answer: OTHER, said: sent.status };
}
