import { UsageError } from '../../errors.ts';
import type { LoadContext } from '../../pipeline/context.ts';
import type { UndoTarget } from '../../pipeline/undo.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { ALL_OPTION } from '../listed.ts';
import { WAIT_OPTION } from '../patience.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly run: string | undefined;
  readonly file: string | undefined;
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly yes: boolean;
  readonly wait: number;
}

export const undoCommand = toModule<Args>({
  command: 'undo [run]',
  describe: 'take a run or a file out of the warehouse, as if it had never been loaded, in one transaction',
  positionals: { run: { type: 'string', describe: 'the id of the run, as status shows it' } },
  options: {
    ...WAREHOUSE_OPTIONS,
    ...WAIT_OPTION,
    file: {
      type: 'string',
      requiresArg: true,
      describe: 'instead of a run, a file: all its loads are taken out, in whatever version',
    },
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'print what would be taken out and every statement, but change nothing',
    },
    all: { ...ALL_OPTION.all, describe: 'list all files, not only the first ones' },
    yes: { type: 'boolean', default: false, describe: 'do not ask for confirmation' },
  },
  examples: [
    ['npm run undo -- 20261127T061826Z-5b1f0c9a7d3e2468 --dry-run', 'which files and rows would go'],
    ['npm run undo -- 20261127T061826Z-5b1f0c9a7d3e2468 --yes', 'without asking'],
    ['npm run undo -- --file s3://my-bucket/log_data/2018-11-03.json', 'one file, and all that it brought'],
    ['npm run etl -- --again', 'load what was undone again'],
  ],
  run: ({ config, model, wait, ...args }) =>
    withWarehouse(
      { config, model, wait, readOnly: args.dryRun, recorded: args.dryRun ? undefined : 'undo' },
      (context) => run(context, args),
    ),
});

async function run(context: LoadContext, args: Omit<Args, 'config' | 'model' | 'wait'>): Promise<void> {
  const { dryRunUndo, undo } = await import('../../pipeline/undo.ts');
  const { wayOf } = await import('../../pipeline/ways/way.ts');
  const { printUndo, printUndoPlan, tellUndo } = await import('../undo-report.ts');
  const target = await targetOf(args);
  const { isIncremental } = wayOf(context.warehouse);
  const shown = { ...args, location: context.warehouse.location, loadsFolders: !isIncremental };
  if (args.dryRun) {
    printUndoPlan(await dryRunUndo(context, target), shown);
    return;
  }
  const report = await undo(context, target, async (plan) => {
    tellUndo(plan, shown);
    return args.yes || (await confirmed(`Undo the ${'run' in target ? 'run' : 'file'}?`, context.signal));
  });
  printUndo(report, shown);
}

/** What is to be undone. A path on this machine is that of a file as messages show it. */
async function targetOf({ run, file }: Pick<Args, 'run' | 'file'>): Promise<UndoTarget> {
  if ((run === undefined) === (file === undefined)) {
    throw new UsageError('give either the id of a run, or --file and the name of a file', {
      next: 'npm run status lists the runs: npm run undo -- RUN, or npm run undo -- --file FILE.',
    });
  }
  if (file === undefined) {
    return { run: String(run) };
  }
  const { uriOf } = await import('../../objects/local.ts');
  return { file: file.includes('://') ? file : uriOf(file) };
}
