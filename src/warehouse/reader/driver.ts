import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

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
}: typeof import('@duckdb/node-api') = require('@duckdb/node-api');

/** The driver reads all text with this decoder, which as it is made there drops U+FEFF at the beginning of a value. */
require('@duckdb/node-api/lib/vectors/dataAccessors.js').textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
