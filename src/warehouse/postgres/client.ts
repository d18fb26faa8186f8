import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import type { Client, ClientConfig } from 'pg';
import type { PostgresTarget } from '../../target.ts';
import { WarehouseError } from '../errors.ts';
import { connectFailure, redshiftFailure } from './failures.ts';
import { NOTHING_OF_OTHERS } from './schema.ts';
import { type Backend, examineBackend } from './usable.ts';
import { typeParsers } from './values.ts';

const { Client: PgClient } = createRequire(import.meta.url)('pg') as typeof import('pg');

const CONNECT_TIMEOUT_MILLISECONDS = 15_000;
const DEFAULT_TIMEOUT_MILLISECONDS = 60 * 60 * 1000;
/** How long a transaction may be idle before the server ends it. A stuck loader must not keep its lock. */
const IDLE_TIMEOUT_MILLISECONDS = 60 * 1000;

/** How to connect. */
export interface ServerAccess {
  readonly target: PostgresTarget;
  readonly timeoutMilliseconds: number | undefined;
}

/** A connection and its server process. */
export interface Connection extends Backend {
  readonly client: Client;
}

/**
 * A connection with a configured session: no names of other users, UTC, time limits. Throws WarehouseError, also if the
 * server cannot be loaded.
 */
export async function connect(access: ServerAccess): Promise<Connection> {
  const client = newClient(access);
  try {
    await client.connect();
    const backend = await setUp(client, access).catch(async (error) => {
      throw (await answersAsRedshift(client)) ? redshiftFailure(access.target) : error;
    });
    return { client, ...backend };
  } catch (error) {
    await client.end().catch(() => {});
    throw error instanceof WarehouseError ? error : connectFailure(access.target, error);
  }
}

/** Redshift speaks PostgreSQL's protocol, but refuses settings that its base, PostgreSQL 8.0, did not have. */
async function answersAsRedshift(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ version: string }>('SELECT version() AS version').catch(() => ({ rows: [] }));
  return /\bRedshift\b/.test(rows[0]?.version ?? '');
}

async function setUp(client: Client, access: ServerAccess): Promise<Backend> {
  const backend = await examineBackend(client, access.target, () => openPlain(access));
  await client.query(sessionSettings(access));
  return backend;
}

async function openPlain(access: ServerAccess): Promise<Client> {
  const client = newClient(access);
  await client.connect();
  return client;
}

function newClient({ target }: ServerAccess): Client {
  const client = new PgClient(clientConfig(target));
  // A connection that breaks while no statement is running is reported here. The next statement then fails.
  client.on('error', () => {});
  return client;
}

/**
 * pg's configuration for a target: TLS with a verified certificate unless the server is on this host or the target says
 * otherwise.
 */
export function clientConfig({ host, port, database, user, password, sslMode }: PostgresTarget): ClientConfig {
  return {
    host,
    port,
    database,
    user,
    password,
    ssl: tls(host, sslMode ?? (isThisHost(host) ? 'disable' : 'verify-full')),
    application_name: 'starload',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    types: typeParsers,
  };
}

function tls(host: string, mode: PostgresTarget['sslMode']): ClientConfig['ssl'] {
  if (mode === 'disable') {
    return false;
  }
  const root = process.env['PGSSLROOTCERT'];
  return {
    rejectUnauthorized: mode === 'verify-full',
    ...(root === undefined ? {} : { ca: readFileSync(root, 'utf8') }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
}

function isThisHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('/') || /^127(\.\d+){3}$/.test(host);
}

function sessionSettings({ timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS }: ServerAccess): string {
  return [
    // This comes first, because the statements below call functions.
    NOTHING_OF_OTHERS,
    "SET TIME ZONE 'UTC'",
    "SET datestyle = 'ISO, YMD'",
    'SET extra_float_digits = 1',
    // Keeps sorts and hashes of a million rows in memory. The server's default of 4 MB is meant for many clients at
    // once.
    "SELECT set_config('work_mem', '64MB', false) WHERE pg_size_bytes(current_setting('work_mem')) < 67108864",
    `SET statement_timeout = ${Math.trunc(timeoutMilliseconds)}`,
    `SET idle_in_transaction_session_timeout = ${Math.trunc(Math.min(timeoutMilliseconds, IDLE_TIMEOUT_MILLISECONDS))}`,
  ].join('; ');
}
