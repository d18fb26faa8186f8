import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { withWarehouse } from '../session.ts';

export const statusCommand = toModule<WarehouseArgs>({
  command: 'status',
  describe: 'show what runs now, past runs and the size of each table',
  options: {
    ...WAREHOUSE_OPTIONS,
  },
  examples: [['npm run status', 'what has been loaded, and when']],
  run: ({ config, json, excerpts }) =>
    withWarehouse({ config, readOnly: true }, async (context) => {
      const { status } = await import('../../pipeline/status.ts');
      const { printStatus } = await import('../reports.ts');
      printStatus(await status(context), { json, excerpts, location: context.warehouse.location });
    }),
});
