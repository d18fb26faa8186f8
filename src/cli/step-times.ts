import type { Options } from 'yargs';
import type { Activity, Emit, PipelineEvent } from '../pipeline/events.ts';
import { SYSTEM_TIMER, type Timer } from '../timer.ts';
import { isActivity } from './activity.ts';
import { result } from './output.ts';
import { renderTable } from './table.ts';

/** How long a step of a command took. */
export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

/** `--timings` */
export const TIMINGS_OPTION = {
  timings: { type: 'boolean', default: false, describe: 'at the end, show how long each step took' },
} as const satisfies Record<string, Options>;

/**
 * How long the steps of a command take, by its events: a step lasts until the next one begins. A step that is done several
 * times, as in a load that is split, has one time: the sum.
 */
export class StepTimes {
  readonly #timer: Timer;
  readonly #milliseconds = new Map<string, number>();
  #step: string | undefined;
  #since: number;

  constructor(timer: Timer = SYSTEM_TIMER) {
    this.#timer = timer;
    this.#since = timer.now();
  }

  /** Passes events on, and measures what they begin and end. */
  listening(emit: Emit): Emit {
    return (event) => {
      this.#note(event);
      emit(event);
    };
  }

  /** Ends the current step, and returns all in the order in which they first began. Starts anew. */
  end(): readonly StepTime[] {
    this.#begin(undefined);
    const times = [...this.#milliseconds];
    this.#milliseconds.clear();
    return times.map(([step, milliseconds]) => ({ step, seconds: Math.round(milliseconds) / 1000 }));
  }

  #note(event: PipelineEvent): void {
    if (isActivity(event)) {
      this.#begin(stepOf(event));
    }
  }

  #begin(step: string | undefined): void {
    if (step === this.#step && step !== undefined) {
      return;
    }
    const now = this.#timer.now();
    if (this.#step !== undefined) {
      this.#milliseconds.set(this.#step, (this.#milliseconds.get(this.#step) ?? 0) + now - this.#since);
    }
    this.#step = step;
    this.#since = now;
  }
}

/** Prints the steps and their times as a table. */
export function printStepTimes(times: readonly StepTime[]): void {
  const rows = times.map(({ step, seconds }) => [step, seconds.toFixed(3)]);
  result(`\n${renderTable(['step', 'seconds'], rows)}`);
}

/** The name of a step; undefined if nothing is done. */
function stepOf(activity: Activity): string | undefined {
  switch (activity.type) {
    case 'doing':
      return activity.what;
    case 'read':
      return `reading ${activity.table}`;
    case 'sending':
      return `sending ${activity.table} to the warehouse`;
    case 'submitted':
      return 'waiting for the warehouse';
    case 'locking':
      return 'waiting for the lock';
    case 'step':
      return activity.name;
    case 'committing':
      return 'committing';
    case 'idle':
      return undefined;
  }
}
