import { StarloadError } from '../errors.ts';
import { protocolSql, type Table, tableNamed } from '../sql/catalogue.ts';
import type { Relation } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import { createTablesBatch } from './batches.ts';
import { assertFits } from './budget.ts';
import type { LoadContext } from './context.ts';
import { isWhole, LEDGER, refuseForeign, standingOf } from './ownership.ts';
import { putComments } from './put-comments.ts';
import { type RebuildReport, rebuild } from './rebuild.ts';
import { runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';
import { differencesOf, refuseDifferent } from './shape.ts';

/** What create-tables --missing did. */
export interface Made {
  readonly tables: readonly string[];
  /** The rebuild that filled the tables; undefined if a rebuild fills none of them. */
  readonly rebuilt: RebuildReport | undefined;
}

/** Tables that a rebuild fills from other tables. Their content may be dropped. */
const DERIVED: readonly Table['role'][] = ['current', 'star'];

/**
 * Creates the missing tables, and recreates star tables that lack a column, in one transaction. Drops nothing else. A
 * rebuild then fills them at once, because loads would otherwise continue from empty tables. Throws StarloadError, with
 * nothing changed, if rows are missing that only a load can restore. Also throws what a rebuild throws.
 */
export async function createMissing(context: LoadContext): Promise<Made> {
  const { model, warehouse, emit } = context;
  assertFits({ model, warehouse }, 'create-tables');
  assertFits({ model, warehouse }, 'rebuild');
  await warehouse.settle();
  const relations = await warehouse.relations(model.tables.map(({ name }) => name));
  const { ours, foreign } = standingOf(model, relations);
  if (foreign.length > 0) {
    throw refuseForeign(foreign, await warehouse.schema());
  }
  const whole = ours.filter((one) => isWhole(one, tableNamed(model, one.name))).map(({ name }) => name);
  const lacking = model.tables.filter(({ name }) => !whole.includes(name));
  const others = relations.filter(({ name }) => whole.includes(name));
  const changed = differencesOf(model, others).filter(({ found }) => found !== undefined);
  if (changed.length > 0) {
    throw refuseDifferent(changed, 'nothing was changed');
  }
  refuseLost(lacking, ours, whole.includes(LEDGER) ? await filledStaging(context) : []);
  const id = `create-missing-${newRunId()}`;
  if (lacking.length > 0) {
    const cut = ours.filter(({ name }) => lacking.some((table) => table.name === name));
    emit({ type: 'run', id });
    const batch = createTablesBatch(model, warehouse, id, {
      dropped: cut.map(({ name, kind }) => ({ name, kind, rows: undefined })),
      hasRun: whole.includes('load_run'),
      hasLedger: false,
      kept: new Set(whole),
      commented: warehouse.statementLimit === undefined,
    });
    await runWithRetry(context, batch);
    emit({ type: 'committed', id, run: 1, of: 1 });
  }
  const needsRebuild = lacking.some(({ role }) => DERIVED.includes(role));
  const rebuilt = needsRebuild ? await rebuild(context) : undefined;
  // Last: without a rebuild, loads would go on from empty tables.
  await putComments(context, lacking, id);
  return { tables: lacking.map(({ name }) => name), rebuilt };
}

/** The staging tables that held rows when they were there. */
async function filledStaging({ model, warehouse }: LoadContext): Promise<readonly string[]> {
  return (await ask(warehouse, protocolSql(model, 'ledger_tables'))).rows.map(([name]) => String(name));
}

function refuseLost(lacking: readonly Table[], ours: readonly Relation[], filled: readonly string[]): void {
  if (ours.length === 0) {
    throw new StarloadError('none of the tables exists', { next: 'Run npm run create-tables, without --missing.' });
  }
  // The row of load_run holds nothing that is not in the ledger too. Releases that predate load_history never created
  // it. A staging table that is new in the model holds nothing yet.
  const isNoLoss = ({ name, role, kept }: Table) =>
    DERIVED.includes(role) ||
    name === 'load_run' ||
    (role === 'staging' && !filled.includes(name)) ||
    (kept && !ours.some((one) => one.name === name));
  const lost = lacking.filter((table) => !isNoLoss(table));
  if (lost.length > 0) {
    const names = lost.map(({ name }) => name).join(', ');
    throw new StarloadError(`${names}: the rows or a column of them are lost, and only a load restores them`, {
      next: 'npm run create-tables -- --force recreates all tables, and npm run etl loads all files again.',
    });
  }
}
