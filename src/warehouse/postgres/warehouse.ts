import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../../errors.ts';
import { Qualifier } from '../../sql/qualify.ts';
import { WarehouseError } from '../errors.ts';
import { collect } from '../pages.ts';
import { CsvReader } from '../reader/csv.ts';
import { inquire } from '../relations.ts';
import type {
  Attached,
  Batch,
  BatchMoment,
  OnMoment,
  QueryOptions,
  Relation,
  ResultSet,
  RunningBatch,
  Step,
  StepResult,
  Warehouse,
} from '../warehouse.ts';
import { ATTACHED } from './attached.ts';
import { connect, type ServerAccess } from './client.ts';
import { sorted } from './failures.ts';
import { incomingStatements } from './incoming.ts';
import { RELATIONS, readRelations } from './relations.ts';
import { firstOfSearchPath, placesOf } from './schema.ts';
import { lockStatements, Session } from './session.ts';
import { locationOf } from './target.ts';

/** Five seconds in total. A session that has not ended by then hangs. */
const CANCEL_ATTEMPTS = 100;
const CANCEL_MILLISECONDS = 50;

/** How to reach a server, and what its loads may read. */
export interface OpenOptions extends ServerAccess {
  /** A folder for temporary files. */
  readonly scratch: string;
  /** Local folders from which files are read. */
  readonly readable: readonly string[];
}

/** The warehouse on a PostgreSQL server. Connects on first use. */
export function openPostgres(options: OpenOptions): Warehouse {
  return new PostgresWarehouse(options);
}

/** Each batch gets a connection of its own, so its temporary tables are dropped with it. */
class PostgresWarehouse implements Warehouse {
  readonly engine = 'postgres';
  readonly location: string;
  /** The start of the transaction, in UTC like the session. */
  readonly now = 'CAST(CURRENT_TIMESTAMP AS TIMESTAMP)';
  readonly reads = 'local';
  readonly loads = 'parts';
  readonly #options: OpenOptions;
  /** Undefined until it is known. */
  #schema: string | undefined;
  readonly #sessions = new Set<Session>();

  constructor(options: OpenOptions) {
    this.location = locationOf(options.target);
    this.#options = options;
    this.#schema = options.target.schema;
  }

  async schema(): Promise<string> {
    return this.#schema ?? this.#withSession(async () => this.#schema as string);
  }

  query(sql: string, options?: QueryOptions): Promise<ResultSet> {
    return collect(this.pages(sql, options));
  }

  async *pages(sql: string, options: QueryOptions = {}): AsyncGenerator<ResultSet> {
    const { asWritten = false } = options;
    await inquire(options, (names) => this.relations(names));
    const session = await this.#open();
    try {
      yield* session.read(sql, asWritten);
    } finally {
      await this.#end(session);
    }
  }

  async relations(names: readonly string[]): Promise<readonly Relation[]> {
    const schema = await this.schema();
    return this.#withSession(async (session) => {
      const relations = readRelations(await session.ask(RELATIONS, [schema, names]));
      const reaches = await session.reaches(names);
      return relations.map((relation) => ({ ...relation, reach: reaches.get(relation.name) }));
    });
  }

  async attached(tables: readonly string[]): Promise<readonly Attached[]> {
    const schema = await this.schema();
    const { rows } = await this.#withSession((session) => session.ask(ATTACHED, [schema, tables]));
    return rows.map(([table, what, keeps]) => ({
      table: String(table),
      what: printable(String(what)),
      keeps: keeps === true,
    }));
  }

  async running(): Promise<readonly RunningBatch[]> {
    return this.#ask(RUNNING, async () => [(await this.#names()).name('load_run')]);
  }

  async #ask(question: string, values: () => Promise<readonly unknown[]>): Promise<readonly RunningBatch[]> {
    const asked = await values();
    const { rows } = await this.#withSession((session) => session.ask(question, asked));
    return rows.map(([name, since, holdsLock, pid, user, address, state]) => ({
      name: String(name).replace(/^starload /, ''),
      since: String(since ?? ''),
      holdsLock: holdsLock === true,
      by: `server process ${pid} of user ${user}, from ${address ?? 'this host'}, ${state}`,
    }));
  }

  async explain(batch: Batch): Promise<readonly string[]> {
    const names = await this.#names();
    const { steps } = batch;
    const incoming = steps.flatMap((step) => {
      const { create, copy } = step.kind === 'copy' ? incomingStatements(step.table) : {};
      return create === undefined || copy === undefined ? [] : [create, copy];
    });
    const own = steps.map((step) => statementOf(step, names));
    return [...incoming, 'BEGIN', ...lockStatements(batch, names), ...own, 'COMMIT'];
  }

  run(batch: Batch, onMoment?: OnMoment): Promise<readonly StepResult[]> {
    return this.#withSession((session) =>
      session.run(batch, (moment) => onMoment?.(this.#withBlockers(moment, session.processId))),
    );
  }

  /** Queries, over another connection, which sessions a process waits for. */
  #withBlockers(moment: BatchMoment, processId: number): BatchMoment {
    const blockers = () => this.#ask(BLOCKERS, async () => [processId]);
    return moment.kind === 'locking' || moment.kind === 'step' ? { ...moment, blockers } : moment;
  }

  /** A batch ends with its connection. */
  async settle(): Promise<void> {}

  async cancel(): Promise<void> {
    const sessions = [...this.#sessions];
    for (const session of sessions) {
      session.stop();
    }
    if (sessions.length > 0) {
      await this.#cancelOnServer(sessions);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  /**
   * PostgreSQL ignores a cancel request that arrives just before the statement, so it is repeated until all sessions
   * have ended.
   */
  async #cancelOnServer(sessions: readonly Session[]): Promise<void> {
    const { client } = await connect(this.#options);
    try {
      for (let attempt = 0; attempt < CANCEL_ATTEMPTS; attempt += 1) {
        const processIds = sessions.filter((session) => this.#sessions.has(session)).map(({ processId }) => processId);
        if (processIds.length === 0) {
          return;
        }
        await client.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [processIds]);
        await sleep(CANCEL_MILLISECONDS);
      }
    } finally {
      await client.end();
    }
  }

  async #names(): Promise<Qualifier> {
    return new Qualifier(placesOf(await this.schema()));
  }

  async #withSession<T>(action: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#open();
    try {
      return await action(session);
    } finally {
      await this.#end(session);
    }
  }

  async #end(session: Session): Promise<void> {
    this.#sessions.delete(session);
    await session.close();
  }

  async #open(): Promise<Session> {
    const { scratch, readable } = this.#options;
    const connection = await connect(this.#options);
    const { client } = connection;
    try {
      this.#schema ??= await firstOfSearchPath(client);
      const session = new Session(connection, this.#schema, () => CsvReader.open(scratch, readable));
      this.#sessions.add(session);
      return session;
    } catch (error) {
      await client.end().catch(() => {});
      throw error instanceof WarehouseError ? error : sorted(error);
    }
  }
}

/**
 * Batches of the loaders that use load_run $1, which hold a lock that blocks nobody to show themselves, and any other
 * process that holds the lock. Users who may not see another user's activity get NULL there.
 */
const RUNNING = `SELECT COALESCE(NULLIF(a.application_name, ''), 'not a loader'), a.xact_start, COALESCE(held.granted, FALSE),
  a.pid, a.usename, host(a.client_addr), COALESCE(a.state, 'unknown')
FROM pg_stat_activity a
LEFT JOIN pg_locks shown ON shown.pid = a.pid AND shown.locktype = 'advisory' AND shown.classid = 0
  AND shown.objid = to_regclass($1)
LEFT JOIN pg_locks held ON held.pid = a.pid AND held.relation = to_regclass($1)
  AND held.mode = 'AccessExclusiveLock' AND held.granted
WHERE shown.pid IS NOT NULL OR held.pid IS NOT NULL
ORDER BY a.xact_start`;

/** The sessions that the server process $1 waits for. */
const BLOCKERS = `SELECT COALESCE(NULLIF(a.application_name, ''), 'a session without a name'), a.xact_start, TRUE,
  a.pid, a.usename, host(a.client_addr), COALESCE(a.state, 'unknown')
FROM pg_stat_activity a
WHERE a.pid = ANY (pg_blocking_pids($1))
ORDER BY a.xact_start, a.pid`;

function statementOf(step: Step, names: Qualifier): string {
  switch (step.kind) {
    case 'sql':
      return names.statement(step.sql);
    case 'copy':
      return incomingStatements(step.table, names.name(step.table.name)).insert;
    case 'copy-folder':
      return '';
  }
}
