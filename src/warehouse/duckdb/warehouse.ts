import type { DuckDBInstance } from '@duckdb/node-api';
import type { Batch, ResultSet, RunningBatch, Step, StepResult, Warehouse } from '../warehouse.ts';
import { connect, type OpenOptions, openInstance } from './connection.ts';
import { copyStatements } from './copy.ts';
import { Session } from './session.ts';

/** Opens the warehouse in a DuckDB file, or in memory for the path `:memory:`. Throws WarehouseError. */
export async function openDuckdb(options: OpenOptions): Promise<Warehouse> {
  return new DuckdbWarehouse(options, await openInstance(options));
}

/** One file, one process: the file's lock is what `Batch.locks` asks for. */
class DuckdbWarehouse implements Warehouse {
  readonly engine = 'duckdb';
  readonly location: string;
  /** The transaction's start, in UTC as the session is. */
  readonly now = 'CAST(current_timestamp AS TIMESTAMP)';
  readonly reads = 'local';
  readonly loads = 'parts';
  readonly #schema: string | undefined;
  readonly #instance: DuckDBInstance;
  readonly #sessions = new Set<Session>();

  constructor({ path, schema }: OpenOptions, instance: DuckDBInstance) {
    this.location = path;
    this.#schema = schema;
    this.#instance = instance;
  }

  async query(sql: string): Promise<ResultSet> {
    const { result } = await this.#withSession((session) => session.read(sql));
    return result ?? { columns: [], rows: [] };
  }

  async existing(tables: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.query(
      'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    const found = new Set(rows.map(([name]) => name));
    return new Set(tables.filter((name) => found.has(name)));
  }

  /** Nobody else can have the file. */
  async running(): Promise<readonly RunningBatch[]> {
    return [];
  }

  explain(batch: Batch): readonly string[] {
    return ['BEGIN', ...batch.steps.flatMap(statementsOf), 'COMMIT'];
  }

  run(batch: Batch, onStep?: (result: StepResult) => void): Promise<readonly StepResult[]> {
    return this.#withSession((session) => session.run(batch, onStep));
  }

  /** A batch ends with its process. */
  async settle(): Promise<void> {}

  async cancel(): Promise<void> {
    for (const session of this.#sessions) {
      session.cancel();
    }
  }

  async close(): Promise<void> {
    this.#instance.closeSync();
  }

  async #withSession<T>(action: (session: Session) => Promise<T>): Promise<T> {
    const session = new Session(await connect(this.#instance, this.#schema));
    this.#sessions.add(session);
    try {
      return await action(session);
    } finally {
      this.#sessions.delete(session);
      session.close();
    }
  }
}

function statementsOf(step: Step): readonly string[] {
  return step.kind === 'copy'
    ? copyStatements(step.table, step.parts, step.mapping).map(({ sql }) => sql)
    : step.kind === 'sql'
      ? [step.sql]
      : [];
}
