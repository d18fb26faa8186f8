import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { quoteIdentifier } from '../../src/sql/render.ts';
import type { PostgresTarget } from '../../src/target.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';

const made: string[] = [];

/** The server tests run on: the one that POSTGRES_URL names, or else the test run's own. */
export async function postgresTarget(): Promise<PostgresTarget> {
  const url = process.env['POSTGRES_URL'];
  if (url === undefined) {
    return sharedPostgres();
  }
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1) || 'postgres',
  };
}

/** A warehouse on that server, in a schema of its own. */
export async function openOnPostgres(
  readable: readonly string[],
  { timeoutMilliseconds }: { readonly timeoutMilliseconds?: number } = {},
): Promise<Warehouse> {
  // One process runs many test files on one server, each with its own count.
  const schema = `test_${randomUUID()}`;
  made.push(schema);
  const target = { ...(await postgresTarget()), schema };
  return openPostgres({ target, readable, scratch: readable[0] ?? '', timeoutMilliseconds });
}

/** Drops what tests have made on a server that stays. */
export async function dropTestSchemas(): Promise<void> {
  if (process.env['POSTGRES_URL'] === undefined || made.length === 0) {
    return;
  }
  const client = new pg.Client({ connectionString: process.env['POSTGRES_URL'] });
  await client.connect();
  for (const schema of made.splice(0)) {
    await client.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
  }
  await client.end();
}
