import { randomUUID } from 'node:crypto';
import type { ResultSet, Warehouse } from '../../src/warehouse/warehouse.ts';
import { type Star, sorted } from '../support/oracle.ts';
import type { Truth } from './data.ts';

/** What a warehouse was found to hold, in one transaction. */
export interface Found {
  readonly star: Star;
  readonly staged: Truth['staged'];
  /** Records of each loaded version, added up. */
  readonly ledgerRecords: number;
  /** Versions that stand in the ledger twice without another in between, as `table uri`. */
  readonly repeated: readonly string[];
}

const STAR = ['songplays', 'users', 'songs', 'artists', 'time'] as const;
const COUNTS = `SELECT (SELECT COUNT(*) FROM staging_events) AS events, (SELECT COUNT(*) FROM staging_songs) AS songs,
  (SELECT COUNT(*) FROM load_ledger) AS versions, (SELECT COALESCE(SUM(records), 0) FROM load_ledger) AS records`;
const REPEATED = `SELECT staging_table || ' ' || uri AS file FROM (
  SELECT staging_table, uri, version, LAG(version) OVER (PARTITION BY staging_table, uri ORDER BY loaded_at) AS earlier
  FROM load_ledger) versions WHERE version = earlier`;

/** Reads star, staging counts and ledger, all as of one moment. */
export async function look(warehouse: Warehouse): Promise<Found> {
  const results = await warehouse.run({ name: `look-${randomUUID()}`, locks: false, steps: stepsOf(warehouse) });
  const rowsOf = (name: string) => results.find((one) => one.name === name)?.result?.rows ?? [];
  const [events, songs, versions, records] = (rowsOf('counts')[0] ?? []).map(Number);
  return {
    star: Object.fromEntries(STAR.map((table) => [table, comparable(rowsOf(table))])) as unknown as Star,
    staged: { events: events ?? -1, songs: songs ?? -1, versions: versions ?? -1 },
    ledgerRecords: records ?? -1,
    repeated: rowsOf('repeated').map(([file]) => String(file)),
  };
}

/** PostgreSQL looks anew at each statement unless told otherwise; the others do not. */
function stepsOf({ engine }: Warehouse) {
  const step = (name: string, sql: string) => ({ kind: 'sql', name, sql, wanted: 'always' }) as const;
  return [
    ...(engine === 'postgres' ? [step('isolation', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')] : []),
    ...STAR.map((table) => step(table, `SELECT * FROM ${table}`)),
    step('counts', COUNTS),
    step('repeated', REPEATED),
  ];
}

/** How what was found differs from what must be there; empty when it does not. */
export function differences(found: Found, truth: Truth): readonly string[] {
  const { staged, ledgerRecords, repeated } = found;
  const counts = (['events', 'songs', 'versions'] as const)
    .filter((name) => staged[name] !== truth.staged[name])
    .map((name) => `${name} staged: ${staged[name]} instead of ${truth.staged[name]}`);
  const inLedger = staged.events + staged.songs === ledgerRecords ? [] : [`the ledger counts ${ledgerRecords} records`];
  const twice = repeated.map((file) => `${file} was loaded twice`);
  return [...starDifferences(found.star, truth.star), ...counts, ...inLedger, ...twice];
}

/** Rows that one star has and the other has not, by table. */
export function starDifferences(found: Star, expected: Star): readonly string[] {
  return STAR.flatMap((table) => {
    const [here, there] = [textsOf(found[table]), textsOf(expected[table])];
    if (here.join() === there.join()) {
      return [];
    }
    const [extra, missing] = [without(here, there), without(there, here)].map((rows) => rows.slice(0, 3).join());
    return [`${table}: ${here.length} rows instead of ${there.length}; extra ${extra}; missing ${missing}`];
  });
}

/** Rows that a comparison looks at. */
export function rowsIn(star: Star): number {
  return STAR.reduce((sum, table) => sum + star[table].length, 0);
}

function textsOf(rows: Star['songs']): readonly string[] {
  return rows.map((row) => JSON.stringify(row));
}

function without(rows: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return rows.filter((row) => !known.has(row));
}

function comparable(rows: ResultSet['rows']): Star['songs'] {
  return sorted(rows.map((row) => row.map((value) => (typeof value === 'bigint' ? String(value) : value)) as never));
}
