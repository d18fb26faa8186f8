import type { FileOfRun, PastRun } from '../pipeline/past-runs.ts';
import { LISTED, more } from './listed.ts';
import { bytes, document, result } from './output.ts';
import type { LoggedRun } from './run-log.ts';
import { renderRuns, runForJson, secondsOf } from './status-report.ts';
import { printStepTimes } from './step-times.ts';
import { renderTable } from './table.ts';

/** A run, or the runs of a load that was split. */
export interface ShownRun {
  readonly runs: readonly PastRun[];
  readonly files: readonly FileOfRun[];
}

interface RunOptions {
  readonly json: boolean;
  /** Whether to list all files. */
  readonly all: boolean;
  readonly location: string;
  /** The runs on this warehouse that were logged on this machine, oldest first. */
  readonly log: readonly LoggedRun[];
}

/** Prints a run: its counts, its files and, if it was made from here, how long its steps took. */
export function printRun({ runs, files }: ShownRun, { json, all, location, log }: RunOptions): void {
  const seconds = secondsOf(log);
  const stepsOf = (id: string) => log.findLast((run) => run.run_id === id && run.exit_code === 0)?.steps;
  if (json) {
    document({
      command: 'status',
      status: 'read',
      warehouse: location,
      runs: runs.map((run) => ({
        ...runForJson(run),
        seconds: seconds.get(run.runId) ?? null,
        steps: stepsOf(run.runId) ?? null,
      })),
      files: files.map(({ runId, ...file }) => ({ ...file, run_id: runId })),
    });
    return;
  }
  const most = all ? Number.POSITIVE_INFINITY : LISTED;
  const rows = files.map((file) => [file.table, file.status, bytes(file.bytes), file.records, file.rejected, file.uri]);
  const title = ['table', 'status', 'size', 'records', 'rejected', 'file'];
  result(renderRuns(runs, seconds));
  result(`\n${[renderTable(title, rows.slice(0, most)), ...more(rows, most)].join('\n')}`);
  for (const { runId } of runs) {
    const steps = stepsOf(runId) ?? [];
    if (steps.length > 0) {
      printStepTimes(steps);
    }
  }
}
