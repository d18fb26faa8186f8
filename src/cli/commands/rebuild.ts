import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { withWarehouse } from '../session.ts';

export const rebuildCommand = toModule<WarehouseArgs>({
  command: 'rebuild',
  describe: 'make the star anew from staging, in one transaction',
  options: {
    ...WAREHOUSE_OPTIONS,
  },
  examples: [['npm run rebuild', 'after a change of sql/transform']],
  run: ({ config, json }) =>
    withWarehouse({ config, readOnly: false }, async (context) => {
      const { rebuild } = await import('../../pipeline/rebuild.ts');
      const { printRebuild } = await import('../reports.ts');
      printRebuild(await rebuild(context), { json, location: context.warehouse.location });
    }),
});
