import { quoteLiteral } from '../../sql/render.ts';
import { CsvReader } from '../reader/csv.ts';
import type { Batch, ResultSet, RunningBatch, Step, StepResult, Warehouse } from '../warehouse.ts';
import { type Access, connect } from './client.ts';
import { incomingStatements } from './incoming.ts';
import { LOCK, Session } from './session.ts';
import type { PostgresTarget } from './target.ts';

/** How a server is reached, and what its loads may read. */
export interface OpenOptions extends Access {
  /** A folder for files in between. */
  readonly scratch: string;
  /** Local folders whose files are read. */
  readonly readable: readonly string[];
}

/** The warehouse on a PostgreSQL server. Connects when there is something to do. */
export function openPostgres(options: OpenOptions): Warehouse {
  return new PostgresWarehouse(options);
}

/** A connection for each batch: its temporary tables go with it. */
class PostgresWarehouse implements Warehouse {
  readonly engine = 'postgres';
  readonly location: string;
  /** The transaction's start, in UTC as the session is. */
  readonly now = 'CAST(CURRENT_TIMESTAMP AS TIMESTAMP)';
  readonly reads = 'local';
  readonly loads = 'parts';
  readonly #options: OpenOptions;
  readonly #target: PostgresTarget;
  readonly #sessions = new Set<Session>();

  constructor(options: OpenOptions) {
    const { host, port, database } = options.target;
    this.location = `postgresql://${host}:${port}/${database}`;
    this.#options = options;
    this.#target = options.target;
  }

  query(sql: string): Promise<ResultSet> {
    return this.#withSession((session) => session.read(sql));
  }

  async existing(tables: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.query(
      `SELECT relname FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relkind IN ('r', 'p')
  AND relname IN (${tables.map(quoteLiteral).join(', ')})`,
    );
    return new Set(rows.map(([name]) => String(name)));
  }

  async running(): Promise<readonly RunningBatch[]> {
    const { rows } = await this.query(RUNNING);
    return rows.map(([name, since, holdsLock, pid, address, state]) => ({
      name: String(name).replace(/^starload /, ''),
      since: String(since),
      holdsLock: holdsLock === true,
      by: `server process ${pid}, of ${address ?? 'this host'}, ${state}`,
    }));
  }

  explain({ steps, locks }: Batch): readonly string[] {
    const incoming = steps.flatMap((step) => {
      const { create, copy } = step.kind === 'copy' ? incomingStatements(step.table) : {};
      return create === undefined || copy === undefined ? [] : [create, copy];
    });
    return [...incoming, 'BEGIN', ...(locks ? [LOCK] : []), ...steps.map(statementOf), 'COMMIT'];
  }

  run(batch: Batch, onStep?: (result: StepResult) => void): Promise<readonly StepResult[]> {
    return this.#withSession((session) => session.run(batch, onStep));
  }

  /** A batch ends with its connection. */
  async settle(): Promise<void> {}

  async cancel(): Promise<void> {
    const sessions = [...this.#sessions];
    for (const session of sessions) {
      session.stop();
    }
    if (sessions.length > 0) {
      await this.#cancelOnServer(sessions.map(({ processId }) => processId));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  async #cancelOnServer(processIds: readonly number[]): Promise<void> {
    const client = await connect(this.#options);
    try {
      await client.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [processIds]);
    } finally {
      await client.end();
    }
  }

  async #withSession<T>(action: (session: Session) => Promise<T>): Promise<T> {
    const { scratch, readable } = this.#options;
    const openReader = () => CsvReader.open(scratch, readable);
    const session = new Session(await connect(this.#options), this.#target.schema, openReader);
    this.#sessions.add(session);
    try {
      return await action(session);
    } finally {
      this.#sessions.delete(session);
      await session.close();
    }
  }
}

/**
 * Batches of this schema's loaders, which show themselves by a lock that blocks nobody, and whoever else holds the lock.
 * Who may not see another user's activity finds NULL there.
 */
const RUNNING = `SELECT COALESCE(NULLIF(a.application_name, ''), 'not a loader'), a.xact_start, COALESCE(held.granted, FALSE),
  a.pid, host(a.client_addr), COALESCE(a.state, 'unknown')
FROM pg_stat_activity a
LEFT JOIN pg_locks shown ON shown.pid = a.pid AND shown.locktype = 'advisory' AND shown.classid = 0
  AND shown.objid = to_regclass('load_run')
LEFT JOIN pg_locks held ON held.pid = a.pid AND held.relation = to_regclass('load_run')
  AND held.mode = 'AccessExclusiveLock' AND held.granted
WHERE shown.pid IS NOT NULL OR held.pid IS NOT NULL
ORDER BY a.xact_start`;

function statementOf(step: Step): string {
  return step.kind === 'copy' ? incomingStatements(step.table).insert : step.kind === 'sql' ? step.sql : '';
}
