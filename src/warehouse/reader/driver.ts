import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * DuckDB's driver, loaded as the CommonJS module it is. `import` would first search its text for exported names, which
 * takes a third of the load time.
 */
export const {
  DuckDBInstance,
  DuckDBTypeId,
  listValue,
  ResultReturnType,
  StatementType,
}: typeof import('@duckdb/node-api') = require('@duckdb/node-api');

/**
 * The driver reads all text with this decoder. With its original options it drops U+FEFF at the beginning of a value.
 */
require('@duckdb/node-api/lib/vectors/dataAccessors.js').textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
