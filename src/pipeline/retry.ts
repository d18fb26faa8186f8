import { setTimeout as sleep } from 'node:timers/promises';
import { StarloadError } from '../errors.ts';
import { StepFailed, WarehouseError } from '../warehouse/errors.ts';
import type { Batch, StepResult } from '../warehouse/warehouse.ts';
import { LOAD_GUARD, STAMP_GUARD } from './batches.ts';
import type { LoadContext } from './context.ts';
import { watchBatch } from './watching.ts';

const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 100;

/** What running a batch needs. */
export type RetryContext = Pick<LoadContext, 'warehouse' | 'emit' | 'signal' | 'firstPauseMilliseconds' | 'timer'>;

/**
 * Whether an error is a guard's refusal. The engine's message for the failed cast need not contain the guard's words.
 */
export function failedGuard(error: unknown, guard: string): boolean {
  return error instanceof StepFailed && error.step.name === guard && error.failure.kind === 'refused';
}

/**
 * Runs a batch, and retries it after a pause if that can succeed: another writer was in the way, or its stamp was not
 * newer than the last one because clocks differ.
 */
export async function runWithRetry(context: RetryContext, batch: Batch): Promise<readonly StepResult[]> {
  for (let attempt = 1; ; attempt += 1) {
    const watch = watchBatch(context, batch);
    try {
      return await context.warehouse.run(batch, watch.onMoment);
    } catch (error) {
      const reason = reasonToRetry(error);
      if (reason === undefined || attempt === ATTEMPTS) {
        throw reason === undefined ? error : gaveUp(reason, attempt, error);
      }
      context.emit({ type: 'again', reason, attempt: attempt + 1 });
      watch.stop();
      await sleep(pauseAfter(attempt, context.firstPauseMilliseconds), undefined, { signal: context.signal });
    } finally {
      watch.stop();
    }
  }
}

/** Twice as long each time, and never quite: writers that met once would meet again after equal pauses. */
function pauseAfter(attempt: number, first = FIRST_PAUSE_MILLISECONDS): number {
  return first * 2 ** (attempt - 1) * (0.5 + Math.random());
}

/**
 * Why a guard refused a run: its stamp is not the newest, another run loaded its files, its rows do not carry its
 * stamp, load_run does not hold exactly one row, or the tables are not those it was planned on.
 */
export type GuardRefusal = 'stamp' | 'unstamped' | 'replaced' | 'overtaken' | 'broken';

/**
 * Why a guard refused, if one did. The message contains the reason; some engines give only its first letter (Redshift:
 * "Invalid digit, Value 'o', Pos 0, Type: Integer"). If there is no message, the load counts as `overtaken`: a load
 * that is planned again gets a new stamp as well.
 */
export function refusalOf(error: unknown): GuardRefusal | undefined {
  const unsaid = failedGuard(error, STAMP_GUARD) ? 'stamp' : 'overtaken';
  if (unsaid === 'overtaken' && !failedGuard(error, LOAD_GUARD)) {
    return undefined;
  }
  const { message } = (error as StepFailed).failure;
  return REFUSALS.find(([words]) => words.test(message))?.[1] ?? unsaid;
}

const REFUSALS: readonly (readonly [RegExp, GuardRefusal])[] = [
  [/broken load_run|Value 'b'/, 'broken'],
  [/older stamp than|Value 'o'/, 'stamp'],
  [/unlike stamps of|Value 'u'/, 'unstamped'],
  [/replaced tables|Value 'r'/, 'replaced'],
];

function reasonToRetry(error: unknown): string | undefined {
  if (refusalOf(error) === 'stamp') {
    return "the run's stamp is not newer than the last one: the warehouse's clock was set back, or clocks differ";
  }
  const failure = error instanceof StepFailed ? error.failure : error;
  return failure instanceof WarehouseError && failure.kind === 'conflict' ? 'another run was writing' : undefined;
}

function gaveUp(reason: string, attempts: number, cause: unknown): StarloadError {
  return new StarloadError(`${reason}; gave up after ${attempts} attempts`, {
    outcome: 'nothing was changed',
    next: 'Run again later. If the clock is right now but was ahead before, npm run rebuild -- --restamp corrects the times of those runs.',
    cause,
  });
}
