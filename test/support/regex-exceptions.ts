/**
 * Where regular expressions are not shown to be linear, and why that does no harm. A file or folder stands for all of its
 * expressions, with a pattern for that one.
 */
export const NOT_SHOWN: readonly { readonly where: string; readonly pattern?: string; readonly why: string }[] = [
  { where: 'config/', why: 'settings in dwh.cfg, which the user of Starload writes, each on one line' },
  { where: 'warehouse/redshift/copy.ts', why: 'a role and a region from dwh.cfg' },
  { where: 'sql/', why: 'the statements in the folder sql/' },
  { where: 'warehouse/postgres/session.ts', why: 'statements that Starload makes' },
  { where: 'warehouse/reading.ts', why: 'a statement that the user of Starload writes on the command line' },
  { where: 'warehouse/duckdb/read-only.ts', why: 'a statement that the user of Starload writes on the command line' },
  { where: 'warehouse/redshift/read-only.ts', why: 'a statement that the user of Starload writes on the command line' },
  {
    where: 'counts.ts',
    pattern: String.raw`\B(?=(\d{3})+$)`,
    why: 'the digits of one number, of 39 at the most',
  },
  { where: 'cli/new-model.ts', why: 'an option on the command line' },
  { where: 'init/source-names.ts', why: 'a folder on the command line' },
  { where: 'init/keys.ts', why: 'the name of a column, of 50 characters at the most' },
  { where: 'page/', why: 'the SQL and the comments of a model' },
  {
    where: 'records/normalise.ts',
    pattern: String.raw`^(?:(-)|\+)?0*(\d{1,19})$`,
    why: 'it tries at most 19 digits behind each of the leading zeros, which is linear, too',
  },
];
