import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { withWarehouse } from '../session.ts';

export const planCommand = toModule<WarehouseArgs>({
  command: 'plan',
  describe: 'show which files a load would take',
  options: {
    ...WAREHOUSE_OPTIONS,
  },
  examples: [['npm run plan', 'what the next etl would load']],
  run: ({ config, json }) =>
    withWarehouse({ config, readOnly: true }, async (context) => {
      const { planLoad } = await import('../../pipeline/plan.ts');
      const { printPlan } = await import('../reports.ts');
      printPlan(await planLoad({ ...context, replays: false }), { json, command: 'plan' });
    }),
});
