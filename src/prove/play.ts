import { DataError } from '../errors.ts';
import { MemoryStore } from '../objects/memory.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { createTables } from '../pipeline/create-tables.ts';
import { etl } from '../pipeline/etl.ts';
import type { Disagreement } from '../pipeline/reconcile/disagreements.ts';
import { compareStar } from '../pipeline/reconcile/star.ts';
import { derivedTables, tablesOf } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { History } from './histories.ts';
import { recordText } from './numbers.ts';

/** What a history leaves in a warehouse. */
export interface Outcome {
  /** Where the tables differ from what their SELECTs give from all of staging, and where a key has several rows. */
  readonly disagreements: readonly Pick<Disagreement, 'rule' | 'examples'>[];
  /** The rows of current and star tables, as text, in an order of their own. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

/** Why a load did not take the data of a history. */
export interface RefusedHistory {
  readonly refused: string;
}

/** What a load needs, but for the warehouse: each history gets a new one. */
export type ProofContext = Omit<LoadContext, 'warehouse'>;

/** Where a history is played: a warehouse of its own, and what the model says. */
export interface Stage {
  readonly context: ProofContext;
  openWarehouse(): Promise<Warehouse>;
}

/** How many keys of a table are shown that several rows have. */
const MOST_KEYS = 3;

/**
 * Loads a history into new tables, load by load. Returns what a load says if it refuses its data. `reversed` turns the order
 * of the records in each file round, which must change nothing: then only the rows are of interest.
 */
export async function play(
  { context, openWarehouse }: Stage,
  history: History,
  reversed: boolean,
): Promise<Outcome | RefusedHistory> {
  const warehouse = await openWarehouse();
  try {
    const store = new MemoryStore();
    const sources = context.sources.map((source) => ({ ...source, root: `memory://${source.table.source}` }));
    // A check of the star would refuse what is to be found here: the table as it is.
    const checks = context.model.checks.filter(({ phase }) => phase === 'staged');
    const own: LoadContext = {
      ...context,
      model: { ...context.model, checks },
      warehouse,
      sources,
      emit: () => {},
      storeOf: (root) => (root.startsWith('memory://') ? store : context.storeOf(root)),
    };
    await createTables(own.model, warehouse, { commented: false });
    for (const load of history) {
      for (const { source, name, records } of load) {
        const ordered = reversed ? records.toReversed() : records;
        store.files.set(`memory://${source}/${name}`, ordered.map((record) => `${recordText(record)}\n`).join(''));
      }
      await etl(own);
    }
    const disagreements = reversed ? [] : [...(await compareStar(own, undefined, true)), ...(await repeatedKeys(own))];
    return { disagreements, rows: await rowsOf(own) };
  } catch (error) {
    if (error instanceof DataError) return { refused: error.message };
    throw error;
  } finally {
    await warehouse.close();
  }
}

/** The star tables with several rows of one key: their SELECTs give them in a rebuild, too. */
async function repeatedKeys({ model, warehouse }: LoadContext): Promise<Outcome['disagreements']> {
  const found = [];
  for (const { name, key } of tablesOf(model, 'star')) {
    const columns = key.map(quoteIdentifier).join(', ');
    const { rows } = await warehouse.query(
      `SELECT ${columns}, COUNT(*) FROM ${quoteIdentifier(name)} GROUP BY ${columns} HAVING COUNT(*) > 1 LIMIT ${MOST_KEYS}`,
    );
    const examples = rows.map((row) => `${row.at(-1)} rows with the key ${row.slice(0, -1).join(', ')}`);
    if (examples.length > 0) found.push({ rule: name, examples });
  }
  return found;
}

async function rowsOf({ model, warehouse }: LoadContext): Promise<Outcome['rows']> {
  const rows = new Map<string, readonly string[]>();
  for (const { name } of derivedTables(model)) {
    const result = await warehouse.query(`SELECT * FROM "${name}"`);
    rows.set(name, result.rows.map((row) => row.map((value) => String(value)).join(', ')).toSorted());
  }
  return rows;
}
