import { describe, expect, test } from '@jest/globals';
import { StepTimes } from '../../src/cli/step-times.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { FakeTimer } from '../support/fake-timer.ts';

const step = (name: string): PipelineEvent => ({ type: 'step', name, at: 1, of: 9 });

describe('the times of steps', () => {
  test('last until the next step begins, and are added up where a step is repeated', () => {
    const timer = new FakeTimer();
    const times = new StepTimes(timer);
    const passed: PipelineEvent[] = [];
    const emit = times.listening((event) => passed.push(event));
    const events: readonly (readonly [PipelineEvent, number])[] = [
      [{ type: 'doing', what: 'reading the ledger' }, 2],
      [{ type: 'run', id: 'r' }, 1],
      [step('copy_a'), 4],
      [step('insert_a'), 0.25],
      [{ type: 'idle' }, 100],
      [step('copy_a'), 0.5],
      [{ type: 'committing' }, 1],
    ];
    for (const [event, seconds] of events) {
      emit(event);
      timer.pass(seconds);
    }
    expect(times.end()).toEqual([
      { step: 'reading the ledger', seconds: 3 },
      { step: 'copy_a', seconds: 4.5 },
      { step: 'insert_a', seconds: 0.25 },
      { step: 'committing', seconds: 1 },
    ]);
    expect(passed).toEqual(events.map(([event]) => event));
  });

  test('are none where nothing was done', () => {
    expect(new StepTimes(new FakeTimer()).end()).toEqual([]);
  });
});
