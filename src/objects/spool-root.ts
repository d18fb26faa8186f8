import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotSpool } from './disk.ts';

/**
 * Runs an action with a private folder for this process's spools, below the system's folder for temporary files (TMPDIR), and
 * removes it afterwards; first those of processes that were killed, since they hold source data. Throws StarloadError.
 */
export async function withSpoolRoot<T>(action: (folder: string) => Promise<T>): Promise<T> {
  await removeOrphans();
  const path = makeFolder();
  const folder = ownFolder(path);
  const lock = await holdLock(path);
  try {
    return await action(path);
  } finally {
    lock?.close();
    if (folder !== undefined) tryRemove(folder);
  }
}

/** The host is part of it, in short: on another host a lock cannot be asked. The process id is for people. */
const OWN_PREFIX = `starload-spool-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;
/**
 * A socket that its owner listens on. It answers as long as the owner lives, also when it hangs, to everybody who shares the
 * folder: process ids mean nothing in another container. A folder without one is never removed.
 */
const LOCK = 'owner.sock';
/** Of a socket's address: 104 bytes on macOS, 108 on Linux, the closing zero included. */
const MOST_ADDRESS_BYTES = 103;

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), `${OWN_PREFIX}${process.pid}-`));
  } catch (cause) {
    throw cannotSpool(tmpdir(), cause);
  }
}

/**
 * Undefined where a socket cannot be made: the folder is then removed by its owner, or by hand. The socket gets its name once it
 * listens, so that nobody takes one that is just being made for a dead one.
 */
function holdLock(folder: string): Promise<Server | undefined> {
  const address = join(folder, 'new');
  if (Buffer.byteLength(address) > MOST_ADDRESS_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', () => resolve(undefined)).once('listening', () => resolve(server));
    server.listen(address).unref();
    // The socket is there at once, only the event comes later: a folder is hardly ever left without its lock.
    if (server.listening) renameSync(address, join(folder, LOCK));
  });
}

async function removeOrphans(): Promise<void> {
  const folders = spoolNames().flatMap((name) => ownFolder(join(tmpdir(), name)) ?? []);
  await Promise.all(
    folders.map(async (folder) => {
      if (await isOrphan(folder)) tryRemove(folder);
    }),
  );
}

/** Those of this host. A folder for temporary files may be one that shows nobody what is in it. */
function spoolNames(): readonly string[] {
  try {
    return readdirSync(tmpdir()).filter((name) => name.startsWith(OWN_PREFIX));
  } catch {
    return [];
  }
}

/** A folder, wherever its path may lead later on. */
interface SpoolFolder {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

/** A folder that is this user's and closed to all others, so that only this user has put anything into it. */
function ownFolder(path: string): SpoolFolder | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const isOwn = stats?.isDirectory() === true && stats.uid === BigInt(userId()) && (stats.mode & 0o777n) === 0o700n;
  return isOwn ? { path, device: stats.dev, inode: stats.ino } : undefined;
}

function userId(): number {
  return process.geteuid?.() ?? -1;
}

/** Whether the owner of a folder's lock is gone. */
function isOrphan(folder: SpoolFolder): Promise<boolean> {
  return new Promise((resolve) => {
    // The address is looked up before this call returns.
    const connection = inside(folder, () => (isOwnSocket(LOCK) ? createConnection(LOCK) : undefined));
    if (connection === undefined) {
      resolve(false);
      return;
    }
    connection.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
    connection.once('connect', () => {
      connection.destroy();
      resolve(false);
    });
  });
}

function isOwnSocket(name: string): boolean {
  const stats = lstatSync(name, { throwIfNoEntry: false });
  return stats?.isSocket() === true && stats.uid === userId();
}

/** The lock goes last, so that what is left when this is interrupted is still known for an orphan. */
function tryRemove(folder: SpoolFolder): void {
  inside(folder, () => {
    const names = readdirSync('.').filter((name) => name !== LOCK);
    for (const name of [...names, LOCK]) {
      rmSync(name, { recursive: true, force: true });
    }
  });
  try {
    // Whatever the path leads to by now: only an empty folder can be removed so.
    rmdirSync(folder.path);
  } catch {
    // Nothing depends on it.
  }
}

/**
 * Acts on a folder by handle: as the working directory, which no change of any path can turn into another one. Undefined where
 * the path leads elsewhere by now, where the action fails, or where nobody could come back from there.
 */
function inside<T>(folder: SpoolFolder, action: () => T): T | undefined {
  try {
    const home = process.cwd();
    process.chdir(home);
    try {
      process.chdir(folder.path);
      const { dev, ino } = statSync('.', { bigint: true });
      return dev === folder.device && ino === folder.inode ? action() : undefined;
    } finally {
      process.chdir(home);
    }
  } catch {
    return undefined;
  }
}
