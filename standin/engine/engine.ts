import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type Backend, type ConnectTarget, type Engine, EngineError } from '../executor.ts';
import { PostgresBackend, type Shared } from './backend.ts';
import { bootstrapSql } from './bootstrap.ts';
import { Connections, connect } from './connections.ts';
import { type Journal, openJournal } from './journal.ts';
import type { EngineOptions } from './options.ts';
import { type Postgres, startPostgres } from './postgres.ts';

export type { ObjectReader } from './objects.ts';
export { S3Refusal, s3Reader } from './objects.ts';
export type { EngineOptions, Isolation, Uncertain } from './options.ts';
export { DEFAULT_UNCERTAIN } from './options.ts';

export interface StandinEngine extends Engine {
  readonly postgres: Postgres;
  /** Registers one more database; it is created on the first connection to it. */
  addDatabase(name: string): void;
  /** Runs SQL directly on PostgreSQL, without any rules: for tests that check internal state. */
  inspect<Row extends pg.QueryResultRow = pg.QueryResultRow>(database: string, sql: string): Promise<readonly Row[]>;
}

/** Starts the engine on its own PostgreSQL server, unless the options name one. */
export async function startEngine(options: EngineOptions): Promise<StandinEngine> {
  const postgres = options.postgres ?? (await startPostgres());
  const admin = await connect(postgres, postgres.database);
  return new Standin(options, postgres, admin);
}

interface Database {
  /** The database's name in PostgreSQL: several engines may share a server. */
  readonly actual: string;
  readonly journal: Journal;
}

class Standin implements StandinEngine {
  readonly postgres: Postgres;
  readonly #options: EngineOptions;
  readonly #admin: pg.Client;
  readonly #known: Set<string>;
  readonly #databases = new Map<string, Promise<Database>>();
  readonly #backends = new Set<PostgresBackend>();
  readonly #connections: Connections;
  #queryId = 1000;

  constructor(options: EngineOptions, postgres: Postgres, admin: pg.Client) {
    this.postgres = postgres;
    this.#options = options;
    this.#admin = admin;
    this.#connections = new Connections(postgres);
    this.#known = new Set(options.databases ?? ['dev']);
  }

  addDatabase(name: string): void {
    this.#known.add(name);
  }

  databases(): readonly string[] {
    return [...this.#known].sort();
  }

  async connect({ database, user }: ConnectTarget): Promise<Backend> {
    const { actual, journal } = await this.#open(database);
    const client = await this.#connections.take(actual);
    const shared: Shared = {
      options: this.#options,
      journal,
      admin: this.#admin,
      nextQueryId: () => {
        this.#queryId += 1;
        return this.#queryId;
      },
    };
    const backend = new PostgresBackend(client, user, shared, () => {
      this.#backends.delete(backend);
      return this.#connections.give(actual, client);
    });
    await backend.start();
    this.#backends.add(backend);
    return backend;
  }

  async inspect<Row extends pg.QueryResultRow>(database: string, sql: string): Promise<readonly Row[]> {
    const client = await connect(this.postgres, (await this.#open(database)).actual);
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#backends].map((backend) => backend.close()));
    await this.#connections.close();
    const databases = await Promise.all(this.#databases.values());
    await Promise.allSettled(databases.map(({ journal }) => journal.close()));
    await this.#admin.end();
    if (this.#options.postgres === undefined) await this.postgres.stop();
  }

  #open(name: string): Promise<Database> {
    if (!this.#known.has(name)) throw new EngineError(`FATAL: database "${name}" does not exist`);
    const open = this.#databases.get(name) ?? this.#create(name);
    this.#databases.set(name, open);
    return open;
  }

  async #create(name: string): Promise<Database> {
    const actual = this.#options.postgres === undefined ? name : `${name}_${randomUUID()}`;
    await this.postgres.createDatabase(actual);
    const client = await connect(this.postgres, actual);
    await client.query(bootstrapSql(this.#options.isolation ?? 'SNAPSHOT'));
    await client.end();
    const { host, port, user, password } = this.postgres;
    const journal = await openJournal({ host, port, user, password, database: actual });
    return { actual, journal };
  }
}
