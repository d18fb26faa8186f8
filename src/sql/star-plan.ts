import { type AffectedKeys, type KeyLookup, reachOf } from './affected.ts';
import { carriedKeys } from './carried.ts';
import type { Table } from './catalogue.ts';
import {
  changedCurrent,
  changedStar,
  joinBefore,
  lookupsOf,
  readsChanged,
  selectBefore,
  wantedBefore,
} from './changes.ts';
import { changed, inputsOf } from './reads.ts';
import { insertSources } from './rename.ts';
import { quoteIdentifier } from './render.ts';
import { around, type NamedSql } from './written.ts';

/** How a load brings a star table up to date. */
export interface StarPlan {
  readonly table: Table;
  /** The keys that a load affects; undefined if the table is made anew. */
  readonly keys: AffectedKeys | undefined;
  /** Why it is made anew. */
  readonly because: string | undefined;
  /** The statement that collects the keys; undefined if they can be read from what is there anyway. */
  readonly search: NamedSql | undefined;
  /** How the keys are looked for. */
  readonly lookups: readonly KeyLookup[];
}

interface Known {
  readonly current: readonly Table[];
  readonly plans: readonly StarPlan[];
}

/**
 * Keys that an input carries, a query for them, or why none are known. Those of a current table are `atHand` in the run's
 * rows; those of a star table have to be looked up.
 */
type KeySource =
  | { readonly keys: AffectedKeys; readonly atHand: readonly KeyLookup[] | undefined }
  | { readonly query: NamedSql }
  | { readonly because: string };

/** Plans for star tables, each of which comes after those that it reads. */
export function planStar(star: readonly Table[], current: readonly Table[]): readonly StarPlan[] {
  const plans: StarPlan[] = [];
  for (const table of star) {
    const sources = inputsOf(table).flatMap((input) => sourcesOf(table, input, { current, plans }));
    plans.push(planOf(table, sources, star));
  }
  return plans;
}

/** How changes of an input affect the keys of a table. */
function sourcesOf(table: Table, input: string, { current, plans }: Known): readonly KeySource[] {
  const plan = plans.find((one) => one.table.name === input);
  if (plan?.because !== undefined) {
    return [{ because: `it reads ${input}, which is made anew` }];
  }
  const source = plan?.table ?? current.find(({ name }) => name === input);
  if (source !== undefined && table.affected !== undefined && readsChanged(table, input)) {
    return [{ query: withChangedRows(table.affected, { current, plans }) }];
  }
  const ways = source === undefined ? [] : carriedKeys(table, source);
  return source === undefined || ways.length === 0
    ? [{ because: `nothing says which of its rows a change in ${input} affects` }]
    : ways.map((columns) => ({
        keys: { rows: rowsOf(source, columns, { keys: plan?.keys, keysOnly: true }), columns },
        atHand: plan === undefined ? lookupsOf(source, columns) : undefined,
      }));
}

/** A query for affected keys with what to read for each table `changed_…`. */
function withChangedRows(affected: NamedSql, { current, plans }: Known): NamedSql {
  const inputs = [
    ...current.map((table) => ({ table, keys: undefined })),
    ...plans.filter(({ because }) => because === undefined),
  ];
  const rows = inputs.map(({ table, keys }) => {
    const columns = table.columns.map(({ name }) => name);
    return [changed(table.name), rowsOf(table, columns, { keys, keysOnly: false })] as const;
  });
  return insertSources(affected, new Map(rows));
}

/** Each column once, although two columns of a key may come from one. */
function rowsOf(
  source: Table,
  columns: readonly string[],
  { keys, keysOnly }: { readonly keys: AffectedKeys | undefined; readonly keysOnly: boolean },
): string {
  const some = [...new Set(columns)];
  return keys === undefined ? changedCurrent(source, some, keysOnly) : changedStar(source, some, keys);
}

function planOf(table: Table, sources: readonly KeySource[], star: readonly Table[]): StarPlan {
  const plan = { table, keys: undefined, because: undefined, search: undefined, lookups: [] };
  const reasons = sources.flatMap((source) => ('because' in source ? [source.because] : []));
  if (reasons.length > 0 || sources.length === 0) {
    return { ...plan, because: reasons[0] ?? 'it reads no table of the model' };
  }
  const [only, ...others] = sources;
  const isRead = star.some((other) => inputsOf(other).includes(table.name));
  if (only !== undefined && 'keys' in only && only.atHand !== undefined && others.length === 0 && !isRead) {
    return { ...plan, keys: only.keys, lookups: only.atHand };
  }
  const search = searchOf(table, sources, wantedBefore(table, star));
  return { ...plan, keys: { rows: quoteIdentifier(search.name), columns: reachOf(table) }, search };
}

/** Collects the affected keys, with some columns of the rows that have them before the load. */
function searchOf(table: Table, sources: readonly KeySource[], before: readonly string[]): NamedSql {
  const reach = reachOf(table);
  const key = reach.map(quoteIdentifier).join(', ');
  const queries = sources.flatMap((source) => ('query' in source ? [source.query] : []));
  // One query may tell of the changes of several inputs.
  const searched = [...new Set(queries.map(({ sql }) => sql))].map((sql) => `SELECT ${key}\nFROM (\n${sql}\n) found`);
  const carried = sources.flatMap((source) => ('keys' in source ? [selectKeys(table, source.keys)] : []));
  const union = [...carried, ...searched].join('\nUNION\n');
  const found = carried.length + searched.length === 1 ? union.replace('SELECT', 'SELECT DISTINCT') : union;
  const name = `affected_${table.name}`;
  const columns = [
    ...reach.map((column) => `keys_affected.${quoteIdentifier(column)}`),
    ...selectBefore(table, before),
  ];
  const whole = `SELECT ${columns.join(', ')}\nFROM (\n${found}\n) keys_affected\n${joinBefore(table, 'keys_affected')}`;
  const create = `CREATE TEMP TABLE ${quoteIdentifier(name)} AS\n`;
  return around(name, `${create}${before.length === 0 ? found : whole}`, queries);
}

function selectKeys(table: Table, { rows, columns }: AffectedKeys): string {
  const reach = reachOf(table);
  const named = columns.map((column, at) => `${quoteIdentifier(column)} AS ${quoteIdentifier(reach[at] ?? column)}`);
  return `SELECT ${named.join(', ')}\nFROM ${rows} changed_rows`;
}
