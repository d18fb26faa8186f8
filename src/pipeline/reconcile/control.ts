import { StarloadError } from '../../errors.ts';
import { protocolSql } from '../../sql/catalogue.ts';
import { BEGINNING, render } from '../../sql/render.ts';
import { ask } from '../ask.ts';
import type { LoadContext } from '../context.ts';
import { hasHistory } from '../ownership.ts';
import type { Disagreement } from './disagreements.ts';
import { comparisonSql, toDisagreements } from './tables.ts';

const RENEW = 'Somebody changed load_run by hand: npm run rebuild -- --restamp recreates its row.';

/** Manual changes to the loader's own tables, and what was not examined, with the reason. */
export interface ControlComparison {
  readonly disagreements: readonly Disagreement[];
  readonly notes: readonly string[];
}

type Context = Pick<LoadContext, 'model' | 'warehouse'>;

/** Compares the control tables with what loads write there. Reads no other table. Throws WarehouseError. */
export async function compareControlTables(context: Context): Promise<ControlComparison> {
  const run = await compareRun(context);
  return { ...run, disagreements: [...run.disagreements, ...(await compareRows(context))] };
}

/**
 * The single row of load_run keeps runs apart and in order. Reading it waits for a load, so it is not read while a
 * batch runs that may hold it.
 */
async function compareRun({ model, warehouse }: Context): Promise<ControlComparison> {
  const holder = (await warehouse.running()).find(({ holdsLock }) => holdsLock !== false);
  if (holder !== undefined) {
    return { disagreements: [], notes: [`load_run was not checked: ${holder.name} is running and may hold it`] };
  }
  const row = protocolSql(model, 'run_row');
  const sql = render(row.sql, { now: warehouse.now, since: BEGINNING });
  const [problem] = (await ask(warehouse, { ...row, sql })).rows[0] ?? [];
  return typeof problem === 'string'
    ? { disagreements: [{ rule: 'load_run', count: 1, examples: [problem], next: RENEW }], notes: [] }
    : { disagreements: [], notes: [] };
}

/** The error for a run that found no row in load_run, or several. */
export function brokenRun(cause: unknown): StarloadError {
  return new StarloadError('load_run does not hold exactly one row, which keeps runs apart', {
    outcome: 'nothing was changed',
    next: RENEW,
    cause,
  });
}

/** A comparison named after a kept table reads this table. Tables of an earlier release may lack it. */
async function compareRows({ model, warehouse }: Context): Promise<readonly Disagreement[]> {
  const hasKept = await hasHistory(model, warehouse);
  const kept = new Set(model.tables.filter((table) => table.kept).map(({ name }) => name));
  const comparisons = model.comparisons.filter(({ of, name }) => of === 'control' && (hasKept || !kept.has(name)));
  return comparisons.length === 0 ? [] : toDisagreements(await ask(warehouse, comparisonSql(comparisons)), comparisons);
}
