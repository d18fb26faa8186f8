import { type Committed, messageOf, StarloadError } from '../errors.ts';
import type { StepResult } from '../warehouse/warehouse.ts';
import type { Base } from './batches.ts';
import type { PreparedTable } from './prepare.ts';
import { refusalOf } from './retry.ts';
import { newRunId } from './run-id.ts';

/** A run that has committed. */
export interface LoadedRun {
  /** The id in the ledger. */
  readonly runId: string;
  readonly prepared: readonly PreparedTable[];
  readonly results: readonly StepResult[];
}

/** What a load has committed so far, over all its runs and plans. */
export class Progress {
  readonly #loaded: LoadedRun[] = [];
  #runId = newRunId();
  #begun = 0;
  #of = 0;

  get loaded(): readonly LoadedRun[] {
    return this.#loaded;
  }

  /**
   * The common prefix of the ids of all its runs. If all runs were repeated under their old ids, the id of the last
   * one.
   */
  get runId(): string {
    const isOwn = this.#loaded.some(({ runId }) => runId.startsWith(this.#runId));
    return isOwn ? this.#runId : (this.#loaded.at(-1)?.runId ?? this.#runId);
  }

  /** The total number of runs, including those already committed. */
  get of(): number {
    return this.#of;
  }

  /** What the next run builds on; undefined before the first. */
  get base(): Base | undefined {
    const last = this.#loaded.at(-1);
    return last && { runId: last.runId };
  }

  /** How many records have been kept out. */
  get rejected(): number {
    return preparedOf(this.#loaded).reduce((sum, { rejects }) => sum + rejects.count, 0);
  }

  /** Starts a plan of `runs` runs. Returns the runs that were committed before. */
  begin(runs: number): readonly LoadedRun[] {
    if (this.#loaded.length === 0) {
      this.#runId = newRunId();
      this.#begun = 0;
    }
    this.#of = this.#loaded.length + runs;
    return [...this.#loaded];
  }

  /** A load of one run has one id. Ids are never reused: a failed run keeps its id. */
  nextRunId(): string {
    this.#begun += 1;
    return this.#of === 1 ? this.#runId : `${this.#runId}.${this.#begun}`;
  }

  add(run: LoadedRun): void {
    this.#loaded.push(run);
  }

  /** The error to throw for one that ended the load. If runs are committed, it says so. */
  explain(error: unknown): unknown {
    if (this.#loaded.length === 0) {
      return error;
    }
    if (refusalOf(error) === 'replaced') {
      return this.#replaced(error);
    }
    const said =
      error instanceof StarloadError
        ? error
        : new StarloadError(messageOf(error), { next: 'npm run etl loads what is left.', cause: error });
    return said.afterCommitting(this.#committed());
  }

  #replaced(cause: unknown): StarloadError {
    const runs = this.#loaded.length === 1 ? 'run 1' : `runs 1 to ${this.#loaded.length}`;
    return new StarloadError(`create-tables recreated the tables after ${runs} of ${this.#of} of this load`, {
      outcome: 'the rows they had loaded are gone with the old tables',
      next: 'npm run etl loads everything again, in the order in which it was loaded before.',
      cause,
    });
  }

  #committed(): Committed {
    const read = preparedOf(this.#loaded).flatMap((table) => table.files);
    const rejected = read.reduce((sum, file) => sum + file.rejected, 0);
    const records = read.reduce((sum, file) => sum + file.records - file.rejected - file.forgotten, 0);
    const files = read.filter(({ quarantined }) => !quarantined).length;
    return { run_id: this.runId, runs: this.#loaded.length, of: this.#of, files, records, rejected };
  }
}

/** Everything that the runs have read. */
export function preparedOf(runs: readonly LoadedRun[]): readonly PreparedTable[] {
  return runs.flatMap(({ prepared }) => prepared);
}
