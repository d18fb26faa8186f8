import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { Qualifier } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { StepFailed, WarehouseError } from '../errors.ts';
import { listValue, ResultReturnType } from '../reader/driver.ts';
import type { Batch, OnMoment, ResultSet, Step, StepResult } from '../warehouse.ts';
import { sorted } from './connection.ts';
import { copyStatements } from './copy.ts';
import { assertEndsNothing, assertReads } from './read-only.ts';
import { toResultSet, toRows } from './values.ts';

const INTERRUPT_MILLISECONDS = 20;

/** One connection. Everything it leaves behind, temporary tables included, is gone when it is closed. */
export class Session {
  readonly #connection: DuckDBConnection;
  /** Absent if statements are run unchanged. */
  readonly #names: Qualifier | undefined;
  #cancelled = false;
  #interrupts: NodeJS.Timeout | undefined;

  constructor(connection: DuckDBConnection, names: Qualifier | undefined) {
    this.#connection = connection;
    this.#names = names;
  }

  /** Stops the running statement and all later ones. */
  cancel(): void {
    this.#cancelled = true;
    this.#connection.interrupt();
    // DuckDB ignores an interrupt that arrives before the statement has begun.
    this.#interrupts ??= setInterval(() => this.#connection.interrupt(), INTERRUPT_MILLISECONDS);
  }

  close(): void {
    clearInterval(this.#interrupts);
    this.#connection.closeSync();
  }

  /** Runs a batch in a transaction, after the statements in `before`; see Warehouse.run. */
  async run(batch: Batch, before: readonly string[], onMoment: OnMoment = () => {}): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    if (batch.asWritten === true) {
      assertEndsNothing(batch.steps);
    }
    await this.#send('BEGIN');
    for (const statement of before) {
      await this.#send(statement);
    }
    try {
      for (const [index, step] of batch.steps.entries()) {
        onMoment({ kind: 'step', name: step.name, at: index + 1 });
        results.push(await this.#failing(step, results));
      }
      onMoment({ kind: 'committing' });
    } catch (error) {
      // Without memory or disk space, even ROLLBACK can fail. Closing the connection discards whatever is not
      // committed.
      await this.#connection.run('ROLLBACK').catch(() => {});
      throw error;
    }
    await this.#send('COMMIT');
    return results;
  }

  async #failing(step: Step, results: readonly StepResult[]): Promise<StepResult> {
    try {
      return await this.#runStep(step);
    } catch (error) {
      throw error instanceof WarehouseError ? new StepFailed(step, error, results) : error;
    }
  }

  /**
   * Runs one statement in a read-only transaction. Throws WarehouseError. Only a user's own statement is examined before:
   * it costs as much as a plan.
   */
  async *read(sql: string): AsyncGenerator<ResultSet> {
    const named = this.#named(sql);
    if (this.#names === undefined) {
      await this.#attempt(() => assertReads(this.#connection, named));
    }
    await this.#send('BEGIN TRANSACTION READ ONLY');
    const result = await this.#attempt(() => this.#connection.stream(named));
    const columns = result.columnNames();
    yield { columns, rows: [] };
    for (;;) {
      const chunk = await this.#attempt(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) {
        return this.#attempt(() => this.#assertWhole(result, named));
      }
      yield { columns, rows: toRows(result, chunk.getRows()) };
    }
  }

  /**
   * Throws unless a query returned all of its rows. The driver's fetchChunk returns null either way and hides the
   * error; only the type of the result reveals a failure. The statement is run once more to get the error's text.
   */
  async #assertWhole({ returnType }: DuckDBResult, sql: string): Promise<void> {
    if (returnType !== ResultReturnType.INVALID) {
      return;
    }
    await this.#connection.run('ROLLBACK');
    await this.#connection.run(`EXPLAIN ANALYZE ${sql}`);
    throw new WarehouseError(
      'refused',
      'the statement failed while its rows were read, but not when it was tried again',
      { next: 'Run it again.' },
    );
  }

  #named(sql: string): string {
    return this.#names?.statement(sql) ?? sql;
  }

  async #send(sql: string): Promise<void> {
    await this.#attempt(() => this.#connection.run(sql));
  }

  async #runRead(name: string, sql: string): Promise<StepResult> {
    const reader = await this.#attempt(() => this.#connection.runAndReadAll(sql));
    const returnsRows = reader.returnType === ResultReturnType.QUERY_RESULT;
    return { name, affected: reader.rowsChanged, result: returnsRows ? toResultSet(reader) : undefined };
  }

  #runStep(step: Step): Promise<StepResult> {
    switch (step.kind) {
      case 'sql':
        return step.wanted === undefined ? this.#runUnread(step) : this.#runRead(step.name, this.#named(step.sql));
      case 'copy':
        return this.#runCopy(step);
      case 'copy-folder':
        throw new TypeError('DuckDB loads parts, not folders');
    }
  }

  /** Runs a statement to its end without fetching its rows. */
  async #runUnread({ name, sql }: Extract<Step, { kind: 'sql' }>): Promise<StepResult> {
    const { rowsChanged } = await this.#attempt(() => this.#connection.run(this.#named(sql)));
    return { name, affected: rowsChanged, result: undefined };
  }

  async #runCopy(step: Extract<Step, { kind: 'copy' }>): Promise<StepResult> {
    const { name, table } = step;
    let affected = 0;
    for (const statement of copyStatements(this.#names?.name(table.name) ?? quoteIdentifier(table.name), step)) {
      const values: Record<string, DuckDBValue> = {
        paths: listValue([...statement.paths]),
        files: listValue(statement.parts.map(({ path }) => path)),
      };
      affected += (await this.#attempt(() => this.#connection.run(statement.sql, values))).rowsChanged;
    }
    return { name, affected, result: undefined };
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    if (this.#cancelled) {
      throw new WarehouseError('cancelled', 'the statement was cancelled');
    }
    try {
      return await action();
    } catch (error) {
      throw sorted(error, { isUsersOwn: this.#names === undefined });
    } finally {
      clearInterval(this.#interrupts);
    }
  }
}
