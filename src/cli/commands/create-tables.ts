import type { LoadContext } from '../../pipeline/context.ts';
import type { FilledTable } from '../../pipeline/create-tables.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { count, document, result, story } from '../output.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly force: boolean;
}

export const createTablesCommand = toModule<Args>({
  command: 'create-tables',
  describe: 'drop and create all tables, the ledger included',
  options: {
    ...WAREHOUSE_OPTIONS,
    force: { type: 'boolean', default: false, describe: 'drop tables that hold rows without asking' },
  },
  examples: [
    ['npm run create-tables', 'in the warehouse that dwh.cfg names'],
    ['npm run create-tables -- --force', 'even if they hold rows'],
  ],
  run: (args) => withWarehouse({ config: args.config, readOnly: false }, (context) => run(context, args)),
});

async function run(context: LoadContext, { force, json }: Args): Promise<void> {
  const { createTables, filledTables, refuseToDrop } = await import('../../pipeline/create-tables.ts');
  const filled = force ? [] : await filledTables(context.model, context.warehouse);
  if (filled.length > 0 && !(await wanted(filled, context.signal))) {
    throw refuseToDrop(filled);
  }
  const tables = await createTables(context.model, context.warehouse);
  if (json) {
    document({ command: 'create-tables', status: 'created', warehouse: context.warehouse.location, tables });
  } else {
    result(`created ${tables.length} tables in ${context.warehouse.location}: ${tables.join(', ')}`);
  }
}

/** A yes at a terminal. */
function wanted(filled: readonly FilledTable[], signal: AbortSignal): Promise<boolean> {
  for (const { table, rows } of process.stdin.isTTY === true ? filled : []) {
    story(`${table}: ${count(rows)} rows`);
  }
  return confirmed('Drop these tables and their rows?', signal);
}
