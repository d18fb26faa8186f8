import { createRequire } from 'node:module';

/**
 * DuckDB's driver, loaded as the CommonJS module it is: `import` would first search its text for the names it exports,
 * which takes a third of the time that loading it takes.
 */
export const {
  DuckDBInstance,
  DuckDBTypeId,
  listValue,
  ResultReturnType,
  StatementType,
}: typeof import('@duckdb/node-api') = createRequire(import.meta.url)('@duckdb/node-api');
