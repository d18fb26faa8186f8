import type { QueryArrayResult } from 'pg';
import { Qualifier } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { StepFailed, WarehouseError } from '../errors.ts';
import type { CsvReader } from '../reader/csv.ts';
import { refuseReach } from '../relations.ts';
import type { Batch, OnMoment, Reach, ResultSet, Step, StepResult, Value } from '../warehouse.ts';
import type { Connection } from './client.ts';
import { nextPage, openCursor, PAGE_ROWS } from './cursor.ts';
import { isBeyondLimits, sorted } from './failures.ts';
import { GRANTS, HAS_COLUMN } from './grants.ts';
import { bringIn, incomingStatements } from './incoming.ts';
import { REACHES } from './reaches.ts';
import { assertReads, assertRunsNoCode } from './read-only.ts';
import { placesOf } from './schema.ts';
import { processOf, sharedBackends } from './usable.ts';
import { toResultSet } from './values.ts';

/**
 * The locks a batch takes before its steps: the lock that every writing transaction waits for, and the other tables it
 * names.
 */
export function lockStatements({ locks, lockedTables = [] }: Batch, names: Qualifier): readonly string[] {
  const tables = new Set([...(locks ? ['load_run'] : []), ...lockedTables]);
  return [...tables].map((table) => `LOCK TABLE ${names.name(table)} IN ACCESS EXCLUSIVE MODE`);
}

/** Resolves the names in a user's own SQL in the warehouse's schema, until the transaction ends. */
function searchIn(schema: string): string {
  return `SET LOCAL search_path = ${quoteIdentifier(schema)}`;
}

/** One connection. Everything it leaves behind, temporary tables included, is gone when it is closed. */
export class Session {
  readonly #connection: Connection;
  readonly #client: Connection['client'];
  readonly #schema: string;
  readonly #names: Qualifier;
  readonly #openReader: () => Promise<CsvReader>;
  readonly #stop = new AbortController();

  constructor(connection: Connection, schema: string, openReader: () => Promise<CsvReader>) {
    this.#connection = connection;
    this.#client = connection.client;
    this.#schema = schema;
    this.#names = new Qualifier(placesOf(schema));
    this.#openReader = openReader;
  }

  /** The server's process id for this connection. Another connection uses it to cancel a statement. */
  get processId(): number {
    return this.#connection.processId;
  }

  /** Prevents further statements from starting, and aborts what is being sent. */
  stop(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  /** Runs one statement in a read-only transaction; see Warehouse.query. Throws WarehouseError. */
  async *read(sql: string, asWritten: boolean): AsyncGenerator<ResultSet> {
    await this.#send('BEGIN READ ONLY');
    await this.#attempt(() => assertReads(this.#client, sql));
    if (asWritten) {
      await this.#attempt(() => assertRunsNoCode(this.#client, sql));
      await this.#send(searchIn(this.#schema));
    }
    const named = asWritten ? sql : this.#names.statement(sql);
    const cursor = this.#client.query(openCursor(named));
    let page: ResultSet;
    do {
      page = await this.#attempt(() => nextPage(cursor), named);
      yield page;
    } while (page.rows.length === PAGE_ROWS);
    await this.#send('ROLLBACK');
  }

  /** Queries the server's own catalogue, with values for $1 and so on. */
  async ask(sql: string, values: readonly unknown[]): Promise<ResultSet> {
    const { result } = await this.#runSql('question', sql, values);
    return result ?? { columns: [], rows: [] };
  }

  /** For each of these tables, the first thing attached to it that carries deletions to other tables. */
  async reaches(tables: readonly string[]): Promise<ReadonlyMap<string, Reach>> {
    const { rows } = await this.ask(REACHES, [this.#schema, tables]);
    return new Map(rows.map(([table, what, cure]) => [String(table), { what: String(what), cure: String(cure) }]));
  }

  /** Runs a batch in a transaction; see Warehouse.run. The server shows the batch's name meanwhile. */
  async run(batch: Batch, onMoment: OnMoment): Promise<readonly StepResult[]> {
    await this.#runSql('show', SHOW, [`starload ${batch.name}`.slice(0, 63), this.#names.name('load_run')]);
    await this.#bringIn(batch, onMoment);
    const results: StepResult[] = [];
    await this.#send(beginning(batch));
    try {
      await this.#prepare(batch, onMoment);
      const grants = batch.creates === true ? await this.#grants(batch) : [];
      for (const [index, step] of batch.steps.entries()) {
        onMoment({ kind: 'step', name: step.name, at: index + 1 });
        results.push(await this.#failing(step, results, () => this.#runStep(step, batch)));
      }
      for (const [statement, table, column] of grants) {
        if (column === null || (await this.#isTrue(HAS_COLUMN, [table, column]))) {
          await this.#send(String(statement));
        }
      }
      onMoment({ kind: 'committing' });
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    await this.#commit();
    return results;
  }

  async #bringIn(batch: Batch, onMoment: OnMoment): Promise<void> {
    const copies = batch.steps.filter((step) => step.kind === 'copy');
    if (copies.length === 0) {
      return;
    }
    const reader = await this.#openReader();
    try {
      for (const step of copies) {
        const onPart = (done: number) =>
          onMoment({ kind: 'sending', table: step.table.name, done, of: step.parts.length });
        await this.#failing(step, [], () => bringIn(this.#client, reader, step, { signal: this.#stop.signal, onPart }));
      }
    } finally {
      reader.cancel();
      reader.close();
    }
  }

  async #prepare(batch: Batch, onMoment: OnMoment): Promise<void> {
    const { client, isPooled, processId } = this.#connection;
    if (isPooled && (await processOf(client)) !== processId) {
      throw sharedBackends();
    }
    if (batch.creates === true && !(await this.#isTrue(SCHEMA_EXISTS, [this.#schema]))) {
      await this.#send(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(this.#schema)}`);
    }
    for (const lock of lockStatements(batch, this.#names)) {
      onMoment({ kind: 'locking' });
      await this.#send(lock);
    }
    for (const [table, reach] of await this.reaches(batch.deletesFrom ?? [])) {
      throw refuseReach(table, reach, 'nothing was changed');
    }
    if (batch.asWritten === true) {
      await this.#send(searchIn(this.#schema));
    }
  }

  /** Restores the privileges and row security of the old tables on the recreated ones. */
  async #grants({ lockedTables = [] }: Batch): Promise<ResultSet['rows']> {
    return (await this.ask(GRANTS, [this.#schema, lockedTables])).rows;
  }

  async #isTrue(question: string, values: readonly unknown[]): Promise<boolean> {
    return (await this.ask(question, values)).rows[0]?.[0] === true;
  }

  #runStep(step: Step, { creates, asWritten }: Batch): Promise<StepResult> {
    switch (step.kind) {
      case 'sql': {
        const sql = asWritten === true ? step.sql : this.#names.statement(step.sql);
        // A table's file may hold several statements: the table and its indexes.
        const isSeveral = creates === true && step.wanted === undefined && filledTable(sql) === undefined;
        return isSeveral ? this.#send(sql, step.name) : this.#runAnalysed(step.name, sql, step.lookups);
      }
      case 'copy':
        return this.#runAnalysed(step.name, incomingStatements(step.table, this.#names.name(step.table.name)).insert);
      case 'copy-folder':
        throw new TypeError('PostgreSQL loads parts, not folders');
    }
  }

  /**
   * Runs one statement. If it has filled a table, runs ANALYZE so that the planner knows of the transaction's own work.
   * Indexes keep it from reading a table again for each row where it takes many rows for few: it did with the keys of a
   * million events, once for each user.
   */
  async #runAnalysed(name: string, sql: string, lookups: Lookups = []): Promise<StepResult> {
    const done = await this.#runSql(name, sql);
    const table = filledTable(sql);
    if (table === undefined) {
      return done;
    }
    // An index tells the planner the number of rows, but nothing of their values.
    if (await this.#isNewToPlanner(table, done.affected)) {
      await this.#send(`ANALYZE ${table}`);
    }
    for (const columns of lookups) {
      await this.#index(table, columns);
    }
    return done;
  }

  /** Makes an index, or none if it cannot hold the rows: a value may be too long for it, or the columns too many. */
  async #index(table: string, columns: readonly string[]): Promise<void> {
    await this.#send('SAVEPOINT before_index');
    try {
      await this.#send(`CREATE INDEX ON ${table} (${columns.map(quoteIdentifier).join(', ')})`);
    } catch (error) {
      if (!isBeyondLimits(error)) {
        throw error;
      }
      await this.#send('ROLLBACK TO SAVEPOINT before_index');
    }
    await this.#send('RELEASE SAVEPOINT before_index');
  }

  /** Whether this many new rows are more than the planner knows of. */
  async #isNewToPlanner(table: string, rows: number): Promise<boolean> {
    return this.#isTrue('SELECT reltuples < $2 FROM pg_class WHERE oid = to_regclass($1)', [table, rows]);
  }

  /** Runs one statement. The protocol refuses several. */
  async #runSql(name: string, sql: string, values: readonly unknown[] = []): Promise<StepResult> {
    const returned: QueryArrayResult<Value[]> = await this.#attempt(
      () => this.#client.query({ text: sql, values, rowMode: 'array', queryMode: 'extended' } as never),
      sql,
    );
    const result = returned.fields.length === 0 ? undefined : toResultSet(returned);
    return { name, affected: returned.rowCount ?? 0, result };
  }

  /** Runs statements and discards their rows. */
  async #send(sql: string, name = sql): Promise<StepResult> {
    await this.#attempt(() => this.#client.query(sql), sql);
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
          next: 'Run again; if it happens again, look at the server log.',
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

  async #attempt<T>(action: () => Promise<T>, sql?: string): Promise<T> {
    if (this.#stop.signal.aborted) {
      throw cancelled(undefined);
    }
    try {
      return await action();
    } catch (error) {
      throw sorted(error, sql);
    }
  }
}

/**
 * A locking batch sees what was committed before it got the lock. A batch that does not lock sees one state throughout.
 */
function beginning({ locks, creates }: Batch): string {
  return locks || creates === true ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ';
}

type Lookups = readonly (readonly string[])[];

/**
 * Shows a batch to others: its name in pg_stat_activity, which keeps 63 bytes, and its loader by a lock that blocks
 * nobody.
 */
const SHOW = `SELECT set_config('application_name', $1, false),
  pg_advisory_lock_shared(CAST(CAST(to_regclass($2) AS OID) AS BIGINT))`;

/** Checked first: CREATE SCHEMA IF NOT EXISTS requires the right to create schemas even if the schema exists. */
const SCHEMA_EXISTS = 'SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)';

/** The table that a statement of this project fills, spelled as in the statement. */
function filledTable(sql: string): string | undefined {
  return /^(?:\s|--[^\n]*\n)*(?:CREATE TEMP TABLE|INSERT INTO) ((?:"(?:[^"]|"")*"|\w+)(?:\.(?:"(?:[^"]|"")*"|\w+))?)/.exec(
    sql,
  )?.[1];
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
    'the connection was lost during the commit: it is not known whether the transaction was committed',
    { next: 'npm run status shows what is loaded; running the same command again loads nothing twice.', cause },
  );
}
