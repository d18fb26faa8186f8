import { type Stats, statfsSync } from 'node:fs';

/** What changes if a file is written to, replaced, or moved back. */
export function traceOf(stats: Stats | undefined): string {
  return stats === undefined ? 'gone' : [stats.size, stats.mtimeMs, stats.ctimeMs, stats.dev, stats.ino].join(' ');
}

/**
 * A file that changes twice within one tick of its file system's clock has the same times after both changes, so times
 * as young as that prove nothing. The coarsest ticks are seconds long.
 */
const SETTLING_MILLISECONDS = 10_000;

/**
 * When a file last changed, in milliseconds since 1970. Infinity if its inode is too large for a JavaScript number, as those
 * of overlayfs with xino are: it is rounded, so that two files may have the same trace.
 */
export function lastChange({ mtimeMs, ctimeMs, ino }: Pick<Stats, 'mtimeMs' | 'ctimeMs' | 'ino'>): number {
  return Number.isSafeInteger(ino) ? Math.max(mtimeMs, ctimeMs) : Number.POSITIVE_INFINITY;
}

/** Whether every later change will change the trace of a file that last changed then, in milliseconds since 1970. */
export function isSettled(changed: number, now: number): boolean {
  return changed < now - SETTLING_MILLISECONDS;
}

/**
 * File systems of Linux on which every change of a file, also one that sets its times back, sets the time of its last
 * change (statfs(2)): ext4, XFS, Btrfs, F2FS, ZFS, tmpfs and overlayfs. On others, such as FUSE, FAT or file servers,
 * that time may be a copy of a time that anybody can set, or arrive late.
 */
const TELLING_CHANGES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
]);

/** Whether the file system of a path always tells changes by a file's times. False where that is not known. */
export function tellsChanges(path: string): boolean {
  try {
    return process.platform === 'linux' && TELLING_CHANGES.has(statfsSync(path).type);
  } catch {
    return false;
  }
}
