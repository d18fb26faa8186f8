import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotSpool } from './disk.ts';

/**
 * Runs an action with a private folder for this process's spools, below the system's folder for temporary files
 * (TMPDIR), and removes it afterwards. First removes the folders of processes that were killed, because they hold
 * source data. Throws StarloadError.
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

/**
 * Includes a short hash of the host name, because a lock cannot be checked on another host. The process id is for
 * readers.
 */
const OWN_PREFIX = `starload-spool-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;
/**
 * A socket on which its owner listens. It answers as long as the owner lives, even if it hangs, to every process that
 * shares the folder; process ids have no meaning in another container. A folder without a socket is never removed.
 */
const LOCK = 'owner.sock';
/** The limit of a socket's address: 104 bytes on macOS, 108 on Linux, including the terminating zero. */
const MOST_ADDRESS_BYTES = 103;

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), `${OWN_PREFIX}${process.pid}-`));
  } catch (cause) {
    throw cannotSpool(tmpdir(), cause);
  }
}

/**
 * Undefined if a socket cannot be created. The folder is then removed by its owner, or by hand. The socket is renamed
 * once it listens, so that no process mistakes one that is just being created for a dead one.
 */
function holdLock(folder: string): Promise<Server | undefined> {
  const address = join(folder, 'new');
  if (Buffer.byteLength(address) > MOST_ADDRESS_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', () => resolve(undefined)).once('listening', () => resolve(server));
    server.listen(address).unref();
    // The socket exists at once, only its event comes later. So a folder is almost never without its lock.
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

/** The folders of this host. The folder for temporary files may not permit listing it. */
function spoolNames(): readonly string[] {
  try {
    return readdirSync(tmpdir()).filter((name) => name.startsWith(OWN_PREFIX));
  } catch {
    return [];
  }
}

/** A folder, independent of where its path leads later. */
interface SpoolFolder {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * A folder that belongs to this user and is closed to all others, so that only this user can have put anything into it.
 */
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
    // The address is resolved before this call returns.
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

/** Removes the lock last, so that after an interruption the rest is still recognised as an orphan. */
function tryRemove(folder: SpoolFolder): void {
  inside(folder, () => {
    const names = readdirSync('.').filter((name) => name !== LOCK);
    for (const name of [...names, LOCK]) {
      rmSync(name, { recursive: true, force: true });
    }
  });
  try {
    // Safe wherever the path leads by now: this removes only an empty folder.
    rmdirSync(folder.path);
  } catch {
    // Nothing depends on it.
  }
}

/**
 * Acts on a folder by handle, as the working directory, which no change of a path can replace. Returns undefined if the
 * path leads elsewhere by now, if the action fails, or if there is no way back from the folder.
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
