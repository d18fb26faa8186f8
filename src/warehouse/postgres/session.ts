import type { Client, QueryArrayResult } from 'pg';
import { quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import { StepFailed, WarehouseError } from '../errors.ts';
import type { CsvReader } from '../reader/csv.ts';
import type { Batch, ResultSet, Step, StepResult, Value } from '../warehouse.ts';
import { sorted } from './failures.ts';
import { GRANTS } from './grants.ts';
import { bringIn, incomingStatements } from './incoming.ts';
import { assertReads } from './read-only.ts';
import { toResultSet } from './values.ts';

/** What every writing transaction waits for. */
export const LOCK = 'LOCK TABLE load_run IN ACCESS EXCLUSIVE MODE';

/** One connection at work. What it leaves behind, temporary tables too, goes when it is closed. */
export class Session {
  readonly #client: Client;
  readonly #schema: string | undefined;
  readonly #openReader: () => Promise<CsvReader>;
  readonly #stop = new AbortController();

  constructor(client: Client, schema: string | undefined, openReader: () => Promise<CsvReader>) {
    this.#client = client;
    this.#schema = schema;
    this.#openReader = openReader;
  }

  /** The server's number of this connection, by which another one can cancel what it does. */
  get processId(): number {
    return (this.#client as Client & { readonly processID: number }).processID;
  }

  /** Lets no further statement begin, and breaks off what is being sent. */
  stop(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  /** Runs one statement in a transaction that can only read. Throws WarehouseError. */
  async read(sql: string): Promise<ResultSet> {
    await this.#send('BEGIN READ ONLY');
    await this.#attempt(() => assertReads(this.#client, sql));
    const { result } = await this.#runSql('query', sql);
    await this.#send('ROLLBACK');
    return result ?? { columns: [], rows: [] };
  }

  /** Runs a batch in a transaction; see Warehouse.run. The server shows its name meanwhile. */
  async run(batch: Batch, onStep: ((result: StepResult) => void) | undefined): Promise<readonly StepResult[]> {
    await this.#runSql('show', showing(batch));
    await this.#bringIn(batch);
    const results: StepResult[] = [];
    await this.#send(beginning(batch));
    try {
      await this.#prepare(batch);
      const grants = batch.creates === true ? await this.#grants() : [];
      for (const step of batch.steps) {
        const result = await this.#failing(step, results, () => this.#runStep(step, batch));
        results.push(result);
        onStep?.(result);
      }
      for (const grant of grants) {
        await this.#send(grant);
      }
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    await this.#commit();
    return results;
  }

  async #bringIn(batch: Batch): Promise<void> {
    const copies = batch.steps.filter((step) => step.kind === 'copy');
    if (copies.length === 0) {
      return;
    }
    const reader = await this.#openReader();
    try {
      for (const step of copies) {
        await this.#failing(step, [], () => bringIn(this.#client, reader, step, this.#stop.signal));
      }
    } finally {
      reader.cancel();
      reader.close();
    }
  }

  async #prepare({ locks, creates }: Batch): Promise<void> {
    if (creates === true && this.#schema !== undefined && !(await this.#isTrue(schemaExists(this.#schema)))) {
      await this.#send(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(this.#schema)}`);
    }
    if (locks || (creates === true && (await this.#isTrue("to_regclass('load_run') IS NOT NULL")))) {
      await this.#send(LOCK);
    }
  }

  /** What gives tables that are made anew the privileges the old ones had. */
  async #grants(): Promise<readonly string[]> {
    const { result } = await this.#runSql('grants', GRANTS);
    return (result?.rows ?? []).map(([grant]) => String(grant));
  }

  async #isTrue(question: string): Promise<boolean> {
    const { result } = await this.#runSql('question', `SELECT ${question}`);
    return result?.rows[0]?.[0] === true;
  }

  #runStep(step: Step, { creates }: Batch): Promise<StepResult> {
    switch (step.kind) {
      case 'sql':
        // The file of a table may hold several statements: the table and its indexes.
        return creates === true ? this.#send(step.sql, step.name) : this.#runAnalysed(step.name, step.sql);
      case 'copy':
        return this.#runAnalysed(step.name, incomingStatements(step.table).insert);
      case 'copy-folder':
        throw new TypeError('PostgreSQL loads parts, not folders');
    }
  }

  /** Runs one statement, and lets the planner know when it has filled a table: the transaction's own work is new to it. */
  async #runAnalysed(name: string, sql: string): Promise<StepResult> {
    const done = await this.#runSql(name, sql);
    const table = filledTable(sql);
    if (table !== undefined && (await this.#isNewToPlanner(table, done.affected))) {
      await this.#send(`ANALYZE ${table}`);
    }
    return done;
  }

  /** Whether so many new rows are more than the planner knows of. */
  async #isNewToPlanner(table: string, rows: number): Promise<boolean> {
    const { result } = await this.#runSql(
      'statistics',
      `SELECT reltuples < ${rows} FROM pg_class WHERE oid = to_regclass(${quoteLiteral(table)})`,
    );
    return result?.rows[0]?.[0] === true;
  }

  /** Runs one statement; several are refused by the protocol. */
  async #runSql(name: string, sql: string): Promise<StepResult> {
    const returned: QueryArrayResult<Value[]> = await this.#attempt(() =>
      this.#client.query({ text: sql, rowMode: 'array', queryMode: 'extended' } as never),
    );
    return { name, affected: returned.rowCount ?? 0, result: toResultSet(returned) };
  }

  /** Runs statements whose rows are of no interest. */
  async #send(sql: string, name = sql): Promise<StepResult> {
    await this.#attempt(() => this.#client.query(sql));
    return { name, affected: 0, result: undefined };
  }

  async #commit(): Promise<void> {
    if (this.#stop.signal.aborted) {
      throw cancelled(undefined);
    }
    try {
      const { command } = await this.#client.query('COMMIT');
      if (command !== 'COMMIT') {
        throw new WarehouseError('refused', `the transaction was not committed: the server answered ${command}`, {
          next: 'Nothing was changed. Run again, and look into the server log if it comes back.',
        });
      }
    } catch (error) {
      throw isLost(error) ? unknownOutcome(error) : sorted(error);
    }
  }

  async #failing<T>(step: Step, results: readonly StepResult[], action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw new StepFailed(step, this.#stop.signal.aborted ? cancelled(error) : sorted(error), [...results]);
    }
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    if (this.#stop.signal.aborted) {
      throw cancelled(undefined);
    }
    try {
      return await action();
    } catch (error) {
      throw sorted(error);
    }
  }
}

/** A batch that locks sees what was committed before it got the lock; one that does not sees one state throughout. */
function beginning({ locks, creates }: Batch): string {
  return locks || creates === true ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ';
}

/** Shows a batch to others: its name in pg_stat_activity, which keeps 63 bytes, and whose it is by a lock that blocks nobody. */
function showing({ name }: Batch): string {
  return `SELECT set_config('application_name', ${quoteLiteral(`starload ${name}`.slice(0, 63))}, false),
  pg_advisory_lock_shared(CAST(CAST(to_regclass('load_run') AS OID) AS BIGINT))`;
}

/** Asked first: CREATE SCHEMA IF NOT EXISTS wants the right to create one even where there is nothing to create. */
function schemaExists(schema: string): string {
  return `EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)})`;
}

/** The table that a statement of this project fills, as it is written there. */
function filledTable(sql: string): string | undefined {
  return /^(?:--[^\n]*\n)*(?:CREATE TEMP TABLE|INSERT INTO) ("?\w+"?)/.exec(sql)?.[1];
}

function cancelled(cause: unknown): WarehouseError {
  return new WarehouseError('cancelled', 'the statement was cancelled', { cause });
}

function isLost(error: unknown): boolean {
  return sorted(error).kind === 'unreachable';
}

function unknownOutcome(cause: unknown): WarehouseError {
  return new WarehouseError(
    'unreachable',
    'the connection was lost while the transaction was being committed: whether it was is not known',
    { next: 'npm run status tells what is loaded; running the same command again loads nothing twice.', cause },
  );
}
