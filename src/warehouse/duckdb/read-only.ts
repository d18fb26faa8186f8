import type { DuckDBConnection } from '@duckdb/node-api';
import { WarehouseError } from '../errors.ts';
import { StatementType } from '../reader/driver.ts';
import { assertBeginsWith, explained, refused } from '../reading.ts';
import type { Step } from '../warehouse.ts';

/** What a statement that reads may begin with; PRAGMA, which DuckDB turns into a SELECT, is not among them. */
const READING = ['select', 'with', 'values', 'table', 'from', 'show', 'describe', 'desc', 'summarize', 'explain'];

/** Calls of functions that switch something on or off, write logs or use up a sequence, although a SELECT makes them. */
const ACTING =
  /\b((?:en|dis)able_\w+|write_log|truncate_duckdb_logs|(?:force_)?checkpoint|nextval)(?:["\s]|--[^\n]*\n|\/\*[\s\S]*?\*\/)*\(/i;

/**
 * Refuses a text that is not one statement that reads: by its first word, by what DuckDB's own parser says of it, and by
 * the functions that act. Throws WarehouseError `refused`, or what the parser throws.
 */
export async function assertReads(connection: DuckDBConnection, sql: string): Promise<void> {
  assertBeginsWith(READING, sql);
  await assertOne(connection, sql);
  const [, acting] = ACTING.exec(sql) ?? [];
  if (acting !== undefined) {
    throw refused(`it calls ${acting}`);
  }
  if (!(await isSelect(connection, explained(sql)))) {
    throw refused('DuckDB does not recognise it as a query');
  }
}

/**
 * Refuses a statement that writes and that would end the process: DuckDB's logging opens its files on a thread whose
 * uncaught exceptions, and cannot reach files. Throws WarehouseError `refused`.
 */
export function assertEndsNothing(steps: readonly Step[]): void {
  if (steps.some((step) => step.kind === 'sql' && /enable_logging/i.test(step.sql))) {
    throw new WarehouseError(
      'refused',
      'the statement calls enable_logging, which ends the process: DuckDB may write no files here',
      {
        next: 'Leave it out; use the duckdb program to switch on logging.',
      },
    );
  }
}

async function assertOne(connection: DuckDBConnection, sql: string): Promise<void> {
  const { count } = await connection.extractStatements(sql);
  if (count !== 1) {
    throw refused(`it holds ${count} statements, but only one at a time can be run`);
  }
}

async function isSelect(connection: DuckDBConnection, sql: string): Promise<boolean> {
  const statements = await connection.extractStatements(sql);
  const statement = await statements.prepare(0);
  const { statementType } = statement;
  statement.destroySync();
  return statements.count === 1 && statementType === StatementType.SELECT;
}
