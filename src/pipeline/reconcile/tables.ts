import type { Comparison, NamedSql } from '../../sql/catalogue.ts';
import { quoteLiteral } from '../../sql/render.ts';
import { writtenIn } from '../../sql/written.ts';
import type { ResultSet } from '../../warehouse/warehouse.ts';
import { type Disagreement, MAX_EXAMPLES } from './disagreements.ts';

/**
 * All comparisons in one statement, so that they see one state of the tables while loads run. For each it returns the
 * number of offenders and names the first ones.
 */
export function comparisonSql(comparisons: readonly Comparison[]): Pick<NamedSql, 'sql' | 'written'> {
  const sql = `SELECT rule_name, offenders, offender
FROM (
${comparisons.map(numbered).join('\nUNION ALL\n')}
) found
WHERE place <= ${MAX_EXAMPLES}
ORDER BY rule_name, place`;
  return { sql, written: writtenIn(sql, comparisons) };
}

/** Reads the statement's rows. */
export function toDisagreements(
  { rows }: Pick<ResultSet, 'rows'>,
  comparisons: readonly Comparison[],
): readonly Disagreement[] {
  return comparisons.flatMap(({ name, next }) => {
    const found = rows.filter(([rule]) => rule === name);
    const count = Number(found[0]?.[1] ?? 0);
    return count === 0 ? [] : [{ rule: name, count, examples: found.map(([, , offender]) => String(offender)), next }];
  });
}

function numbered({ name, sql }: Comparison): string {
  return `SELECT
  CAST(${quoteLiteral(name)} AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
${sql}
) ${name}_offenders`;
}
