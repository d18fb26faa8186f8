import { UsageError } from '../errors.ts';
import type { Part } from '../objects/part.ts';
import { type Model, type Table, tablesOf, takingColumns } from '../sql/catalogue.ts';
import type { Batch, Warehouse } from '../warehouse/warehouse.ts';
import { byName, createTablesBatch, loadBatch, rebuildBatch, refreshBatch, undoBatch } from './batches.ts';
import { type Forgetting, forgetBatch, forgetTable } from './forget-batch.ts';
import { EMPTY_LEDGER_STAMP } from './ledger.ts';

/** What a batch is for. */
export type Task = 'load' | 'refresh' | 'rebuild' | 'rebuild --restamp' | 'undo' | 'forget' | 'create-tables';

/** How many statements a task needs in the worst case. */
export interface Budget {
  readonly task: Task;
  readonly needs: number;
  readonly most: number;
}

type Engine = Pick<Warehouse, 'engine' | 'now' | 'loads' | 'statementLimit'>;

/**
 * Each task's statement count in the worst case, derived from the model alone; empty if a batch may have any number.
 */
export function budgetsOf(model: Model, engine: Engine): readonly Budget[] {
  const forget = engine.loads === 'parts' ? (['forget'] as const) : [];
  const tasks = [loadingTask(engine), 'rebuild', 'rebuild --restamp', 'undo', ...forget, 'create-tables'] as const;
  return tasks.flatMap((task) => budgetOf(task, model, engine) ?? []);
}

function budgetOf(task: Task, model: Model, engine: Engine): Budget | undefined {
  const { statementLimit: limit } = engine;
  return limit && { task, needs: Math.max(...worstCases(model, engine)[task]().map(limit.needs)), most: limit.most };
}

function loadingTask({ loads }: Engine): Task {
  return loads === 'parts' ? 'load' : 'refresh';
}

/** Whether a batch stays within the warehouse's limit of statements per batch. */
export function fits(batch: Batch, { statementLimit: limit }: Pick<Warehouse, 'statementLimit'>): boolean {
  return limit === undefined || limit.needs(batch) <= limit.most;
}

/**
 * Throws UsageError if a task could need more statements than a batch may have. Nothing has been read or written then.
 */
export function assertFits(
  { model, warehouse }: { readonly model: Model; readonly warehouse: Engine },
  task: Exclude<Task, 'refresh'>,
): void {
  const budget = budgetOf(task === 'load' ? loadingTask(warehouse) : task, model, warehouse);
  if (budget !== undefined && budget.needs > budget.most) {
    throw tooMany(budget);
  }
}

/** The error for a task that does not fit. */
export function tooMany({ task, needs, most }: Budget): UsageError {
  return new UsageError(
    `with this model, ${task} can need ${needs} statements, but a batch of the Data API holds at most ${most}`,
    {
      next: `Take ${needs - most} or more statements away: use fewer tables in the model.`,
    },
  );
}

const BUNDLED: Part = { path: '', compression: 'gzip', records: 0, bytes: 0, index: [] };
const UNTOUCHED = { uri: 's3://x/x.json', label: 'x', size: 0, version: undefined };
const PLAIN: Part = { ...BUNDLED, compression: 'none', untouched: UNTOUCHED };

/**
 * The longest batches of each task, made when they are asked for. A load that keeps bad records out reads every record, so
 * it passes no file on untouched. It has either rejects or a mix of compressed and uncompressed files, never both.
 */
export function worstCases(
  model: Model,
  { engine, now }: Pick<Engine, 'engine' | 'now'>,
): Record<Task, () => readonly [Batch, ...Batch[]]> {
  const tables = tablesOf(model, 'staging');
  const copies = (parts: readonly Part[]) => tables.map((table) => ({ table, parts, mapping: byName(table) }));
  const folders = tables.map((table) => ({
    table,
    folder: { uri: 's3://x/', compression: 'none' as const, jsonpaths: undefined },
    version: '',
    size: 0,
  }));
  const dropped = model.tables.map(({ name }) => ({ name, kind: 'table', rows: 0 }));
  return {
    load: () => [
      loadBatch(model, now, 'x', { ledger: BUNDLED, rejects: [] }, copies([PLAIN, BUNDLED])),
      loadBatch(model, now, 'x', { ledger: BUNDLED, rejects: [BUNDLED] }, copies([BUNDLED])),
    ],
    refresh: () => [refreshBatch(model, now, 'x', folders)],
    rebuild: () => [rebuildBatch(model, now, 'x')],
    'rebuild --restamp': () => [rebuildBatch(model, now, 'x', true)],
    undo: () => [undoBatch(model, now, 'x', { of: 'run', condition: '1 = 1' }, true)],
    forget: () => [forgetBatch(model, now, 'x', forgetting(tables[0] as Table))],
    'create-tables': () => [
      createTablesBatch(model, { engine, now }, 'x', {
        dropped,
        hasRun: true,
        hasLedger: true,
        kept: new Set(),
        commented: false,
      }),
    ],
  };
}

/** A forget of somebody whose bad records go too. */
function forgetting(table: Table): Forgetting {
  const columns = takingColumns(table)
    .slice(0, 1)
    .map(({ name }) => name);
  const into = forgetTable(table, columns);
  return {
    forget: { table: table.name, columns, salt: '', digest: '' },
    isKnown: false,
    copy: { table: into, parts: [BUNDLED], mapping: byName(into) },
    hasRejects: true,
    stamp: EMPTY_LEDGER_STAMP,
  };
}
