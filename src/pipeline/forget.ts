import { StarloadError, UsageError } from '../errors.ts';
import type { Part } from '../objects/part.ts';
import { Spool } from '../objects/spool.ts';
import { canonicalText } from '../records/canonical.ts';
import { checkFields } from '../records/record.ts';
import { type Column, type Table, tablesOf, takingColumns } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { byName } from './batches.ts';
import { assertFits } from './budget.ts';
import { assertNotAhead, assertPastNewest, readClock } from './clock.ts';
import type { Condition } from './condition.ts';
import type { LoadContext, Source } from './context.ts';
import { COUNTED, countBatch, type Forgetting, forgetBatch, forgetTable } from './forget-batch.ts';
import { findHolders, type Holders } from './forget-holders.ts';
import { decideRejects, type ForgottenRejects, writePart } from './forget-rejects.ts';
import { forgetOf, forgottenIn, textsIn } from './forgets.ts';
import { readForgets } from './past-runs.ts';
import { readJsonPaths } from './prepare.ts';
import { type RebuildReport, runRebuild } from './rebuild.ts';
import { refusalOf, runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';
import { readStamp } from './run-stamp.ts';
import { fitting } from './shape.ts';
import { readSizes } from './sizes.ts';
import type { TemporaryCopy } from './temporary.ts';
import { wayOf } from './ways/way.ts';

/** What a forget removes, or would. It has no values. */
export interface ForgetPlan {
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows of staging. */
  readonly rows: number;
  /** The runs that staged them. */
  readonly runs: number;
  /** Bad records that are removed, and others whose texts are. */
  readonly rejects: Pick<ForgottenRejects, 'gone' | 'hidden'>;
  readonly holders: Holders;
  /** Whether nothing is left to do: the ledger has the entry, and no table has such records. */
  readonly isDone: boolean;
  readonly digest: string;
  /** The rows of all tables before it. */
  readonly before: ReadonlyMap<string, number>;
}

/** What a forget did. */
export interface ForgetReport extends RebuildReport {
  readonly plan: ForgetPlan;
  /** The run whose id the entry in the ledger has; undefined if nothing was left to do. */
  readonly runId: string | undefined;
}

/** Whose records, and of which staging table, if several have the columns. */
export interface Forgotten {
  readonly condition: Condition;
  readonly table?: string | undefined;
}

/** A forget gives up after this many plans, when others keep writing. */
const MOST_PLANS = 5;

/**
 * Removes the records of somebody from staging, from the bad records and from all derived tables, in one transaction, and
 * remembers a digest by which every later load leaves them out. `confirm` may refuse. Throws UsageError for columns that no
 * staging table has, and DataError if a check fails; nothing is changed then.
 */
export async function forget(
  context: LoadContext,
  forgotten: Forgotten,
  confirm: (plan: ForgetPlan) => Promise<boolean>,
): Promise<ForgetReport> {
  await context.warehouse.settle();
  return withSubject(context, forgotten, async (subject) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await forgetOnce(context, subject, { attempt, confirm });
      } catch (error) {
        if (refusalOf(error) !== 'overtaken' || attempt === MOST_PLANS) throw error;
        context.emit({ type: 'again', reason: 'another run was writing meanwhile', attempt: attempt + 1 });
      }
    }
  });
}

/** It asks only once. */
async function forgetOnce(
  context: LoadContext,
  subject: Subject,
  { attempt, confirm }: { readonly attempt: number; readonly confirm: (plan: ForgetPlan) => Promise<boolean> },
): Promise<ForgetReport> {
  const { plan, forgetting } = await planForget(context, subject, attempt);
  if (plan.isDone) return { plan, rows: plan.before, warnings: [], runId: undefined };
  if (attempt === 1 && !(await confirm(plan))) {
    throw new StarloadError('nothing was forgotten', { next: 'Add --yes to remove the records.' });
  }
  return run(context, plan, forgetting);
}

/** What a forget would remove, and its statements. Changes nothing. */
export async function dryRunForget(
  context: LoadContext,
  forgotten: Forgotten,
): Promise<{ readonly plan: ForgetPlan; readonly statements: readonly string[] }> {
  return withSubject(context, forgotten, async (subject) => {
    const { plan, forgetting } = await planForget(context, subject, 1);
    const { model, warehouse } = context;
    const batch = () => forgetBatch(model, warehouse.now, newRunId(), forgetting);
    return { plan, statements: plan.isDone ? [] : await warehouse.explain(batch()) };
  });
}

async function run(context: LoadContext, plan: ForgetPlan, forgetting: Forgetting): Promise<ForgetReport> {
  const { model, warehouse } = context;
  const runId = newRunId();
  const report = await runRebuild(context, forgetBatch(model, warehouse.now, runId, forgetting));
  return { plan, runId, ...report };
}

/** Whose records are looked for, while their values are on disk. */
interface Subject {
  readonly source: Source;
  readonly paths: readonly JsonPath[] | undefined;
  readonly values: ReadonlyMap<string, string>;
  /** The values as a record. */
  readonly part: Part;
  readonly spool: Spool;
}

async function withSubject<T>(
  context: LoadContext,
  forgotten: Forgotten,
  action: (subject: Subject) => Promise<T>,
): Promise<T> {
  assertFits(context, 'forget');
  refuseFolders(context);
  const table = tableOf(context, forgotten);
  const values = valuesOf(table, forgotten.condition);
  const source = context.sources.find((one) => one.table.name === table.name);
  if (source === undefined) throw new TypeError(`${table.name} has no source`);
  const paths = await readJsonPaths(context, source);
  const spool = new Spool(context.spoolRoot, `forget-${newRunId()}`);
  try {
    const part = writePart(spool, 'values', [`${JSON.stringify(Object.fromEntries(values))}\n`]);
    return await action({ source, paths, values, part, spool });
  } finally {
    spool.remove();
  }
}

async function planForget(
  context: LoadContext,
  subject: Subject,
  attempt: number,
): Promise<{ readonly plan: ForgetPlan; readonly forgetting: Forgetting }> {
  const { source, paths, values, spool } = subject;
  const { table } = source;
  const clock = await readClock(context, { standing: fitting(context.model) });
  assertNotAhead(clock);
  assertPastNewest(clock);
  const own = new Spool(spool.folder, `plan-${attempt}`);
  // Whatever is written from here on is noticed when the batch begins.
  const stamp = (await readStamp(context)) ?? '';
  const forgets = await readForgets(context);
  const { forget: entry, isKnown } = forgetOf(table.name, values, forgets);
  const isForgotten = forgottenIn(table, paths, [entry]) ?? (() => false);
  const texts = textsIn(table, paths, entry.columns);
  const staged = await countStaged(context, copyOf(subject));
  const deciding = { isForgotten, isComplete: (...of: Parameters<typeof isForgotten>) => texts(...of) !== undefined };
  const rejects = await decideRejects(context, table, deciding, own);
  const holders = await findHolders(context, source, paths, { loaded: staged.files, isForgotten });
  const { rows, runs } = staged;
  const { gone, hidden } = rejects;
  const plan = {
    ...{ table: table.name, columns: entry.columns, rows, runs, rejects: { gone, hidden }, holders },
    isDone: isKnown && rows + gone + hidden === 0,
    digest: entry.digest,
    before: await readSizes(context),
  };
  const copy = copyOf(subject, rejects.part);
  return { plan, forgetting: { forget: entry, isKnown, copy, hasRejects: rejects.part !== undefined, stamp } };
}

interface Staged {
  readonly rows: number;
  readonly runs: number;
  readonly files: readonly { readonly uri: string; readonly version: string; readonly size: number }[];
}

async function countStaged(context: LoadContext, copy: TemporaryCopy): Promise<Staged> {
  const results = await runWithRetry(context, countBatch(`forget-${newRunId()}-count`, copy));
  const found = results.find(({ name }) => name === COUNTED)?.result?.rows ?? [];
  const counts = new Map(found.map(([run, , , , file, rows]) => [`${run} ${file}`, Number(rows)]));
  return {
    rows: [...counts.values()].reduce((sum, rows) => sum + rows, 0),
    runs: new Set(found.map(([run]) => run)).size,
    files: found.map(([, uri, version, size]) => ({ uri: String(uri), version: String(version), size: Number(size) })),
  };
}

/** One record, whose values fit, to be copied like those of files; and bad records that go or lose their text. */
function copyOf({ source: { table }, values, part }: Subject, rejects?: Part): TemporaryCopy {
  const into = forgetTable(table, [...values.keys()]);
  return { table: into, parts: rejects === undefined ? [part] : [part, rejects], mapping: byName(into) };
}

function tableOf({ model }: LoadContext, { condition, table: wanted }: Forgotten): Table {
  const tables = tablesOf(model, 'staging').filter(({ name }) => wanted === undefined || name === wanted);
  const having = tables.filter((table) => {
    const names = new Set(takingColumns(table).map(({ name }) => name));
    return [...condition.keys()].every((name) => names.has(name));
  });
  const [first, ...others] = having;
  if (first === undefined) throw noColumns(tables, wanted);
  if (others.length > 0) {
    throw new UsageError(`several staging tables have these columns: ${having.map(({ name }) => name).join(', ')}`, {
      next: 'Add --table with one of them, and run again for the others: they may mean different things there.',
    });
  }
  return first;
}

/** The columns that were named are not shown: whoever mixes up both sides names a value. */
function noColumns(tables: readonly Table[], wanted: string | undefined): UsageError {
  const [table] = tables;
  if (table === undefined) {
    return new UsageError(`the model has no staging table ${wanted}`, {
      next: 'Name one of its staging tables: npm run docs shows them.',
    });
  }
  const columns = takingColumns(table)
    .map(({ name }) => name)
    .join(', ');
  return new UsageError(
    `no staging table has all columns that --where names${wanted === undefined ? '' : ` (${wanted})`}`,
    {
      next: `Name columns of a staging table. For example, ${table.name} has ${columns}.`,
    },
  );
}

/** The values as their columns hold them. Throws UsageError, which shows none of them. */
function valuesOf(table: Table, condition: Condition): ReadonlyMap<string, string> {
  const columns = takingColumns(table).filter(({ name }) => condition.has(name));
  const own = { ...table, columns: columns.map((column) => ({ ...column, notNull: true })) };
  const [misfit] = checkFields(
    columns.map(({ name }) => condition.get(name)),
    own,
  );
  if (misfit !== undefined) {
    throw new UsageError(`the value of ${misfit.column} does not fit the column: ${misfit.plain ?? misfit.reason}`, {
      next: 'Correct the value in --where.',
    });
  }
  return new Map(columns.map((column) => [column.name, textOf(condition.get(column.name), column)]));
}

function textOf(value: string | undefined, column: Column): string {
  return canonicalText(value, column) ?? '';
}

function refuseFolders({ warehouse }: LoadContext): void {
  if (!wayOf(warehouse).isIncremental) {
    throw new UsageError(
      'without a work prefix nobody can be forgotten: Redshift reads whole folders by itself, and would load the records again',
      {
        next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: then Starload reads each file, and leaves records out.',
      },
    );
  }
}
