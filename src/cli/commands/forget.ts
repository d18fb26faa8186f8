import type { LoadContext } from '../../pipeline/context.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { ALL_OPTION } from '../listed.ts';
import { WAIT_OPTION } from '../patience.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly where: string;
  readonly table?: string | undefined;
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly yes: boolean;
  readonly wait: number;
}

export const forgetCommand = toModule<Args>({
  command: 'forget',
  describe: "remove a person's records from all tables, and leave them out of every later load, in one transaction",
  options: {
    ...WAREHOUSE_OPTIONS,
    ...WAIT_OPTION,
    where: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe:
        'whose: column = value [AND column = value …], columns of one staging table; kept only as a salted digest',
    },
    table: { type: 'string', requiresArg: true, describe: 'the staging table, if several have these columns' },
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'print what would be removed and every statement, but change nothing',
    },
    all: { ...ALL_OPTION.all, describe: 'list all files, not only the first ones' },
    yes: { type: 'boolean', default: false, describe: 'do not ask for confirmation' },
  },
  examples: [
    ['npm run forget -- --where "userid = 91" --dry-run', 'how many records, and which files have them'],
    ['npm run forget -- --where "userid = 91" --yes', 'without asking'],
    [`npm run forget -- --where "firstname = 'Ann' AND lastname = 'O''Hara'"`, 'several columns'],
  ],
  run: ({ config, model, wait, ...args }) =>
    withWarehouse(
      { config, model, wait, readOnly: args.dryRun, recorded: args.dryRun ? undefined : 'forget' },
      (context) => run(context, args),
    ),
});

async function run(context: LoadContext, args: Omit<Args, 'config' | 'model' | 'wait'>): Promise<void> {
  const { parseCondition } = await import('../../pipeline/condition.ts');
  const { dryRunForget, forget } = await import('../../pipeline/forget.ts');
  const { printForget, printForgetPlan, tellForget } = await import('../forget-report.ts');
  const shown = { ...args, location: context.warehouse.location };
  const forgotten = { condition: parseCondition(args.where), table: args.table };
  if (args.dryRun) {
    printForgetPlan(await dryRunForget(context, forgotten), shown);
    return;
  }
  const report = await forget(context, forgotten, async (plan) => {
    tellForget(plan, shown);
    return args.yes || (await confirmed('Remove these records for good?', context.signal));
  });
  printForget(report, shown);
}
