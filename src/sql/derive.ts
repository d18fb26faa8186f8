import { type AffectedKeys, ALL_ROWS, fillAffected, isAffected, type KeyLookup, ownKey, reachOf } from './affected.ts';
import type { Derivation, Table } from './catalogue.ts';
import { joinBefore, runRows, selectBefore, wantedBefore } from './changes.ts';
import { inDependencyOrder } from './reads.ts';
import { insertSources } from './rename.ts';
import { quoteIdentifier } from './render.ts';
import { planStar, type StarPlan } from './star-plan.ts';
import { versionsThatCount } from './versions.ts';
import { around, type FillingSql, type NamedSql } from './written.ts';

/**
 * The statements that derive the current and the star tables, each from its SELECT. A load deletes the rows whose keys its
 * new versions affect, and inserts what the SELECT gives for these keys. A rebuild inserts all that the SELECT gives.
 */
export function derive(tables: readonly Table[]): Derivation {
  const versions = tables
    .filter(({ role }) => role === 'current')
    .map((table) => ({ table, select: versionsOf(table, tables) }));
  const star = inDependencyOrder(tables.filter(({ role }) => role === 'star'));
  const plans = planStar(
    star,
    versions.map(({ table }) => table),
  );
  return {
    load: withLookups(
      [
        ...versions.flatMap(({ table, select }) => loadCurrent(table, select, wantedBefore(table, star))),
        ...plans.flatMap(loadStar),
      ],
      plans.flatMap(({ lookups }) => lookups),
    ),
    rebuild: [
      ...versions.map(({ table, select }) => insert(table, select, ALL_ROWS)),
      ...star.map((table) => insert(table, wholeOf(table))),
    ],
    keys: new Map([
      ...versions.map(({ table }) => [table.name, runKeys(table)] as const),
      ...plans.map(({ table, keys }) => [table.name, keys] as const),
    ]),
    anew: plans.flatMap(({ table, because }) => (because === undefined ? [] : [{ table: table.name, because }])),
  };
}

/** Says of each temporary table by which columns its rows are looked for. */
function withLookups(statements: readonly NamedSql[], lookups: readonly KeyLookup[]): readonly FillingSql[] {
  return statements.map((statement) => {
    const own = lookups.filter(({ table }) => table === statement.name).map(({ columns }) => columns);
    const distinct = [...new Map(own.map((columns) => [columns.join(), columns])).values()];
    return distinct.length === 0 ? statement : { ...statement, lookups: distinct };
  });
}

/** The SELECT of a current table over the versions that count of the staging table's rows. */
function versionsOf({ of, select, name }: Table, tables: readonly Table[]): NamedSql {
  const staging = tables.find((table) => table.name === of);
  return staging === undefined || select === undefined
    ? { name, sql: '' }
    : insertSources(select, new Map([[staging.name, versionsThatCount(staging)]]));
}

function runKeys(table: Table): AffectedKeys {
  return { rows: quoteIdentifier(runRows(table.name)), columns: reachOf(table) };
}

/** The run's versions, with what star tables need of the rows that they replace, and then in their place. */
function loadCurrent(table: Table, select: NamedSql, before: readonly string[]): readonly NamedSql[] {
  const [name, columns] = [quoteIdentifier(table.name), columnsOf(table)];
  const run = quoteIdentifier(runRows(table.name));
  const own = table.columns.map((column) => `derived.${quoteIdentifier(column.name)}`);
  return [
    around(
      runRows(table.name),
      `CREATE TEMP TABLE ${run} AS
SELECT ${[...own, ...selectBefore(table, before)].join(', ')}
FROM (
${select.sql}
) derived${before.length === 0 ? '' : `\n${joinBefore(table, 'derived')}`}`,
      [select],
    ),
    deletion(table, runKeys(table)),
    { name: `insert_${table.name}`, sql: `INSERT INTO ${name} (${columns})\nSELECT ${columns}\nFROM ${run}` },
  ];
}

/**
 * The condition stands outside the SELECT too: whatever `{affected}` inside lets through, no row is inserted whose key was
 * not deleted.
 */
function loadStar({ table, keys, search }: StarPlan): readonly NamedSql[] {
  const { select } = table;
  if (keys === undefined || select === undefined) {
    return [deletion(table, undefined), insert(table, wholeOf(table))];
  }
  const reach = reachOf(table);
  const held = fillAffected(select, ({ expressions = reach.map(quoteIdentifier) }) =>
    isAffected(table, keys, expressions),
  );
  const outside = isAffected(
    table,
    keys,
    reach.map((column) => `derived.${quoteIdentifier(column)}`),
  );
  return [...(search === undefined ? [] : [search]), deletion(table, keys), insert(table, held, outside)];
}

/** A star table's SELECT, held to nothing. */
function wholeOf({ select, name }: Table): NamedSql {
  return select === undefined ? { name, sql: '' } : fillAffected(select, () => ALL_ROWS);
}

function deletion(table: Table, keys: AffectedKeys | undefined): NamedSql {
  const from = `DELETE FROM ${quoteIdentifier(table.name)}`;
  const sql = keys === undefined ? from : `${from} WHERE ${isAffected(table, keys, ownKey(table))}`;
  return { name: `delete_${table.name}`, sql };
}

/** Inserts rows by the names of their columns. A row without a key or a time is none of the table's. */
function insert(
  table: Table,
  select: NamedSql,
  condition: string = reachOf(table)
    .map((column) => `${quoteIdentifier(column)} IS NOT NULL`)
    .join(' AND '),
): NamedSql {
  const columns = columnsOf(table);
  const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${columns})
SELECT ${columns}
FROM (
${select.sql}
) derived
WHERE ${condition}`;
  return around(`insert_${table.name}`, sql, [select]);
}

function columnsOf({ columns }: Table): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(', ');
}
