import pg from 'pg';
import type { Postgres } from './postgres.ts';

/**
 * Connections to one server, kept for the next session of the same database: a process with warm catalogue caches answers
 * in a fraction of the time. No session state remains on them (PostgreSQL: DISCARD ALL).
 */
export class Connections {
  readonly #server: Postgres;
  readonly #idle = new Map<string, pg.Client[]>();
  #isClosed = false;

  constructor(server: Postgres) {
    this.#server = server;
  }

  /** Returns a connection that is not in use. */
  async take(database: string): Promise<pg.Client> {
    return this.#idle.get(database)?.pop() ?? (await connect(this.#server, database));
  }

  /** Takes a connection back; if it cannot be reset, it is closed. */
  async give(database: string, client: pg.Client): Promise<void> {
    try {
      await client.query('ROLLBACK');
      await client.query('DISCARD ALL');
    } catch {
      await client.end();
      return;
    }
    if (this.#isClosed) await client.end();
    else this.#idle.set(database, [...(this.#idle.get(database) ?? []), client]);
  }

  /** Closes idle connections, and from then on every returned one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#idle.values()].flat().map((client) => client.end()));
    this.#idle.clear();
  }
}

export async function connect({ host, port, user, password }: Postgres, database: string): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, password, database });
  // When a server stops, its connections fail too.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
