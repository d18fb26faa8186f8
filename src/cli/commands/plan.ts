import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { VERIFY_OPTION } from '../known-contents.ts';
import { ALL_OPTION } from '../listed.ts';
import { withWarehouse } from '../session.ts';

export const planCommand = toModule<WarehouseArgs & { readonly all: boolean; readonly verify: boolean }>({
  command: 'plan',
  describe: 'show which files a load would include',
  options: {
    ...WAREHOUSE_OPTIONS,
    ...ALL_OPTION,
    ...VERIFY_OPTION,
  },
  examples: [['npm run plan', 'what the next etl would load']],
  run: ({ config, model, json, all, verify }) =>
    withWarehouse({ config, model, readOnly: true }, async (context) => {
      const { planLoad } = await import('../../pipeline/planning.ts');
      const { latestUnknownKeys } = await import('../../pipeline/earlier-keys.ts');
      const { printPlan } = await import('../reports.ts');
      printPlan(await planLoad({ ...context, replays: false, verify }), {
        ...{ json, all, command: 'plan', latest: await latestUnknownKeys(context) },
        anew: context.model.derivation.anew,
      });
    }),
});
