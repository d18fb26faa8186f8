import type { Column } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { ResultSet, Value } from '../../warehouse/warehouse.ts';
import { type Disagreement, MAX_EXAMPLES } from './disagreements.ts';

/** The expected rows and the rows found. */
export interface RowComparison {
  /** The rule under which a difference is reported. */
  readonly rule: string;
  readonly columns: readonly Column[];
  /** The columns that identify a row; if empty, all columns do. */
  readonly key: readonly string[];
  /** The FROM clause of the expected rows, and that of the rows found. */
  readonly due: string;
  readonly found: string;
  /** Whether more rows may be found than expected. */
  readonly mayFindMore: boolean;
  readonly next: string;
}

/** At most this many rows are returned per key. */
const MAX_ROWS_OF_KEY = 4;

/**
 * The statement that compares two sets of rows in all columns, with multiplicity. NULL equals NULL, and trailing blanks
 * of a text count on Redshift too. It returns the differing rows of the first keys, with how often each is expected and
 * found, the position of its key, and the number of keys.
 */
export function rowComparisonSql({ columns, key, due, found, mayFindMore }: RowComparison): string {
  const values = columns.map((_, at) => `v${at + 1}`).join(', ');
  const keys = (key.length === 0 ? columns.map(({ name }) => name) : key).map((name) => aliasOf(columns, name));
  const named = columns.map(({ name }, at) => `${quoteIdentifier(name)} AS v${at + 1}`).join(', ');
  // Redshift groups texts that differ only in trailing blanks. Their lengths distinguish them.
  const lengths = columns.flatMap(({ type }, at) => (type === 'varchar' ? [`LENGTH(v${at + 1})`] : []));
  return `SELECT ${values}, rows_due, rows_found, place, offenders
FROM (
  SELECT ${values}, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      ${values}, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY ${keys.join(', ')}) AS place,
      ROW_NUMBER() OVER (PARTITION BY ${keys.join(', ')} ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT ${values}, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY ${keys.join(', ')}) AS lacking
      FROM (
        SELECT ${values}, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT ${named}, 1 AS due, 0 AS found
          FROM ${due}
          UNION ALL
          SELECT ${named}, 0, 1
          FROM ${found}
        ) counted
        GROUP BY ${[values, ...lengths].join(', ')}
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending${mayFindMore ? '\n    WHERE lacking > 0' : ''}
  ) numbered
) listed
WHERE place <= ${MAX_EXAMPLES} AND place_in_key <= ${MAX_ROWS_OF_KEY}
ORDER BY place, place_in_key`;
}

interface Differing {
  readonly values: readonly Value[];
  readonly due: number;
  readonly found: number;
}

/** Reads the statement's rows. With `excerpts` off, it names the columns that differ, but not their values. */
export function rowDisagreements(
  { rows }: Pick<ResultSet, 'rows'>,
  comparison: RowComparison,
  excerpts: boolean,
): readonly Disagreement[] {
  const { rule, columns, next } = comparison;
  const width = columns.length;
  const places = new Map<number, Differing[]>();
  for (const row of rows) {
    const place = Number(row[width + 2]);
    const differing = { values: row.slice(0, width), due: Number(row[width]), found: Number(row[width + 1]) };
    places.set(place, [...(places.get(place) ?? []), differing]);
  }
  const examples = [...places.values()].map((differing) => describe(differing, comparison, excerpts));
  const count = Number(rows[0]?.[width + 3] ?? 0);
  return count === 0 ? [] : [{ rule, count, examples, next }];
}

/** Describes the difference for one key: the values, if one row replaces one other row, else the number of rows. */
function describe(differing: readonly Differing[], { columns, key }: RowComparison, excerpts: boolean): string {
  const names = columns.map(({ name }) => name);
  const name = nameOf(differing, names, key.length === 0 && excerpts ? names : key);
  const [due, ...others] = differing.filter((row) => row.due > row.found);
  const [found, ...more] = differing.filter((row) => row.due < row.found);
  if (due === undefined || found === undefined || others.length + more.length > 0) {
    return `${name}: ${describeCounts(differing)}`;
  }
  const changes = names.flatMap((column, at) =>
    Object.is(due.values[at], found.values[at])
      ? []
      : [excerpts ? `${column} is ${text(found.values[at])} instead of ${text(due.values[at])}` : `${column} differs`],
  );
  return `${name}: ${changes.join(', ')}`;
}

function nameOf([row]: readonly Differing[], names: readonly string[], shown: readonly string[]): string {
  return shown.map((column) => `${column} ${text(row?.values[names.indexOf(column)])}`).join(', ') || 'a row';
}

function describeCounts(differing: readonly Differing[]): string {
  const surplus = differing.reduce((total, { due, found }) => total + found - due, 0);
  const counted = (rows: number) => `${rows} row${rows === 1 ? '' : 's'}`;
  if (surplus === 0) {
    return `${counted(differing.length)} differ`;
  }
  return surplus > 0 ? `${counted(surplus)} too many` : `${counted(-surplus)} missing`;
}

/** A value as it is printed, with texts in quotes. */
function text(value: Value | undefined): string {
  return value === null || value === undefined
    ? 'NULL'
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
}

function aliasOf(columns: readonly Column[], name: string): string {
  return `v${columns.findIndex((column) => column.name === name) + 1}`;
}
