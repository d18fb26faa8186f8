import type { DuckDBConnection } from '@duckdb/node-api';
import { WarehouseError } from '../errors.ts';
import { StatementType } from '../reader/driver.ts';
import { assertBeginsWith, explained, refused } from '../reading.ts';
import type { Step } from '../warehouse.ts';

/** The first words of statements that read. PRAGMA, which DuckDB turns into a SELECT, is excluded. */
const READING = ['select', 'with', 'values', 'table', 'from', 'show', 'describe', 'desc', 'summarize', 'explain'];

/** Functions with side effects that a SELECT can call: they switch settings, write logs or consume sequence values. */
const ACTING =
  /\b((?:en|dis)able_\w+|write_log|truncate_duckdb_logs|(?:force_)?checkpoint|nextval)(?:["\s]|--[^\n]*\n|\/\*[\s\S]*?\*\/)*\(/i;

/**
 * Accepts only a single statement that reads. It checks the first word, what DuckDB's own parser reports, and calls of
 * functions with side effects. Throws WarehouseError `refused`, or the parser's error.
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
 * Refuses a batch that calls enable_logging, because it would end the process: DuckDB's logging opens its files on a
 * thread that does not catch exceptions, and file access is denied here. Throws WarehouseError `refused`.
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
