import { clearing, deletedFrom, derive, drop, LOAD_GUARD, sqlSteps } from '../pipeline/batches.ts';
import type { WantedSql } from '../pipeline/checks.ts';
import { commentSteps } from '../pipeline/comments.ts';
import { FORGET } from '../pipeline/forgets.ts';
import { LEDGER } from '../pipeline/ownership.ts';
import { creation, type Model, type NamedSql, protocolSql, type Table } from '../sql/catalogue.ts';
import { BEGINNING, quoteLiteral } from '../sql/render.ts';
import type { Batch, Relation, Step, Warehouse } from '../warehouse/warehouse.ts';
import { isRenamed, isUnknown, type TableChange } from './compare.ts';
import type { Effects } from './effects.ts';
import { collect, formerName, type RowSources, restore } from './remake.ts';

/** All that a migration does, decided. */
export interface Migration {
  readonly effects: Effects;
  /** The current and star tables that are filled by their SELECTs. */
  readonly refilled: ReadonlySet<Table>;
  /** What there is besides the rows, by the name of the staging table. */
  readonly sources: ReadonlyMap<string, RowSources>;
  /** Tables that the model no longer has and that are dropped. */
  readonly dropped: readonly Relation[];
  /** The stamp of the newest writing transaction when the migration was planned. */
  readonly stamp: string;
}

/** A migration as one transaction. It fails if anything was written since it was planned. */
export function migrateBatch(
  model: Model,
  { engine, now, statementLimit }: Pick<Warehouse, 'engine' | 'now' | 'statementLimit'>,
  name: string,
  { effects, refilled, sources, dropped, stamp }: Migration,
): Batch {
  const { kept, created, remade } = effects;
  const gone = [...[...kept, ...remade].flatMap(({ found }) => found ?? []), ...dropped];
  const made = [...kept, ...created, ...remade].map(({ table }) => table);
  const remadeLedger = kept.find(({ table }) => table.name === LEDGER);
  const ledger = remadeLedger && formerName(remadeLedger.table);
  const sourcesOf = ({ table }: TableChange) => ({ ...sources.get(table.name), ledger });
  const isNew = (table: Table) => made.includes(table);
  const stamps = { now, since: BEGINNING, base: `previous_stamp = CAST(${quoteLiteral(stamp)} AS TIMESTAMP)` };
  const guard = { ...protocolSql(model, 'migrate_guard'), name: LOAD_GUARD };
  const filled = new Set([...refilled].map((table) => `insert_${table.name}`));
  const derived = derive(model, 'rebuild', stamps, (statement) => filled.has(statement.name));
  const steps = [
    ...toSteps([protocolSql(model, 'begin_run'), guard], stamps),
    ...toSteps(
      kept.flatMap((change) => collect(change, sourcesOf(change))),
      stamps,
    ),
    ...toSteps(
      [
        ...gone.map(({ name: table, kind }) => drop({ name: table, kind })),
        ...made.map((table) => creation(table, engine)),
        ...kept.map((change) => restore(change, sourcesOf(change))),
        ...forgotten(dropped),
        ...uncounted(model, kept),
        ...clearing([...refilled].filter((table) => !isNew(table))),
      ],
      stamps,
    ),
    ...derived,
    ...(statementLimit === undefined ? commentSteps(made, engine) : []),
  ];
  const lockedTables = gone.filter(({ kind }) => kind === 'table').map((one) => one.name);
  return { name, locks: true, lockedTables, creates: true, deletesFrom: deletedFrom(model), steps };
}

/**
 * What the loader knows of the files of tables that are dropped: a table of that name would otherwise stay empty. Who is
 * forgotten stays so.
 */
function forgotten(dropped: readonly Relation[]): readonly NamedSql[] {
  const names = dropped.map(({ name }) => quoteLiteral(name)).join(', ');
  return names === ''
    ? []
    : [LEDGER, 'rejected_records'].map((table) => ({
        name: `forget_${table}`,
        sql: `DELETE FROM ${table} WHERE staging_table IN (${names})${table === LEDGER ? ` AND status <> '${FORGET}'` : ''}`,
      }));
}

/** What the ledger knows of the keys of files whose records are taken by other columns now. */
function uncounted(model: Model, kept: readonly TableChange[]): readonly NamedSql[] {
  const names = kept.filter(takesOtherKeys).map(({ table }) => quoteLiteral(table.name));
  const forget = protocolSql(model, 'forget_keys');
  const condition = `staging_table IN (${names.join(', ')})`;
  return names.length === 0 ? [] : [{ ...forget, sql: forget.sql.replace('{base}', () => condition) }];
}

/** Whether other keys of the records have a column than before. */
function takesOtherKeys({ table, columns, others }: TableChange): boolean {
  return table.role === 'staging' && (others.length > 0 || columns.some((one) => isUnknown(one) || isRenamed(one)));
}

function toSteps(statements: readonly (Step | WantedSql)[], stamps: Parameters<typeof sqlSteps>[1]): readonly Step[] {
  return statements.flatMap((one) => ('kind' in one ? [one] : sqlSteps([one], stamps)));
}
