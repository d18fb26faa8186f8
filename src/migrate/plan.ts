import { StarloadError } from '../errors.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { Ledger, readLedgerAlone } from '../pipeline/ledger.ts';
import { LEDGER } from '../pipeline/ownership.ts';
import { compareStar } from '../pipeline/reconcile/star.ts';
import { readStamp } from '../pipeline/run-stamp.ts';
import { type Model, type Table, tableNamed } from '../sql/catalogue.ts';
import type { Attached, Relation } from '../warehouse/warehouse.ts';
import { compareTables, type TableChange } from './compare.ts';
import { readDropped } from './dropped.ts';
import { type Effects, effectsOf } from './effects.ts';
import { planRefill, type Refill, refuseUnfillable } from './fill.ts';
import { findMisfits } from './narrow.ts';
import { refuseForeign, refuseKept, refuseLost, refuseMisfits, refuseOthers } from './refuse.ts';
import { isFilled } from './remake.ts';

/** What a migration would do. */
export interface MigrationPlan {
  readonly changes: readonly TableChange[];
  readonly effects: Effects;
  /** The tables with rows that their SELECTs do not give, and how many. */
  readonly differing: ReadonlyMap<Table, number>;
  readonly refills: readonly Refill[];
  /** Tables that the model does not have and that are dropped. */
  readonly droppedTables: readonly Relation[];
  /** The columns that are dropped, as `table.column`. */
  readonly droppedColumns: ReadonlySet<string>;
  /** What `--drop` names and is not there. */
  readonly unknown: readonly string[];
  /** Objects of others that go with the tables that are dropped or made again. */
  readonly attached: readonly Attached[];
  /** The stamp of the newest writing transaction; undefined if there is none. */
  readonly stamp: string | undefined;
}

/** What a migration may do. */
export interface MigrateOptions {
  /** Tables, and columns as `table.column`, that the model does not have and that may be dropped. */
  readonly drop?: readonly string[] | undefined;
  /** Whether errors may show values of the data. */
  readonly excerpts?: boolean | undefined;
}

/**
 * Compares the model with the warehouse: its tables, the values in columns that get narrower, the files of new columns, and
 * what the SELECTs give with what the tables hold. Changes nothing. Throws StarloadError if the warehouse cannot be migrated.
 */
export async function planMigration(
  context: LoadContext,
  { drop = [], excerpts = true }: MigrateOptions,
): Promise<MigrationPlan> {
  const { model, warehouse } = context;
  // Whatever is written from here on is noticed when the migration begins.
  const stamp = await readStamp(context);
  const relations = await warehouse.relations(model.tables.map(({ name }) => name));
  if (!relations.some(({ name }) => name === LEDGER)) {
    throw new StarloadError('none of the tables exists', { next: 'Run npm run create-tables.' });
  }
  const changes = compareTables(model, relations);
  refuseForeign(changes);
  const { tables, columns, unknown } = await readDropped(context, changes, drop);
  const effects = effectsOf(model, changes, columns);
  const made = [...effects.kept, ...effects.remade];
  refuseOthers(made, columns);
  const gone = [...made.flatMap(({ found }) => found ?? []), ...tables].map(({ name }) => name);
  const attached = gone.length === 0 ? [] : ((await warehouse.attached?.(gone)) ?? []);
  refuseKept(attached);
  const ledger = await readLedgerOf(context, effects);
  refuseMisfits(await findMisfits(context, changes.filter(holdsStaged)), excerpts);
  const refills = await planRefills(context, effects, ledger);
  for (const refill of refills) {
    refuseUnfillable(refill, new Set(drop));
  }
  const differing = await findDiffering(context, effects.comparable);
  return {
    changes,
    effects,
    differing,
    refills,
    droppedTables: tables,
    droppedColumns: columns,
    unknown,
    attached,
    stamp,
  };
}

/** Whether a plan changes anything. */
export function isIdle({ effects, differing, droppedTables }: MigrationPlan): boolean {
  const { kept, created, remade } = effects;
  return kept.length + created.length + remade.length + differing.size + droppedTables.length === 0;
}

function holdsStaged({ table, found }: TableChange): boolean {
  return found !== undefined && table.role === 'staging';
}

/** Throws StarloadError if rows are lost that only a load restores. */
async function readLedgerOf(context: LoadContext, effects: Effects): Promise<Ledger> {
  refuseLost(effects, new Ledger());
  const ledger = await readLedgerAlone(context);
  refuseLost(effects, ledger);
  return ledger;
}

async function planRefills(context: LoadContext, { kept }: Effects, ledger: Ledger): Promise<readonly Refill[]> {
  const refills: Refill[] = [];
  for (const change of kept.filter(isFilled)) {
    refills.push(await planRefill(context, change, ledger));
  }
  return refills;
}

/** Compares tables with what their SELECTs give now, as `reconcile` does. */
async function findDiffering(context: LoadContext, comparable: readonly Table[]): Promise<ReadonlyMap<Table, number>> {
  if (comparable.length === 0) {
    return new Map();
  }
  context.emit({ type: 'doing', what: 'comparing the tables with what their SELECTs give' });
  const found = await compareStar({ ...context, model: onlyWith(context.model, comparable) }, undefined, false);
  return new Map(found.map(({ rule, count }) => [tableNamed(context.model, rule), count]));
}

/** A model with some of its current and star tables, for a comparison of these alone. */
function onlyWith(model: Model, derived: readonly Table[]): Model {
  const names = new Set(derived.map(({ name }) => name));
  const isDerived = ({ role }: Table) => role === 'current' || role === 'star';
  const rebuild = model.derivation.rebuild.filter(({ name }) => names.has(name.replace(/^insert_/, '')));
  return {
    ...model,
    tables: model.tables.filter((table) => !isDerived(table) || names.has(table.name)),
    derivation: { ...model.derivation, rebuild },
    comparisons: [],
  };
}
