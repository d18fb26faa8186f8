import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { WAIT_OPTION } from '../patience.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly restamp: boolean;
  readonly wait: number;
}

export const rebuildCommand = toModule<Args>({
  command: 'rebuild',
  describe: 'rebuild the star from staging, in one transaction',
  options: {
    ...WAREHOUSE_OPTIONS,
    ...WAIT_OPTION,
    restamp: {
      type: 'boolean',
      default: false,
      describe: 'correct the times of runs that are ahead of the clock, because of which every load is refused',
    },
  },
  examples: [
    ['npm run rebuild', 'after a change of a SELECT in the model'],
    ['npm run rebuild -- --restamp', 'after loads with a clock that was ahead'],
  ],
  run: ({ config, model, json, restamp, wait, excerpts }) =>
    withWarehouse({ config, model, readOnly: false, wait, recorded: 'rebuild' }, async (context) => {
      const { rebuild } = await import('../../pipeline/rebuild.ts');
      const { printRebuild } = await import('../reports.ts');
      const report = await rebuild(context, { restamps: restamp });
      printRebuild(report, { json, excerpts, location: context.warehouse.location });
    }),
});
