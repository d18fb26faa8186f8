import { randomUUID } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { LoadContext } from '../../pipeline/context.ts';
import type { Model } from '../../sql/catalogue.ts';
import type { ResultSet } from '../../warehouse/warehouse.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { result } from '../output.ts';
import { withWarehouse } from '../session.ts';

type Format = 'table' | 'json' | 'csv';

interface Args extends WarehouseArgs {
  readonly sql: string | undefined;
  readonly question: string | undefined;
  readonly write: boolean;
  readonly format: Format;
}

export const queryCommand = toModule<Args>({
  command: 'query [sql]',
  describe: 'run SQL on the warehouse, read-only unless told otherwise',
  positionals: { sql: { type: 'string', describe: 'one statement' } },
  options: {
    ...WAREHOUSE_OPTIONS,
    question: { type: 'string', requiresArg: true, describe: 'run a question of sql/queries by its name' },
    format: {
      choices: ['table', 'json', 'csv'] as const,
      default: 'table' as const,
      describe: 'of the rows',
    },
    write: { type: 'boolean', default: false, describe: 'allow the statement to change data in the warehouse' },
  },
  examples: [
    ['npm run query -- "SELECT COUNT(*) FROM songplays"', 'ask anything'],
    ['npm run query -- --question top_users', 'ask what is asked often'],
  ],
  run,
});

async function run(args: Args): Promise<void> {
  const { loadModel } = await import('../../sql/catalogue.ts');
  const sql = sqlOf(loadModel(), args);
  await withWarehouse({ config: args.config, readOnly: !args.write, reachesSources: false }, async (context) => {
    await print(await ask(context, sql, args), args);
  });
}

async function print(rows: ResultSet, args: Args): Promise<void> {
  const { renderCsv, renderJson } = await import('../rows.ts');
  const { renderTable } = await import('../table.ts');
  const format = args.json ? 'json' : args.format;
  if (format === 'table') {
    result(`${renderTable(rows.columns, rows.rows)}\n(${rows.rows.length} ${rows.rows.length === 1 ? 'row' : 'rows'})`);
  } else {
    result(format === 'json' ? renderJson(rows) : renderCsv(rows));
  }
}

function sqlOf(model: Model, { sql, question }: Args): string {
  if (sql !== undefined && sql.trim() !== '' && question === undefined) {
    // The byte order mark of a file: engines differ on what it is.
    return sql.replace(/^\ufeff/, '');
  }
  const found = model.queries.find(({ name }) => name === question);
  if (found !== undefined && sql === undefined) {
    return found.sql;
  }
  const names = model.queries.map(({ name }) => name).join(', ');
  throw new UsageError(
    question === undefined || sql !== undefined
      ? 'give one statement, or --question NAME'
      : `there is no question ${question}`,
    {
      next: `The questions of sql/queries are: ${names}.`,
    },
  );
}

/** A question of sql/queries names its tables as all of sql/ does; a user's own statement is left as it is. */
async function ask({ warehouse }: LoadContext, sql: string, { write, question }: Args): Promise<ResultSet> {
  const asWritten = question === undefined;
  if (!write) {
    return warehouse.query(sql, { asWritten });
  }
  const [outcome] = await warehouse.run({
    name: `query-${randomUUID()}`,
    locks: false,
    asWritten,
    steps: [{ kind: 'sql', name: 'query', sql, wanted: 'always' }],
  });
  return outcome?.result ?? { columns: ['rows_changed'], rows: [[outcome?.affected ?? 0]] };
}
