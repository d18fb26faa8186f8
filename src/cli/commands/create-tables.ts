import { createInterface } from 'node:readline/promises';
import type { LoadContext } from '../../pipeline/context.ts';
import type { FilledTable } from '../../pipeline/create-tables.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
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
  if (filled.length > 0 && !(await confirmed(filled))) {
    throw refuseToDrop(filled);
  }
  const tables = await createTables(context.model, context.warehouse);
  if (json) {
    document({ command: 'create-tables', status: 'created', warehouse: context.warehouse.location, tables });
  } else {
    result(`created ${tables.length} tables in ${context.warehouse.location}: ${tables.join(', ')}`);
  }
}

/** A yes at a terminal; elsewhere nobody can be asked. */
async function confirmed(filled: readonly FilledTable[]): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    return false;
  }
  for (const { table, rows } of filled) {
    story(`${table}: ${count(rows)} rows`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Drop these tables and their rows? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
