import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../src/errors.ts';
import { type Programs, postgresPrograms, type ServerUser, serverUser } from './postgres-programs.ts';

/** A PostgreSQL server for tests. It is deleted with its data when it is stopped, or when the process ends. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  createDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** A server that keeps its data through a crash. */
export interface DurablePostgres extends Postgres {
  /** Kills the server, as a machine failure would; committed data are on the disk. */
  crash(): Promise<void>;
  /** Starts it again on the same data; it recovers first. */
  restart(): Promise<void>;
}

/** Unless the server is durable, none of its data must survive it, so it need not wait for the disk. */
const VOLATILE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
const FLAGS = ['timezone=UTC', 'deadlock_timeout=200ms'];
const HOST = '127.0.0.1';
const USER = 'starload';

/** Starts a PostgreSQL server on a free port, in well under a second; UTF-8, collation C. */
export function startPostgres(portOf = freePort): Promise<Postgres> {
  return start(VOLATILE, portOf);
}

/** The same, with a server that can be killed and started again. */
export function startDurablePostgres(): Promise<DurablePostgres> {
  return start([], freePort);
}

/** A folder with an initialised cluster, and the programs and user that run it. */
interface Cluster {
  readonly folder: string;
  readonly programs: Programs;
  readonly user: ServerUser;
  readonly port: number;
  readonly flags: readonly string[];
}

async function start(flags: readonly string[], portOf: () => Promise<number>): Promise<DurablePostgres> {
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'starload-postgres-'));
  const watcher = watch(folder);
  const remove = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    watcher.stdin?.end();
  };
  try {
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const initial = { folder, programs: postgresPrograms(user, folder), user, flags };
    const password = await initialise(initial);
    const first = await serveOnFreePort(initial, portOf);
    const { cluster } = first;
    let { server } = first;
    const access = { host: HOST, port: cluster.port, user: USER, password, database: 'postgres' };
    return {
      ...access,
      createDatabase: (name) => createDatabase(access, name),
      crash: () => end(server, 'SIGKILL'),
      restart: async () => {
        server = await serveAgain(cluster);
      },
      stop: async () => {
        await end(server, 'SIGINT');
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Creates the cluster. Returns the password of its superuser. */
async function initialise({ folder, programs, user }: Omit<Cluster, 'port'>): Promise<string> {
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 });
  const initdb = run(
    programs.initdb,
    [
      `--pgdata=${join(folder, 'data')}`,
      '--auth=password',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--locale=C',
      '--encoding=UTF8',
      // Each connection would take thousands of rounds to check a password that protects nothing.
      '--set=scram_iterations=1',
    ],
    user,
  );
  const [code] = await once(initdb.child, 'close');
  if (code !== 0) throw new Error(`initdb failed with exit code ${code}: ${initdb.said()}`);
  return password;
}

const PORT_ATTEMPTS = 5;

/** Starts the server on a port that was just free, or on another one if a different process has taken it. */
async function serveOnFreePort(initial: Omit<Cluster, 'port'>, portOf: () => Promise<number>) {
  for (let attempt = 1; ; attempt += 1) {
    const cluster: Cluster = { ...initial, port: await portOf() };
    try {
      return { cluster, server: await serve(cluster) };
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !messageOf(error).includes('Address already in use')) throw error;
    }
  }
}

/**
 * Starts the server. Resolves when it accepts connections. From then on it does not keep alive a process that fails to
 * stop it.
 */
async function serve({ folder, programs, user, port, flags }: Cluster): Promise<ChildProcess> {
  const settings = [...flags, ...FLAGS, `listen_addresses=${HOST}`, 'unix_socket_directories=', 'max_connections=300'];
  const server = run(
    programs.postgres,
    ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    user,
  );
  await new Promise<void>((resolve, reject) => {
    server.child.stderr?.on('data', () => server.said().includes(READY) && resolve());
    server.child.once('error', reject);
    server.child.once('close', (code) => reject(new Error(`postgres ended with exit code ${code}: ${server.said()}`)));
  });
  letGo(server.child);
  return server.child;
}

const READY = 'database system is ready to accept connections';
/** The length of a program's output that is kept for an error: the end of it. */
const KEPT_CHARACTERS = 4000;

/** A PostgreSQL program with the end of its output, in English. */
function run(program: string, args: readonly string[], user: ServerUser) {
  const child = spawn(program, args, {
    ...user,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text = (text + chunk).slice(-KEPT_CHARACTERS);
    });
  }
  return { child, said: () => text.trim() };
}

/** A server that has not ended by then is killed, so that no test run hangs because of it. */
const STOP_MILLISECONDS = 10_000;

/**
 * Stops the server and waits for it. Meanwhile it keeps the process alive: Jest awaits this in its tear-down, and a
 * process with an empty event loop would end there, with an exit code that does not reflect the tests.
 */
async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const ended = once(server, 'exit');
  server.kill(signal);
  const impatient = setTimeout(() => server.kill('SIGKILL'), STOP_MILLISECONDS);
  await ended;
  clearTimeout(impatient);
}

const RESTART_ATTEMPTS = 100;

/** The child processes of a killed server notice its end with a delay; until then they use the data. */
async function serveAgain(cluster: Cluster): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await serve(cluster);
    } catch (error) {
      if (attempt === RESTART_ATTEMPTS) throw error;
      await sleep(50);
    }
  }
}

/** The environment variable that tells the processes of a test run which server they share. */
const SHARED = 'STARLOAD_TEST_POSTGRES';
let shared: Postgres | undefined;

/** Starts the server of a whole test run. Processes started from then on find it with `sharedPostgres`. */
export async function sharePostgres(): Promise<void> {
  shared = await startPostgres();
  const { host, port, user, password, database } = shared;
  process.env[SHARED] = JSON.stringify({ host, port, user, password, database });
}

export async function unsharePostgres(): Promise<void> {
  await shared?.stop();
  shared = undefined;
}

/**
 * The server of the test run, which keeps running when a test stops it: create a separate database. Throws outside a test
 * run.
 */
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

const BURY = `
  read -r _
  server=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$server"
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
  rm -rf "$0"`;

/**
 * A process that waits for this one to end, for any reason, and then stops the server and deletes its data: a killed test
 * does not run its own hooks.
 */
function watch(folder: string): ChildProcess {
  const watcher = spawn('sh', ['-c', BURY, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return watcher;
}

/** Keeps a test from hanging if it fails to stop its server. */
function letGo(server: ChildProcess): void {
  server.unref();
  for (const stream of [server.stdout, server.stderr]) (stream as Socket | null)?.unref();
}

/** A free port. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
