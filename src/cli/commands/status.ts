import { UsageError } from '../../errors.ts';
import type { LoadContext } from '../../pipeline/context.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { ALL_OPTION } from '../listed.ts';
import { RunLog } from '../run-log.ts';
import type { ShownRun } from '../run-report.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly run: string | undefined;
  readonly all: boolean;
}

export const statusCommand = toModule<Args>({
  command: 'status [run]',
  describe: 'show what is running now, past runs and failures, and the size of each table; or one run',
  positionals: { run: { type: 'string', describe: 'the id of a run: shows its files, and how long its steps took' } },
  options: {
    ...WAREHOUSE_OPTIONS,
    ...ALL_OPTION,
  },
  examples: [
    ['npm run status', 'what has been loaded, and when'],
    ['npm run status -- 20261127T061826Z-5b1f0c9a7d3e2468', 'what that run loaded, and how long its steps took'],
  ],
  run: ({ config, model, run, json, all, excerpts }) =>
    withWarehouse({ config, model, readOnly: true }, async (context) => {
      const { location } = context.warehouse;
      const shown = { json, all, excerpts, location, log: new RunLog(config).read(location) };
      if (run !== undefined) {
        const { printRun } = await import('../run-report.ts');
        printRun(await readRun(context, run), shown);
        return;
      }
      const { status } = await import('../../pipeline/status.ts');
      const { printStatus } = await import('../status-report.ts');
      printStatus(await status(context), shown);
    }),
});

async function readRun(context: LoadContext, run: string): Promise<ShownRun> {
  const { readFilesOf, readRuns } = await import('../../pipeline/past-runs.ts');
  const { isRunId } = await import('../../pipeline/run-id.ts');
  const all = isRunId(run) ? await readRuns(context) : [];
  const runs = all.filter(({ runId }) => runId === run || runId.startsWith(`${run}.`));
  if (runs.length === 0) {
    throw new UsageError(`the ledger of ${context.warehouse.location} has no run ${run}`, {
      next: 'npm run status lists the runs.',
    });
  }
  return { runs, files: await readFilesOf(context, run) };
}
