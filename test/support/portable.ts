import { portableMistakes } from '../../src/sql/portable.ts';
import { translate } from '../../standin/engine/statement.ts';

/**
 * What Redshift, PostgreSQL and DuckDB do alike. Functions that are missing here may exist on all three and mean different
 * things: AVG of integers is whole on Redshift only, SUBSTR and NOW belong to Redshift's leader node, LEN is not PostgreSQL's.
 */
const PORTABLE: ReadonlySet<string> = new Set([
  ...['abs', 'ceil', 'coalesce', 'floor', 'greatest', 'least', 'mod', 'nullif'],
  ...['left', 'length', 'lower', 'ltrim', 'md5', 'replace', 'right', 'rtrim', 'strpos', 'trim', 'upper'],
  ...['cast', 'date_trunc', 'exists', 'extract'],
  ...['count', 'max', 'min', 'sum'],
  ...[
    'cume_dist',
    'dense_rank',
    'first_value',
    'lag',
    'last_value',
    'lead',
    'ntile',
    'percent_rank',
    'rank',
    'row_number',
  ],
]);

/** What all three also know of their own sessions and catalogues, for the doctor. */
export const CATALOGUE: readonly string[] = [
  ...['current_database', 'current_schema', 'current_user', 'version'],
  ...['has_database_privilege', 'has_schema_privilege', 'has_table_privilege'],
];

/**
 * The gate for the models' own SQL, which runs on every engine: what Redshift takes, and no clause or function that another
 * engine has not or takes otherwise. It knows no types: the engines themselves find what it lets through. Throws EngineError
 * for what Redshift refuses, Error for what is not portable. A user's model is held to the table of src/sql/constructs.ts, which
 * knows less, and so are the models of the package.
 */
export function assertPortable(sql: string, also: readonly string[] = []): void {
  const { uses } = translate(sql, { keepsCase: false, user: 'user', constants: new Map() });
  const strange = [...uses].filter((use) => !PORTABLE.has(use) && !also.includes(use));
  if (strange.length > 0) throw new Error(`not portable: ${strange.join(', ')}`);
  const [mistake] = portableMistakes({ name: 'x', sql }, false);
  if (mistake !== undefined && also.length === 0) throw mistake;
}
