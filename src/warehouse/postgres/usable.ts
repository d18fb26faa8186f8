import type { Client } from 'pg';
import type { PostgresTarget } from '../../target.ts';
import { WarehouseError } from '../errors.ts';

/** What a connection is at the server. */
export interface Backend {
  /** The server's process, by which another connection can cancel what it does. */
  readonly processId: number;
  /** Whether a pooler such as PgBouncer stands between: connections have numbers of its own then. */
  readonly isPooled: boolean;
}

/**
 * Looks whether a connection can load: text is UTF-8 there, and the server's process is the connection's own. Changes
 * nothing of the session. Throws WarehouseError.
 */
export async function examineBackend(
  client: Client,
  { database }: PostgresTarget,
  openAnother: () => Promise<Client>,
): Promise<Backend> {
  const { processId, encoding } = await ask(client);
  if (encoding !== 'UTF8') {
    throw wrongEncoding(database, encoding);
  }
  const isPooled = processId !== (client as Client & { readonly processID: number }).processID;
  if (isPooled && (await isShared(client, processId, openAnother))) {
    throw sharedBackends();
  }
  return { processId, isPooled };
}

/** The server's process that answers now. */
export async function processOf(client: Client): Promise<number> {
  return (await ask(client)).processId;
}

async function ask(client: Client): Promise<{ readonly processId: number; readonly encoding: string }> {
  const { rows } = await client.query(
    `SELECT pg_catalog.pg_backend_pid() AS "processId", pg_catalog.current_setting('server_encoding') AS encoding`,
  );
  return rows[0];
}

/** Of two connections that live, each has a process of its own, unless a pooler gives processes out for a transaction. */
async function isShared(client: Client, processId: number, openAnother: () => Promise<Client>): Promise<boolean> {
  const again = await processOf(client);
  const other = await openAnother();
  try {
    const others = await processOf(other);
    return [again, await processOf(client)].some((now) => now !== processId) || others === processId;
  } finally {
    await other.end().catch(() => {});
  }
}

function wrongEncoding(database: string, encoding: string): WarehouseError {
  return new WarehouseError(
    'refused',
    `the database ${database} stores text in ${encoding}, but only UTF-8 can store every text`,
    {
      next: "Create another one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0, and name it in DB_NAME.",
    },
  );
}

/** The error for a pooler that gives one process of the server to several connections. */
export function sharedBackends(): WarehouseError {
  return new WarehouseError(
    'refused',
    'a connection pooler such as PgBouncer assigns a different server process to each transaction: settings and temporary tables are lost in between',
    { next: 'Name the server itself in HOST and DB_PORT, or a pool with pool_mode = session.' },
  );
}
