import { StarloadError, UsageError } from '../errors.ts';
import { protocolSql, type Table, tableNamed } from '../sql/catalogue.ts';
import type { Batch, Relation } from '../warehouse/warehouse.ts';
import { ask } from './ask.ts';
import { createAndFillBatch, createTablesBatch, type Replaced } from './batches.ts';
import { assertFits, fits } from './budget.ts';
import { assertNotAhead, assertPastNewest, readClock } from './clock.ts';
import type { LoadContext } from './context.ts';
import { isWhole, LEDGER, refuseForeign, standingOf } from './ownership.ts';
import { putComments } from './put-comments.ts';
import { type RebuildReport, runRebuild } from './rebuild.ts';
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
 * Creates the missing tables, recreates star tables that lack a column, and fills them by a rebuild, all in one
 * transaction. Drops nothing else. Throws StarloadError, with nothing changed, if rows are missing that only a load can
 * restore. Also throws what a rebuild throws.
 */
export async function createMissing(context: LoadContext): Promise<Made> {
  const { model, warehouse } = context;
  assertFits({ model, warehouse }, 'create-tables');
  assertFits({ model, warehouse }, 'rebuild');
  await warehouse.settle();
  const { lacking, cut, kept } = await standingTables(context);
  if (lacking.length === 0) {
    return { tables: [], rebuilt: undefined };
  }
  const id = `create-missing-${newRunId()}`;
  const replaced = {
    dropped: cut.map(({ name, kind }) => ({ name, kind, rows: undefined })),
    hasRun: kept.has('load_run'),
    hasLedger: false,
    kept,
    commented: warehouse.statementLimit === undefined,
  };
  const rebuilt = lacking.some(({ role }) => DERIVED.includes(role))
    ? await createAndFill(context, id, replaced)
    : await create(context, createTablesBatch(model, warehouse, id, replaced));
  await putComments(context, lacking, id);
  return { tables: lacking.map(({ name }) => name), rebuilt };
}

interface StandingTables {
  readonly lacking: readonly Table[];
  /** Tables of Starload that lack columns, to be dropped. */
  readonly cut: readonly Relation[];
  readonly kept: ReadonlySet<string>;
}

async function standingTables(context: LoadContext): Promise<StandingTables> {
  const { model, warehouse } = context;
  const relations = await warehouse.relations(model.tables.map(({ name }) => name));
  const { ours, foreign } = standingOf(model, relations);
  if (foreign.length > 0) {
    throw refuseForeign(foreign, await warehouse.schema());
  }
  const kept = new Set(ours.filter((one) => isWhole(one, tableNamed(model, one.name))).map(({ name }) => name));
  const lacking = model.tables.filter(({ name }) => !kept.has(name));
  const others = relations.filter(({ name }) => kept.has(name));
  const changed = differencesOf(model, others).filter(({ found }) => found !== undefined);
  if (changed.length > 0) {
    throw refuseDifferent(changed, 'nothing was changed');
  }
  refuseLost(lacking, ours, kept.has(LEDGER) ? await filledStaging(context) : []);
  return { lacking, cut: ours.filter(({ name }) => !kept.has(name)), kept };
}

async function create(context: LoadContext, batch: Batch): Promise<undefined> {
  context.emit({ type: 'run', id: batch.name });
  await runWithRetry(context, batch);
  context.emit({ type: 'committed', id: batch.name, run: 1, of: 1 });
}

async function createAndFill(context: LoadContext, id: string, replaced: Replaced): Promise<RebuildReport> {
  const { model, warehouse } = context;
  const clock = await readClock(context);
  assertNotAhead(clock);
  assertPastNewest(clock);
  const batch = createAndFillBatch(model, warehouse, id, replaced);
  const limit = warehouse.statementLimit;
  if (limit !== undefined && !fits(batch, warehouse)) {
    throw new UsageError(
      `creating and filling these tables takes ${limit.needs(batch)} statements, but a batch of the Data API holds at most ${limit.most}`,
      { next: ALL_AGAIN },
    );
  }
  return runRebuild(context, batch);
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
      next: ALL_AGAIN,
    });
  }
}

const ALL_AGAIN = 'npm run create-tables -- --force recreates all tables, and npm run etl loads all files again.';
