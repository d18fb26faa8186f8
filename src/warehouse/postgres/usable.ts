import type { Client } from 'pg';
import type { PostgresTarget } from '../../target.ts';
import { WarehouseError } from '../errors.ts';

/** The server process of a connection. */
export interface Backend {
  /** The id of the server's process. Another connection can use it to cancel statements. */
  readonly processId: number;
  /** Whether there is a pooler such as PgBouncer in between. Connections then have ids of their own. */
  readonly isPooled: boolean;
}

/**
 * Checks whether a connection can be used for loading: its text encoding is UTF-8, and the server process is its own.
 * Changes nothing in the session. Throws WarehouseError.
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

/** The server process that currently answers. */
export async function processOf(client: Client): Promise<number> {
  return (await ask(client)).processId;
}

async function ask(client: Client): Promise<{ readonly processId: number; readonly encoding: string }> {
  const { rows } = await client.query(
    `SELECT pg_catalog.pg_backend_pid() AS "processId", pg_catalog.current_setting('server_encoding') AS encoding`,
  );
  return rows[0];
}

/** Two open connections have a process each, unless a pooler assigns processes per transaction. */
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

/** The error for a pooler that shares one server process among several connections. */
export function sharedBackends(): WarehouseError {
  return new WarehouseError(
    'refused',
    'a connection pooler such as PgBouncer assigns a different server process to each transaction: settings and temporary tables are lost in between',
    { next: 'Name the server itself in HOST and DB_PORT, or a pool with pool_mode = session.' },
  );
}
