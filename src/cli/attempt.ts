import type { Config } from '../config/config.ts';
import { messageOf, StarloadError } from '../errors.ts';
import type { Emit } from '../pipeline/events.ts';
import { SYSTEM_TIMER, type Timer } from '../timer.ts';
import { asStarted } from './command-line.ts';
import { story, timeOf } from './output.ts';
import { plainMessage } from './plain-message.ts';
import { RunLog } from './run-log.ts';
import { StepTimes } from './step-times.ts';

/** Where a command failed, and in which run, as far as it got. */
export interface Whereabouts {
  readonly warehouse: string | null;
  readonly engine: string | null;
  /** The schema named in dwh.cfg. */
  readonly schema: string | null;
  readonly runId: string | null;
}

const NOWHERE: Whereabouts = { warehouse: null, engine: null, schema: null, runId: null };
const known = new WeakMap<object, Whereabouts>();

/** What is known about an error that ended a command. */
export function whereaboutsOf(error: unknown): Whereabouts {
  return (typeof error === 'object' && error !== null ? known.get(error) : undefined) ?? NOWHERE;
}

/**
 * The execution of a command. It tracks the warehouse, the current run and its start. If the command is `recorded`, it
 * logs how runs end.
 */
export class Attempt {
  readonly #timer: Timer;
  readonly #command: string | undefined;
  readonly #log: RunLog;
  readonly #times: StepTimes;
  #began: number;
  #at: Whereabouts = NOWHERE;

  constructor(configFile: string, command: string | undefined, timer: Timer = SYSTEM_TIMER) {
    this.#timer = timer;
    this.#command = command;
    this.#log = new RunLog(configFile);
    this.#began = timer.now();
    this.#times = new StepTimes(timer);
  }

  /** Runs the action. Rethrows its error. */
  async make<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Sets the warehouse once it is known. */
  async means({ target }: Config): Promise<void> {
    const { locationOf } = await import('../warehouse/open.ts');
    const { engine, schema = null } = target;
    this.#at = { ...NOWHERE, warehouse: await locationOf(target), engine, schema };
  }

  /** Tracks runs through their events. */
  listening(emit: Emit): Emit {
    return this.#times.listening((event) => {
      if (event.type === 'run') {
        this.#began = this.#timer.now();
        this.#at = { ...this.#at, runId: event.id };
      }
      if (event.type === 'committed') {
        this.#record(0);
        this.#at = { ...this.#at, runId: null };
      }
      emit(event);
    });
  }

  #failed(error: unknown): void {
    if (typeof error === 'object' && error !== null) {
      known.set(error, this.#at);
    }
    this.#record(error instanceof StarloadError ? error.exitCode : 1, plainMessage(error));
  }

  /**
   * A log that cannot be written does not fail the command, but the user is told if `status` will not show a failure.
   */
  #record(exitCode: number, message?: string): void {
    if (this.#command === undefined) {
      return;
    }
    const now = this.#timer.now();
    try {
      this.#log.add({
        time: timeOf(new Date(now)),
        command: this.#command,
        warehouse: this.#at.warehouse,
        run_id: this.#at.runId,
        seconds: Math.round(now - this.#began) / 1000,
        exit_code: exitCode,
        steps: this.#times.end(),
        ...(message === undefined ? {} : { message }),
      });
    } catch (error) {
      if (message !== undefined) {
        const told = asStarted('npm run status will not show this failure');
        story(`note: ${told}: cannot write ${this.#log.file}: ${messageOf(error)}`);
      }
    }
  }
}
