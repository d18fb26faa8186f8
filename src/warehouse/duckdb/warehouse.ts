import { Qualifier } from '../../sql/qualify.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import { collect } from '../pages.ts';
import { inquire } from '../relations.ts';
import type {
  Batch,
  OnMoment,
  QueryOptions,
  Relation,
  ResultSet,
  RunningBatch,
  Step,
  StepResult,
  Warehouse,
} from '../warehouse.ts';
import { connect, connectToSchema, type FileOptions, type OpenFile, openFile, placesOf } from './connection.ts';
import { copyStatements } from './copy.ts';
import { readRelations, relationsSql } from './relations.ts';
import { Session } from './session.ts';

/** Opens the warehouse in a DuckDB file, or in memory for the path `:memory:`. Throws WarehouseError. */
export async function openDuckdb(options: FileOptions): Promise<Warehouse> {
  return new DuckdbWarehouse(options, await openFile(options));
}

/** One file, one process: the file's lock provides what `Batch.locks` requests. */
class DuckdbWarehouse implements Warehouse {
  readonly engine = 'duckdb';
  readonly location: string;
  /** The start of the transaction, in UTC like the session. */
  readonly now = 'CAST(current_timestamp AS TIMESTAMP)';
  readonly reads = 'local';
  readonly loads = 'parts';
  readonly #file: OpenFile;
  readonly #sessions = new Set<Session>();

  constructor({ path }: FileOptions, file: OpenFile) {
    this.location = path;
    this.#file = file;
  }

  async schema(): Promise<string> {
    return this.#file.schema;
  }

  query(sql: string, options?: QueryOptions): Promise<ResultSet> {
    return collect(this.pages(sql, options));
  }

  async *pages(sql: string, options: QueryOptions = {}): AsyncGenerator<ResultSet> {
    const { asWritten = false } = options;
    await inquire(options, (names) => this.relations(names));
    const session = await this.#open(asWritten);
    try {
      yield* session.read(sql);
    } finally {
      this.#end(session);
    }
  }

  async relations(names: readonly string[]): Promise<readonly Relation[]> {
    return readRelations(await this.query(relationsSql(this.#file, names)), names);
  }

  /** No other process can have the file. */
  async running(): Promise<readonly RunningBatch[]> {
    return [];
  }

  async explain(batch: Batch): Promise<readonly string[]> {
    const names = new Qualifier(placesOf(this.#file));
    return ['BEGIN', ...this.#before(batch), ...batch.steps.flatMap((step) => statementsOf(step, names)), 'COMMIT'];
  }

  async run(batch: Batch, onMoment?: OnMoment): Promise<readonly StepResult[]> {
    const session = await this.#open(batch.asWritten === true);
    try {
      return await session.run(batch, this.#before(batch), onMoment);
    } finally {
      this.#end(session);
    }
  }

  /** A batch ends with its process. */
  async settle(): Promise<void> {}

  async cancel(): Promise<void> {
    for (const session of this.#sessions) {
      session.cancel();
    }
  }

  async close(): Promise<void> {
    this.#file.instance.closeSync();
  }

  #before({ creates }: Batch): readonly string[] {
    const { database, schema } = this.#file;
    return creates === true
      ? [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(database)}.${quoteIdentifier(schema)}`]
      : [];
  }

  async #open(asWritten: boolean): Promise<Session> {
    const session = asWritten
      ? new Session(await connectToSchema(this.#file), undefined)
      : new Session(await connect(this.#file), new Qualifier(placesOf(this.#file)));
    this.#sessions.add(session);
    return session;
  }

  #end(session: Session): void {
    this.#sessions.delete(session);
    session.close();
  }
}

function statementsOf(step: Step, names: Qualifier): readonly string[] {
  switch (step.kind) {
    case 'sql':
      return [names.statement(step.sql)];
    case 'copy':
      return copyStatements(names.name(step.table.name), step).map(({ sql }) => sql);
    case 'copy-folder':
      return [];
  }
}
