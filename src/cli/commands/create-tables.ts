import { UsageError } from '../../errors.ts';
import type { LoadContext } from '../../pipeline/context.ts';
import type { FilledTable } from '../../pipeline/create-tables.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { count, document, result, story } from '../output.ts';
import { withWarehouse } from '../session.ts';

interface Args extends WarehouseArgs {
  readonly force: boolean;
  readonly replaceForeign: boolean;
  readonly createDatabase: boolean;
  readonly missing: boolean;
}

export const createTablesCommand = toModule<Args>({
  command: 'create-tables',
  describe: 'drop and create all tables, the ledger included',
  options: {
    ...WAREHOUSE_OPTIONS,
    force: { type: 'boolean', default: false, describe: 'drop tables that hold rows without asking' },
    'replace-foreign': {
      type: 'boolean',
      default: false,
      describe: 'also drop objects that have the names of the tables but were not created by Starload',
    },
    missing: {
      type: 'boolean',
      default: false,
      describe: 'create only missing tables, recreate star tables that lack a column, and rebuild the star',
    },
    'create-database': {
      type: 'boolean',
      default: false,
      describe: 'PostgreSQL: create the database first if it does not exist',
    },
  },
  examples: [
    ['npm run create-tables', 'in the warehouse that dwh.cfg names'],
    ['npm run create-tables -- --force', 'even if they hold rows'],
  ],
  run: async (args) => {
    if (args.createDatabase) {
      await createDatabase(args);
    }
    const session = { ...args, readOnly: false, recorded: 'create-tables', triesModel: true };
    await withWarehouse(session, (context) => run(context, args));
  },
});

async function createDatabase({ config: path, model }: Args): Promise<void> {
  const { readConfig } = await import('../../config/read.ts');
  const { createDatabaseOf } = await import('../../warehouse/open.ts');
  const config = await readConfig(path, process.env, model);
  if (await createDatabaseOf(config)) {
    story('created the database');
  }
}

async function run(context: LoadContext, args: Args): Promise<void> {
  const { model, warehouse, signal, emit } = context;
  const { force, replaceForeign, json, missing } = args;
  if (missing && (force || replaceForeign)) {
    throw new UsageError('--missing drops nothing, but --force and --replace-foreign do', {
      next: 'Give one or the other.',
    });
  }
  if (missing) {
    return runMissing(context, args);
  }
  const { createTables, otherTables } = await import('../../pipeline/create-tables.ts');
  const confirm = (filled: readonly FilledTable[]) => wanted(filled, signal);
  const tables = await createTables(model, warehouse, { force, replaceForeign, confirm, signal, emit });
  const others = await otherTables(model, warehouse);
  if (json) {
    document({ command: 'create-tables', status: 'created', warehouse: warehouse.location, tables, others });
    return;
  }
  result(`created ${tables.length} tables in ${warehouse.location}: ${tables.join(', ')}`);
  if (others.length > 0) {
    const more = others.length > MOST_NAMED ? ` and ${count(others.length - MOST_NAMED)} more` : '';
    result(`left alone, because the model does not have them: ${others.slice(0, MOST_NAMED).join(', ')}${more}`);
  }
}

const MOST_NAMED = 10;

async function runMissing(context: LoadContext, { json, excerpts }: Args): Promise<void> {
  const { createMissing } = await import('../../pipeline/create-missing.ts');
  const { tables, rebuilt } = await createMissing(context);
  const { location } = context.warehouse;
  if (json) {
    document({ command: 'create-tables', status: 'created', warehouse: location, tables });
    return;
  }
  result(tables.length === 0 ? 'no table is missing' : `created in ${location}: ${tables.join(', ')}`);
  if (rebuilt !== undefined) {
    const { printRebuild } = await import('../reports.ts');
    printRebuild(rebuilt, { json, excerpts, location });
  }
}

/** Asks for confirmation at a terminal. */
function wanted(filled: readonly FilledTable[], signal: AbortSignal): Promise<boolean> {
  for (const { table, rows } of process.stdin.isTTY === true ? filled : []) {
    story(`${table}: ${count(rows)} rows`);
  }
  return confirmed('Drop these tables and their rows?', signal);
}
