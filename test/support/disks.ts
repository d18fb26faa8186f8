import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IS_ROOT = process.getuid?.() === 0;

function mount(...args: readonly string[]): boolean {
  return spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
}

/** Whether a file system can be mounted here: root in a container often may not. */
export const CAN_MOUNT = IS_ROOT && canMount();
/** Whether a folder can be made that this user may not write to. */
export const CAN_FORBID = !IS_ROOT || CAN_MOUNT;
export const NO_MOUNT = 'a disk that is full or read-only needs the right to mount one';

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'starload-mount-'));
  try {
    return mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  } finally {
    release(folder);
  }
}

function release(folder: string): void {
  spawnSync('umount', [folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

/** A disk of so many megabytes, and how to make it larger. */
export interface SmallDisk {
  readonly path: string;
  grow(megabytes: number): void;
}

/** Runs an action with a small disk at a folder. */
export async function withSmallDisk(megabytes: number, action: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'starload-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path);
  const grow = (size: number) => void mount('-o', `remount,size=${size}m`, path);
  try {
    await action({ path, grow });
  } finally {
    release(path);
  }
}

/** Makes a folder that this user may not write to; root may write wherever the file system lets anybody. Returns what ends it. */
export function forbid(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  if (IS_ROOT) {
    mount('--bind', folder, folder);
    mount('-o', 'remount,bind,ro', folder);
    return () => void spawnSync('umount', [folder], { stdio: 'ignore' });
  }
  chmodSync(folder, 0o555);
  return () => chmodSync(folder, 0o755);
}
