import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Value, Warehouse } from '../../src/warehouse/warehouse.ts';
import { DATABASE } from '../../standin/standin.ts';
import type { Engine } from './engines.ts';
import { postgresTarget } from './postgres-engine.ts';
import { openOnStandin, sharedStandin } from './redshift-engine.ts';

/** A database that Starload shares with others. */
export interface SharedDatabase {
  /** The schema where others have their tables, and where sessions look by default. */
  readonly others: string;
  /** A folder for files in between. */
  readonly folder: string;
  /** A schema for Starload alone, which exists. */
  readonly own: string;
  /** The user of the warehouse, as SQL has it; none on DuckDB. */
  readonly user: string | undefined;
  /** What somebody else does who may do everything. On DuckDB the warehouse is closed by it. */
  admin(sql: string): Promise<readonly (readonly Value[])[]>;
  /** Opens the warehouse, in a schema or where the session would make tables. */
  open(schema?: string): Promise<Warehouse>;
}

/** Runs an action with such a database of its own. */
export async function withSharedDatabase<T>(
  engine: Engine,
  action: (database: SharedDatabase) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'starload-shared-'));
  const opened: Warehouse[] = [];
  const keep = async (opening: Promise<Warehouse>) => {
    const warehouse = await opening;
    opened.push(warehouse);
    return warehouse;
  };
  const { database, end } = await OPENERS[engine.name as keyof typeof OPENERS](folder, keep);
  try {
    return await action(database);
  } finally {
    await Promise.all(opened.map((warehouse) => warehouse.close()));
    await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Keep = (opening: Promise<Warehouse>) => Promise<Warehouse>;

interface Opened {
  readonly database: SharedDatabase;
  readonly end: () => Promise<void>;
}

const OPENERS = { duckdb: onDuckdb, postgres: onPostgres, redshift: onRedshift };

async function onDuckdb(folder: string, keep: Keep): Promise<Opened> {
  let current: Warehouse | undefined;
  const open = async (schema?: string) => {
    await current?.close();
    current = await keep(
      openDuckdb({
        path: join(folder, 'file.duckdb'),
        readOnly: false,
        readable: [folder],
        memoryLimit: undefined,
        schema,
      }),
    );
    return current;
  };
  const admin: SharedDatabase['admin'] = async (sql) => {
    const warehouse = await open();
    const steps = sql
      .split(/;\s*/)
      .filter((one) => one !== '')
      .map((one) => ({ kind: 'sql', name: 'admin', sql: one, wanted: 'always' }) as const);
    const results = await warehouse.run({ name: 'admin', locks: false, asWritten: true, steps });
    await warehouse.close();
    return results.at(-1)?.result?.rows ?? [];
  };
  await admin('CREATE SCHEMA student');
  return { database: { folder, others: 'main', own: 'student', user: undefined, admin, open }, end: async () => {} };
}

/** The user `student` has a schema of that name, and may make tables in `public`, as everybody may before PostgreSQL 15. */
async function onPostgres(folder: string, keep: Keep): Promise<Opened> {
  const server = await postgresTarget();
  const { host, port, user, password } = server;
  const name = `shared_${randomUUID()}`;
  const student = `student_${randomUUID()}`;
  const run = async (database: string, sql: string) => {
    const client = new pg.Client({ host, port, user, password, database });
    await client.connect();
    const results = await client.query({ text: sql, rowMode: 'array' }).finally(() => client.end());
    const last = Array.isArray(results) ? results.at(-1) : results;
    return (last?.rows ?? []) as Value[][];
  };
  await run(server.database, `CREATE DATABASE "${name}"`);
  await run(
    name,
    `CREATE ROLE "${student}" LOGIN PASSWORD 'student'; CREATE SCHEMA "${student}" AUTHORIZATION "${student}"; GRANT CREATE ON SCHEMA public TO "${student}"`,
  );
  const open = (schema?: string) => {
    const target = { ...server, database: name, user: student, password: 'student', schema };
    return keep(
      Promise.resolve(openPostgres({ target, readable: [folder], scratch: folder, timeoutMilliseconds: undefined })),
    );
  };
  const end = async () => {
    await run(server.database, `DROP DATABASE "${name}" WITH (FORCE)`);
    await run(server.database, `DROP ROLE "${student}"`);
  };
  return {
    database: { folder, others: 'public', own: student, user: `"${student}"`, admin: (sql) => run(name, sql), open },
    end,
  };
}

async function onRedshift(folder: string, keep: Keep): Promise<Opened> {
  const { engine } = await sharedStandin();
  const own = `student_${randomUUID().replaceAll('-', '_')}`;
  const admin = async (sql: string) => {
    const rows = await engine.inspect(DATABASE, sql);
    return (Array.isArray(rows) ? rows : []).map((row) => Object.values(row) as Value[]);
  };
  await admin(`CREATE SCHEMA "${own}"`);
  const open = (schema?: string) =>
    keep(openOnStandin({ journalFolder: folder, schema, workPrefix: `s3://work/${own}/` }));
  const end = async () => {
    await admin(`DROP SCHEMA "${own}" CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public`);
  };
  return { database: { folder, others: 'public', own, user: undefined, admin, open }, end };
}
