import pg from 'pg';
import type { Postgres } from './postgres.ts';

/**
 * Connections to one server, kept for the next session of the same database: a process whose catalogue caches are warm
 * answers in a fraction of the time. Nothing of a session outlives it (PostgreSQL: DISCARD ALL).
 */
export class Connections {
  readonly #server: Postgres;
  readonly #idle = new Map<string, pg.Client[]>();
  #isClosed = false;

  constructor(server: Postgres) {
    this.#server = server;
  }

  /** A connection that nobody else has. */
  async take(database: string): Promise<pg.Client> {
    return this.#idle.get(database)?.pop() ?? (await connect(this.#server, database));
  }

  /** Takes a connection back; one that cannot be made as new is closed. */
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

  /** Closes what is idle, and from now on what is given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#idle.values()].flat().map((client) => client.end()));
    this.#idle.clear();
  }
}

/** Connects to a database of a server. */
export async function connect({ host, port, user, password }: Postgres, database: string): Promise<pg.Client> {
  const client = new pg.Client({ host, port, user, password, database });
  // A server that stops takes its connections with it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
