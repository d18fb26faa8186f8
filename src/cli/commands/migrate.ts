import type { LoadContext } from '../../pipeline/context.ts';
import { listIn } from '../../sql/heads.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { WAIT_OPTION } from '../patience.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly dryRun: boolean;
  readonly drop: string;
  readonly wait: number;
}

export const migrateCommand = toModule<Args>({
  command: 'migrate',
  describe: 'make the tables of the warehouse those of the model, with all rows, in one transaction',
  options: {
    ...WAREHOUSE_OPTIONS,
    ...WAIT_OPTION,
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'print the changes and every statement, but change nothing',
    },
    drop: {
      type: 'string',
      default: '',
      requiresArg: true,
      describe: 'drop these tables, and columns as table.column, which the model does not have; separated by commas',
    },
  },
  examples: [
    ['npm run migrate -- --dry-run', 'what would change, and every statement'],
    ['npm run migrate', 'after a change of the model'],
    ['npm run migrate -- --drop users.age,days', 'also drop a column and a table that the model no longer has'],
  ],
  run: ({ config, model, wait, ...args }) =>
    withWarehouse(
      { config, model, wait, readOnly: args.dryRun, recorded: args.dryRun ? undefined : 'migrate', triesModel: true },
      (context) => run(context, args),
    ),
});

async function run(
  context: LoadContext,
  { dryRun, drop, json, excerpts }: Omit<Args, 'config' | 'model' | 'wait'>,
): Promise<void> {
  const options = { drop: listIn(drop), excerpts };
  const { dryRunMigration, migrate } = await import('../../migrate/migrate.ts');
  const { printMigration, printMigrationPlan } = await import('../migration-report.ts');
  if (dryRun) {
    printMigrationPlan(await dryRunMigration(context, options), context.warehouse, { json, excerpts });
  } else {
    printMigration(await migrate(context, options), context.warehouse, { json, excerpts });
  }
}
