import { type Model, type NamedSql, tablesOf } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';

/** A column that holds stamps of runs. */
interface StampColumn {
  readonly table: string;
  readonly column: string;
  /** Whether it is the stamp of the row's own run. */
  readonly isOwn: boolean;
}

/**
 * The statements that restamp runs whose stamps are ahead of the warehouse's clock. The new stamps are in the seconds
 * before now, in the same order, so what a later run has overruled stays overruled. The guard, named `guard`, refuses
 * if correctly stamped runs are so recent that there is no room.
 */
export function restampSql(model: Model, guard: string): readonly NamedSql[] {
  const columns = stampColumns(model);
  const own = columns
    .filter(({ isOwn }) => isOwn)
    .map(({ table, column }) => `SELECT ${column} AS stamp FROM ${quoteIdentifier(table)}`);
  return [
    { name: 'restamp_known', sql: `CREATE TEMP TABLE known_stamps AS\n${own.join('\nUNION\n')}` },
    { name: 'restamp_map', sql: MAP },
    { name: guard, sql: GUARD },
    ...columns.map(({ table, column }) => ({
      name: `restamp_${table}_${column}`,
      sql: `UPDATE ${quoteIdentifier(table)} SET ${column} = new_stamp FROM new_stamps WHERE ${column} = old_stamp`,
    })),
  ];
}

const MAP = `CREATE TEMP TABLE new_stamps AS
SELECT stamp AS old_stamp, {now} - ROW_NUMBER() OVER (ORDER BY stamp DESC) * INTERVAL '1 second' AS new_stamp
FROM known_stamps
WHERE stamp > {now}`;

const GUARD = `SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'older stamps leave no room' END AS INTEGER) AS passed
FROM known_stamps
WHERE stamp <= {now} AND stamp >= (SELECT MIN(new_stamp) FROM new_stamps)`;

/**
 * Every row that a run adds gets its stamp by DEFAULT. The ledger also holds the stamp at which its run was planned.
 */
function stampColumns(model: Model): readonly StampColumn[] {
  const tables = [...tablesOf(model, 'control'), ...tablesOf(model, 'staging')];
  const own = tables.flatMap(({ name, columns }) =>
    columns
      .filter(({ type, hasDefault }) => type === 'timestamp' && hasDefault)
      .map((column) => ({ table: name, column: column.name, isOwn: true })),
  );
  return [...own, { table: 'load_ledger', column: 'planned_stamp', isOwn: false }];
}
