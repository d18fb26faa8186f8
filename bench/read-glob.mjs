// Reads all files of a glob into a table with DuckDB's own reader: the baseline for bench/small-files.mjs.
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run('CREATE TABLE songs AS SELECT * FROM read_json($glob)', { glob: process.argv[2] });
