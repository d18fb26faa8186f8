import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { ALL_OPTION } from '../listed.ts';
import { withWarehouse } from '../session.ts';

export const statusCommand = toModule<WarehouseArgs & { readonly all: boolean }>({
  command: 'status',
  describe: 'show what is running now, past runs and failures, and the size of each table',
  options: {
    ...WAREHOUSE_OPTIONS,
    ...ALL_OPTION,
  },
  examples: [['npm run status', 'what has been loaded, and when']],
  run: ({ config, model, json, all, excerpts }) =>
    withWarehouse({ config, model, readOnly: true }, async (context) => {
      const { status } = await import('../../pipeline/status.ts');
      const { printStatus } = await import('../status-report.ts');
      const { RunLog } = await import('../run-log.ts');
      const { location } = context.warehouse;
      printStatus(await status(context), { json, all, excerpts, location, log: new RunLog(config).read(location) });
    }),
});
