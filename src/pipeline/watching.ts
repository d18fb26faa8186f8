import { SYSTEM_TIMER, type Timer } from '../timer.ts';
import type { Batch, BatchMoment, Blockers, OnMoment, RunningBatch } from '../warehouse/warehouse.ts';
import type { Activity, Emit } from './events.ts';

/** Watches a batch while it runs. */
export interface BatchWatch {
  readonly onMoment: OnMoment;
  /** Call it once the batch has ended. */
  stop(): void;
}

/** How often to query which batches a batch waits for. A free lock is acquired sooner. */
const LOOK_MILLISECONDS = 2000;
/** A statement that takes longer than this many intervals may be waiting for another session, too. */
const LOOKS_BEFORE_A_STEP = 5;

/** Reports what a batch does and, if it is blocked, which batches it waits for, each time this changes. */
export function watchBatch(
  { emit, timer = SYSTEM_TIMER }: { readonly emit: Emit; readonly timer?: Timer | undefined },
  { steps }: Batch,
): BatchWatch {
  const queue = new Queue(emit);
  let moment: BatchMoment | undefined;
  let looks = 0;
  const stop = timer.every(LOOK_MILLISECONDS, () => {
    looks += 1;
    if (moment?.kind === 'locking' || (moment?.kind === 'step' && looks % LOOKS_BEFORE_A_STEP === 0)) {
      void queue.look(moment.blockers);
    }
  });
  return {
    stop: () => {
      queue.leave();
      stop();
    },
    onMoment: (now) => {
      if (!isSame(now, moment)) {
        looks = 0;
        queue.leave();
      }
      moment = now;
      emit(activityOf(now, steps.length));
    },
  };
}

function isSame(one: BatchMoment, other: BatchMoment | undefined): boolean {
  return one.kind === other?.kind && (one.kind !== 'step' || other.kind !== 'step' || one.at === other.at);
}

function activityOf(moment: BatchMoment, of: number): Activity {
  switch (moment.kind) {
    case 'sending':
      return { type: 'sending', table: moment.table, done: moment.done, of: moment.of };
    case 'submitted':
      return { type: 'submitted', by: moment.by };
    case 'step':
      return { type: 'step', name: moment.name, at: moment.at, of };
    default:
      return { type: moment.kind };
  }
}

/** The batches that a batch waits for. */
class Queue {
  readonly #emit: Emit;
  #told = '';
  #isLooking = false;
  /** Counts the waits: an answer that arrives after its wait is over is not reported. */
  #wait = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Queries, one request at a time. If the query fails, nothing is reported, because the batch continues anyway. */
  async look(blockers: Blockers | undefined): Promise<void> {
    if (blockers === undefined || this.#isLooking) {
      return;
    }
    const wait = this.#wait;
    this.#isLooking = true;
    const found = await blockers().catch(() => []);
    this.#isLooking = false;
    if (wait === this.#wait) {
      this.#tell(found);
    }
  }

  /** The batch continues. */
  leave(): void {
    this.#wait += 1;
    this.#told = '';
  }

  #tell(found: readonly RunningBatch[]): void {
    const named = found.map(({ name, by }) => `${name} ${by}`).join();
    if (found.length > 0 && named !== this.#told) {
      this.#told = named;
      this.#emit({ type: 'waiting', for: found });
    }
  }
}
