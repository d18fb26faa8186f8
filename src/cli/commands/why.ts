import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly table: string;
  readonly key: readonly (string | number)[];
}

export const whyCommand = toModule<Args>({
  command: 'why <table> <key..>',
  describe: 'tell why a row is as it is: the records that made it or competed, with run, file and line, and the rule',
  positionals: {
    table: { type: 'string', describe: 'a table of the star' },
    key: {
      type: 'string',
      array: true,
      describe: 'the values of its key, in the order of its columns, or as column=value',
    },
  },
  options: { ...WAREHOUSE_OPTIONS },
  repeats: true,
  examples: [
    ['npm run why -- users 91', 'why user 91 is as the table says'],
    ['npm run why -- songs song_id=SOGJTMF12A9D96AC3A', 'with the name of the column'],
    ['npm run why -- users 0', 'a key that is not there: what staging and the rejected records have of it'],
  ],
  run: ({ config, model, table, key, json }) =>
    withWarehouse({ config, model, readOnly: true, reachesSources: false }, async (context) => {
      const { why } = await import('../../why/why.ts');
      const { parser } = await import('../../warehouse/open.ts');
      const { printWhy } = await import('../why-report.ts');
      const told = await why(context, { table, key: key.map(String) }, await parser());
      printWhy(told, { json, location: context.warehouse.location });
    }),
});
