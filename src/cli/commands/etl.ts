import type { LoadContext } from '../../pipeline/context.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { VERIFY_OPTION } from '../known-contents.ts';
import { ALL_OPTION } from '../listed.ts';
import { result, story } from '../output.ts';
import { WAIT_OPTION } from '../patience.ts';
import { type SessionOptions, withWarehouse } from '../session.ts';
import { TIMINGS_OPTION } from '../step-times.ts';
import { TOLERANCE_OPTIONS, type ToleranceArgs } from '../tolerance.ts';
import { UNKNOWN_KEYS_OPTION, type UnknownKeysArgs } from '../unknown-keys.ts';

interface Args extends WarehouseArgs, ToleranceArgs, UnknownKeysArgs {
  readonly again: boolean;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly expectFiles: boolean;
  readonly replay: boolean;
  readonly timings: boolean;
  readonly verify: boolean;
  readonly wait: number;
}

export const etlCommand = toModule<Args>({
  command: 'etl',
  describe: 'load files that are not loaded yet, then update the star; each run is all or nothing',
  options: {
    ...WAREHOUSE_OPTIONS,
    ...TOLERANCE_OPTIONS,
    ...UNKNOWN_KEYS_OPTION,
    ...WAIT_OPTION,
    'expect-files': {
      type: 'boolean',
      default: false,
      describe: 'load nothing and exit with 3 if a source has no files: it may not be mounted',
    },
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'print the plan and every statement, but load nothing',
    },
    all: { ...ALL_OPTION.all, describe: 'with --dry-run, list all files, not only the first ones of each table' },
    again: {
      type: 'boolean',
      default: false,
      describe: 'also load files whose load was undone',
    },
    replay: {
      type: 'boolean',
      default: true,
      describe:
        'after create-tables: repeat the runs of the earlier tables in their order; --no-replay loads everything in one run',
    },
    ...VERIFY_OPTION,
    ...TIMINGS_OPTION,
  },
  examples: [
    ['npm run etl', 'load what is new'],
    ['npm run etl -- --dry-run', 'show what it would load'],
    ['npm run etl -- --max-errors 10', 'tolerate up to 10 bad records (docs/bad-records.md)'],
    ['npm run etl -- --quarantine', 'set files with bad records aside'],
    ['npm run -s etl -- --json', 'for a program to read'],
  ],
  run: (args) =>
    withWarehouse(sessionOf(args), (context) =>
      run(
        { ...context, expectFiles: args.expectFiles, replays: args.replay, again: args.again, verify: args.verify },
        args,
      ),
    ),
});

function sessionOf(args: Args): SessionOptions {
  const { config, model, wait, dryRun } = args;
  const options = { tolerance: args, unknownKeys: args };
  return { config, model, wait, ...options, readOnly: dryRun, recorded: dryRun ? undefined : 'etl' };
}

async function run(context: LoadContext, args: Args): Promise<void> {
  if (args.dryRun) {
    return dryRun(context, args);
  }
  const { etl } = await import('../../pipeline/etl.ts');
  const { printLoad } = await import('../reports.ts');
  const { printStepTimes, StepTimes } = await import('../step-times.ts');
  const began = performance.now();
  const times = new StepTimes();
  const report = await etl({ ...context, emit: times.listening(context.emit) });
  const [steps, seconds] = [times.end(), (performance.now() - began) / 1000];
  const { json, excerpts } = args;
  printLoad(report, { json, excerpts, seconds, steps, location: context.warehouse.location });
  if (args.timings && !json) {
    printStepTimes(steps);
  }
}

async function dryRun(context: LoadContext, { json, all }: Args): Promise<void> {
  const { dryRunLoad } = await import('../../pipeline/dry-run.ts');
  const { printPlan } = await import('../reports.ts');
  const { plan, runs, ...run } = await dryRunLoad(context);
  const { statements } = run;
  const { anew } = context.model.derivation;
  printPlan(plan, { json, all, command: 'etl', ...run, anew });
  if (!json) {
    const split = runs > 1 ? `, for each of ${runs} runs with its own files` : '';
    story(`${statements.length} statements would run in one transaction${split}:`);
    result(statements.map((sql) => `${sql};`).join('\n\n'));
  }
}
