import { describe, expect, test } from '@jest/globals';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { watchBatch } from '../../src/pipeline/watching.ts';
import { momentOf } from '../../src/warehouse/redshift/moments.ts';
import type { BatchStatement } from '../../src/warehouse/redshift/statements.ts';
import type { Batch, BatchMoment, RunningBatch } from '../../src/warehouse/warehouse.ts';
import { FakeTimer } from '../support/fake-timer.ts';

const OTHER: RunningBatch = { name: 'load-1', since: '2026-11-26 11:00:00', holdsLock: true, by: 'process 7' };
const STEPS = ['a', 'b'].map((name) => ({ kind: 'sql', name, sql: 'SELECT 1' }) as const);
const BATCH: Batch = { name: 'load-2', locks: true, steps: STEPS };

function watched() {
  const events: PipelineEvent[] = [];
  const timer = new FakeTimer();
  const answers: (readonly RunningBatch[] | Error)[] = [];
  const asked = { times: 0 };
  const blockers = async () => {
    asked.times += 1;
    const answer = answers.shift() ?? [];
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const watch = watchBatch({ emit: (event) => void events.push(event), timer }, BATCH);
  /** Lets seconds pass, and what they set off come to its end. */
  const pass = async (seconds: number) => {
    timer.pass(seconds);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const waits = () => events.filter(({ type }) => type === 'waiting');
  return { events, timer, answers, asked, blockers, watch, pass, waits };
}

describe('a batch that does not get its lock', () => {
  test('is told of with those it waits for, once for each', async () => {
    const { watch, blockers, answers, pass, waits, asked } = watched();
    const next = { ...OTHER, name: 'load-3' };
    answers.push([], [OTHER], [OTHER], new Error('no connection'), [next]);
    watch.onMoment({ kind: 'locking', blockers });
    await pass(1);
    expect(asked.times).toBe(0);
    for (const seconds of [1, 2, 2, 2, 2]) {
      await pass(seconds);
    }
    expect(asked.times).toBe(5);
    expect(waits()).toEqual([
      { type: 'waiting', for: [OTHER] },
      { type: 'waiting', for: [next] },
    ]);
  });

  test('and then gets it waits for nobody any more, also when the answer comes late', async () => {
    const { watch, blockers, answers, timer, waits, asked } = watched();
    answers.push([OTHER]);
    watch.onMoment({ kind: 'locking', blockers });
    timer.pass(2);
    watch.onMoment({ kind: 'step', name: 'a', at: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect([asked.times, waits()]).toEqual([1, []]);
  });

  test('is not asked about where the engine cannot tell, nor once it has ended', async () => {
    const { watch, blockers, pass, asked, timer } = watched();
    watch.onMoment({ kind: 'locking' });
    await pass(10);
    watch.onMoment({ kind: 'locking', blockers });
    watch.stop();
    await pass(10);
    expect([asked.times, timer.isIdle]).toEqual([0, true]);
  });
});

test('a statement that takes long is asked about too, but not each time', async () => {
  const { watch, blockers, answers, pass, waits, asked } = watched();
  answers.push([OTHER]);
  watch.onMoment({ kind: 'step', name: 'a', at: 1, blockers });
  await pass(8);
  watch.onMoment({ kind: 'step', name: 'b', at: 2, blockers });
  await pass(8);
  expect(asked.times).toBe(0);
  await pass(2);
  expect(waits()).toEqual([{ type: 'waiting', for: [OTHER] }]);
});

test('what a batch does is told with how many steps there are', () => {
  const { watch, events } = watched();
  const moments: readonly BatchMoment[] = [
    { kind: 'sending', table: 't', done: 1, of: 2 },
    { kind: 'submitted', by: 'statement 7' },
    { kind: 'locking' },
    { kind: 'step', name: 'b', at: 2 },
    { kind: 'committing' },
  ];
  for (const moment of moments) {
    watch.onMoment(moment);
  }
  expect(events).toEqual([
    { type: 'sending', table: 't', done: 1, of: 2 },
    { type: 'submitted', by: 'statement 7' },
    { type: 'locking' },
    { type: 'step', name: 'b', at: 2, of: 2 },
    { type: 'committing' },
  ]);
});

describe('what DescribeStatement tells of a batch', () => {
  const own = (sql: string): BatchStatement => ({ sql, step: undefined, fetch: undefined });
  const statements: readonly BatchStatement[] = [
    own('SET a TO b'),
    own('LOCK load_run'),
    ...STEPS.flatMap((step) => [step, step]).map((step) => ({ sql: step.sql, step, fetch: undefined })),
  ];
  const told = (finished: number, then = 'STARTED') =>
    statements.map((_, at) => ({ Status: at < finished ? 'FINISHED' : at === finished ? then : 'SUBMITTED' }) as const);

  test.each([
    [told(0), undefined],
    [told(1), { kind: 'locking' }],
    [told(2), { kind: 'step', name: 'a', at: 1 }],
    [told(3, 'PICKED'), { kind: 'step', name: 'a', at: 1 }],
    [told(5), { kind: 'step', name: 'b', at: 2 }],
    [told(6), { kind: 'committing' }],
    [[], undefined],
  ])('says which statement runs: %#', (seen, moment) => {
    expect(momentOf(BATCH, statements, seen as never)).toEqual(moment);
  });
});
