import { StarloadError, UsageError } from '../errors.ts';
import { Spool } from '../objects/spool.ts';
import { type Offender, warningsOf } from '../pipeline/checks.ts';
import { assertNotAhead, assertPastNewest, readClock } from '../pipeline/clock.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { explainFailure } from '../pipeline/explain.ts';
import { readJsonPaths } from '../pipeline/prepare.ts';
import { putComments } from '../pipeline/put-comments.ts';
import { refusalOf, runWithRetry } from '../pipeline/retry.ts';
import { newRunId } from '../pipeline/run-id.ts';
import { sizesAfterCommit } from '../pipeline/sizes.ts';
import { derivedTables, type Table } from '../sql/catalogue.ts';
import { StepFailed } from '../warehouse/errors.ts';
import type { Batch, StepResult } from '../warehouse/warehouse.ts';
import { type Migration, migrateBatch } from './batch.ts';
import { type Refill, reread } from './fill.ts';
import { isIdle, type MigrateOptions, type MigrationPlan, planMigration } from './plan.ts';
import { filledStep, type RowSources } from './remake.ts';
import { readKeptValues } from './rescued.ts';

/** How many rows of a staging table got values from the files, and how many did not. */
export interface Filled {
  readonly table: string;
  readonly files: number;
  readonly rows: number;
  readonly others: number;
}

/** What a migration did. */
export interface MigrationReport {
  readonly plan: MigrationPlan;
  readonly status: 'migrated' | 'up_to_date';
  readonly filled: readonly Filled[];
  /** Rows of each table afterwards; empty if nothing was changed. */
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
}

/** A migration gives up after this many plans, when others keep writing. */
const MOST_PLANS = 5;

/**
 * Makes the tables of the warehouse those of the model, with all rows, in one transaction. Plans anew if another run writes
 * meanwhile. Throws StarloadError, with nothing changed, if rows or values would be lost, and DataError if a check fails.
 */
export async function migrate(context: LoadContext, options: MigrateOptions = {}): Promise<MigrationReport> {
  await context.warehouse.settle();
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planMigration(context, options);
    if (isIdle(plan)) {
      return { plan, status: 'up_to_date', filled: [], rows: new Map(), warnings: [] };
    }
    try {
      return await run(context, plan);
    } catch (error) {
      if (refusalOf(error) !== 'overtaken' || attempt === MOST_PLANS) {
        throw refusalOf(error) === 'overtaken' ? overtaken(error) : error;
      }
      context.emit({ type: 'again', reason: 'another run was writing meanwhile', attempt: attempt + 1 });
    }
  }
}

/** A migration's plan and its statements. Reads the files that it would read. Changes nothing. */
export async function dryRunMigration(
  context: LoadContext,
  options: MigrateOptions = {},
): Promise<{ readonly plan: MigrationPlan; readonly statements: readonly string[] }> {
  const plan = await planMigration(context, options);
  if (isIdle(plan)) {
    return { plan, statements: [] };
  }
  return withBatch(context, plan, async (batch) => ({ plan, statements: await context.warehouse.explain(batch) }));
}

async function run(context: LoadContext, plan: MigrationPlan): Promise<MigrationReport> {
  const { emit } = context;
  const clock = await readClock(context);
  assertNotAhead(clock);
  assertPastNewest(clock);
  return withBatch(context, plan, async (batch) => {
    emit({ type: 'run', id: batch.name });
    const results = await runWithRetry(context, batch).catch(async (error) => {
      throw strangeRecords(error) ?? (await explainFailure(context, [], error));
    });
    emit({ type: 'committed', id: batch.name, run: 1, of: 1 });
    const { kept, created, remade } = plan.effects;
    await putComments(
      context,
      [...kept, ...created, ...remade].map(({ table }) => table),
      batch.name,
    );
    const filled = withFiles(plan).map((refill) => filledOf(refill, results));
    return { plan, status: 'migrated', filled, rows: await sizesAfterCommit(context), warnings: warningsOf(results) };
  });
}

/** Reads the files, and makes the batch, while the records are on disk. Throws UsageError if it has too many statements. */
async function withBatch<T>(
  context: LoadContext,
  plan: MigrationPlan,
  action: (batch: Batch) => Promise<T>,
): Promise<T> {
  const { model, warehouse } = context;
  const id = `migrate-${newRunId()}`;
  // Whether it fits does not depend on what is in the files.
  assertFits(context, migrateBatch(model, warehouse, id, migrationOf(context, plan, new Map())), plan);
  const spool = new Spool(context.spoolRoot, id);
  try {
    const read = new Map<string, RowSources>();
    for (const refill of plan.refills) {
      read.set(refill.change.table.name, await sourcesOf(context, refill, spool));
    }
    const batch = migrateBatch(model, warehouse, id, migrationOf(context, plan, read));
    assertFits(context, batch, plan);
    return await action(batch);
  } finally {
    spool.remove();
  }
}

/** The tables of which files are read again. */
function withFiles({ refills }: MigrationPlan): MigrationPlan['refills'] {
  return refills.filter(({ files }) => files.size > 0);
}

/** What was kept matters only for rows whose files are gone. */
async function sourcesOf(context: LoadContext, refill: Refill, spool: Spool): Promise<RowSources> {
  const { change, files, lost, source } = refill;
  return {
    reread: files.size === 0 ? undefined : await reread(context, refill, spool),
    isPartial: lost.length > 0,
    kept:
      lost.length === 0
        ? undefined
        : await readKeptValues(context, change, await readJsonPaths(context, source), spool),
  };
}

function migrationOf({ model }: LoadContext, plan: MigrationPlan, read: ReadonlyMap<string, RowSources>): Migration {
  const { effects, differing, droppedTables, stamp = '' } = plan;
  const wanted = new Set<Table>([
    ...effects.refilled,
    ...effects.remade.map(({ table }) => table),
    ...differing.keys(),
  ]);
  const refilled = new Set(derivedTables(model).filter((table) => wanted.has(table)));
  return { effects, refilled, sources: read, dropped: droppedTables, stamp };
}

/** Each table that is filled takes three statements more. */
const READING = 3;

function assertFits({ warehouse }: LoadContext, batch: Batch, plan: MigrationPlan): void {
  const { statementLimit: limit } = warehouse;
  const missing = batch.steps.some(({ kind }) => kind === 'copy') ? 0 : READING * withFiles(plan).length;
  const needs = (limit?.needs(batch) ?? 0) + missing;
  if (limit !== undefined && needs > limit.most) {
    throw new UsageError(
      `this migration takes ${needs} statements, but a batch of the Data API holds at most ${limit.most}`,
      {
        next: 'Change the model in several steps, a few tables at a time, and migrate after each. Or npm run create-tables -- --force recreates all tables, and npm run etl loads all files again.',
      },
    );
  }
}

function filledOf(refill: MigrationPlan['refills'][number], results: readonly StepResult[]): Filled {
  const { table } = refill.change;
  const [row = []] = results.find(({ name }) => name === filledStep(table))?.result?.rows ?? [];
  const [rows = 0, others = 0] = row;
  return { table: table.name, files: refill.files.size, rows: Number(rows), others: Number(others) };
}

/** The error for records of files that are not those that the table holds. */
function strangeRecords(error: unknown): StarloadError | undefined {
  const isOne =
    error instanceof StepFailed && error.step.name.startsWith('filled_') && error.failure.kind === 'refused';
  return isOne
    ? new StarloadError(
        `the files of ${error.step.name.replace(/^filled_/, '')} hold other values than it has in columns that it had before`,
        {
          outcome: 'nothing was changed',
          next: 'Did a jsonpaths file change, or the name of a column, which is its key? Then npm run create-tables -- --force recreates all tables, and npm run etl loads all files by the new model.',
          cause: error,
        },
      )
    : undefined;
}

function overtaken(cause: unknown): StarloadError {
  return new StarloadError(`the migration was planned ${MOST_PLANS} times, and each time another run wrote meanwhile`, {
    outcome: 'nothing was changed',
    next: 'Run npm run migrate again when no load runs.',
    cause,
  });
}
