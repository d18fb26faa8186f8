import { StarloadError } from '../errors.ts';
import { type Model, type Table, tableNamed } from '../sql/catalogue.ts';
import type { Relation, Warehouse } from '../warehouse/warehouse.ts';
import { inModelOrder } from './order.ts';

/** An object that has the name of one of the model's tables but was not created by Starload. */
export interface ForeignRelation {
  readonly name: string;
  readonly kind: string;
  /** Why Starload considers it foreign. */
  readonly reason: string;
}

/** What exists under the names of the model's tables. */
export interface Standing {
  readonly ours: readonly Relation[];
  readonly foreign: readonly ForeignRelation[];
}

/** Queries the warehouse. */
export async function readStanding(model: Model, warehouse: Warehouse): Promise<Standing> {
  return standingOf(model, await warehouse.relations(model.tables.map(({ name }) => name)));
}

/**
 * Distinguishes Starload's tables from others by the marks that every version leaves: an ordinary table, with the
 * model's columns, beside a ledger that has the ledger's columns.
 */
export function standingOf(model: Model, relations: readonly Relation[]): Standing {
  const ledger = relations.find(({ name }) => name === LEDGER);
  const hasLedger = ledger !== undefined && reasonOf(ledger, tableNamed(model, LEDGER)) === undefined;
  const sorted = inModelOrder(model, relations, { tableOf: ({ name }) => name }).map((relation) => ({
    relation,
    reason: reasonOf(relation, tableNamed(model, relation.name)) ?? (hasLedger ? undefined : NO_LEDGER),
  }));
  return {
    ours: sorted.filter(({ reason }) => reason === undefined).map(({ relation }) => relation),
    foreign: sorted.flatMap(({ relation: { name, kind }, reason }) =>
      reason === undefined ? [] : [{ name, kind, reason }],
    ),
  };
}

/**
 * Whether a history of earlier tables exists; tables of an earlier release have none. Throws StarloadError if the
 * history does not belong to the ledger's owner, or is not a table: a view would run its functions with the rights of
 * the user who reads it.
 */
export async function hasHistory(model: Model, warehouse: Warehouse): Promise<boolean> {
  return holdsHistory(model, warehouse, await warehouse.relations([LEDGER, HISTORY]));
}

/** The same, judged by relations that are known. */
export async function holdsHistory(model: Model, warehouse: Warehouse, known: readonly Relation[]): Promise<boolean> {
  const relations = known.filter(({ name }) => name === LEDGER || name === HISTORY);
  const owner = relations.find(({ name }) => name === LEDGER)?.stranger;
  const { ours, foreign } = standingOf(
    model,
    relations.map((relation) => (relation.stranger === owner ? { ...relation, stranger: undefined } : relation)),
  );
  if (foreign.length > 0) {
    throw refuseForeign(foreign, await warehouse.schema());
  }
  return ours.some(({ name }) => name === HISTORY);
}

/** Whether a table has all columns. It may lack some if an earlier version created it or someone changed it. */
export function isWhole({ columns }: Relation, table: Table): boolean {
  return table.columns.every(({ name }) => columns.some((column) => column.name === name));
}

/** Describes the foreign objects: `users (table, has no column user_id)`. */
export function describeForeign(foreign: readonly ForeignRelation[]): string {
  return foreign.map(({ name, kind, reason }) => `${name} (${kind}, ${reason})`).join(', ');
}

/** The error for objects that are not Starload's and must not be dropped. */
export function refuseForeign(foreign: readonly ForeignRelation[], schema: string): StarloadError {
  return new StarloadError(
    `the schema ${schema} holds objects that Starload did not create, under names that it needs: ${describeForeign(foreign)}`,
    {
      next: 'Name a schema for Starload alone: DB_SCHEMA under [CLUSTER] in dwh.cfg. Or add --replace-foreign to drop the objects listed above.',
    },
  );
}

/** The ledger, and the history of runs of earlier tables. */
export const LEDGER = 'load_ledger';
export const HISTORY = 'load_history';
const NO_LEDGER = `without ${LEDGER} of Starload next to it`;

/** Why a relation is not Starload's, judged by the relation alone. */
function reasonOf({ kind, columns, stranger }: Relation, table: Table): string | undefined {
  if (kind !== 'table') {
    return 'not an ordinary table';
  }
  const reason = stranger === undefined ? undefined : `of the user ${stranger}`;
  return reason ?? columnsReason(new Set(columns.map(({ name }) => name)), table);
}

/** A table has all of the model's columns, and may have more that its user added. One of an earlier version may lack some. */
function columnsReason(found: ReadonlySet<string>, table: Table): string | undefined {
  const missing = table.columns.filter(({ name }) => !found.has(name));
  return missing.length === 0 || isEarlier(found, table)
    ? undefined
    : `has no column ${missing.map(({ name }) => name).join(', ')}`;
}

/** Whether a table with these columns can be that of an earlier version: it has at least half of the model's, and no others. */
function isEarlier(found: ReadonlySet<string>, { columns }: Table): boolean {
  const known = columns.filter(({ name }) => found.has(name)).length;
  return known === found.size && known * 2 >= columns.length;
}
