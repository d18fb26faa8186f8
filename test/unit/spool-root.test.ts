import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withFolder } from '../support/engines.ts';
import { testIf } from '../support/skips.ts';
import { end, type Spooling, spoolOnce, startSpooling } from '../support/spools.ts';

/** A folder for temporary files that everybody may write to, and one with files that must stay. */
function withTmp(action: (tmp: string, victim: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    chmodSync(folder, 0o755);
    const [tmp, victim] = [join(folder, 'tmp'), join(folder, 'victim')];
    mkdirSync(tmp);
    chmodSync(tmp, 0o777);
    mkdirSync(victim, { mode: 0o700 });
    writeFileSync(join(victim, 'precious'), '');
    await action(tmp, victim);
    expect(readdirSync(victim)).toEqual(['precious']);
  });
}

async function deadSpool(tmp: string, options: Parameters<typeof startSpooling>[1] = {}): Promise<string> {
  const { path, kill } = await startSpooling(tmp, options);
  await kill();
  return path;
}

/** Where the name of a spool would be, of a process that there never was. */
function plantedName({ path }: Pick<Spooling, 'path'>): string {
  return path.replace(/\d+-\w+$/, '999999-planted');
}

describe('the spool of a process', () => {
  test('that was killed is removed by the next process, all of it', () =>
    withTmp(async (tmp) => {
      const path = await deadSpool(tmp);
      expect(readdirSync(path).sort()).toEqual(['owner.sock', 'run']);
      await spoolOnce(tmp);
      expect(readdirSync(tmp)).toEqual([]);
    }));

  test('that lives stays, also while the process hangs', () =>
    withTmp(async (tmp) => {
      const living = await startSpooling(tmp);
      living.child.kill('SIGSTOP');
      await spoolOnce(tmp);
      expect(readdirSync(join(living.path, 'run'))).toEqual(['part']);
      await living.kill();
      await spoolOnce(tmp);
      expect(readdirSync(tmp)).toEqual([]);
    }));

  const namespace = [
    'unshare',
    '--fork',
    '--pid',
    '--kill-child',
    ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ];
  const hasNamespaces = spawnSync(namespace[0] as string, [...namespace.slice(1), 'true']).status === 0;
  testIf(hasNamespaces, 'spools in other PID namespaces: unshare makes none here')(
    'of a process in another container with the same host name stays until the process is dead',
    () =>
      withTmp(async (tmp) => {
        const living = await startSpooling(tmp, { command: namespace });
        const pid = Number(/-(\d+)-\w+$/.exec(living.path)?.[1]);
        expect(pid).toBeLessThan(living.child.pid as number);
        await spoolOnce(tmp);
        expect(readdirSync(join(living.path, 'run'))).toEqual(['part']);
        await spoolOnce(tmp, { command: namespace });
        expect(readdirSync(join(living.path, 'run'))).toEqual(['part']);
        await living.kill();
        await spoolOnce(tmp);
        expect(readdirSync(tmp)).toEqual([]);
      }),
  );

  test('has no lock where the path is too long for a socket, and is left alone then', () =>
    withTmp(async (tmp) => {
      const long = join(tmp, 'x'.repeat(100));
      mkdirSync(long);
      const path = await deadSpool(long);
      await spoolOnce(long);
      expect(readdirSync(long)).toEqual([basename(path)]);
    }));

  test.each<[string, (victim: string, path: string) => void]>([
    ['a link', symlinkSync],
    ['another folder', renameSync],
  ])('is not removed through its path once that points to %s', (_, exchange) =>
    withTmp(async (tmp, victim) => {
      const living = await startSpooling(tmp);
      renameSync(living.path, join(tmp, 'away'));
      exchange(victim, living.path);
      await end(living);
      expect(readdirSync(living.path)).toEqual(['precious']);
      if (!existsSync(victim)) renameSync(living.path, victim);
    }),
  );
});

describe('what only looks like a spool', () => {
  const plants: readonly (readonly [title: string, plant: (path: string, victim: string, dead: string) => void])[] = [
    ['a folder without a lock', (path) => mkdirSync(path, { mode: 0o700 })],
    ['a link to a folder', (path, victim) => symlinkSync(victim, path)],
    ['a link to a spool that is another one', (path, _, dead) => symlinkSync(`${dead}-moved`, path)],
    ['a file', (path) => writeFileSync(path, '')],
    [
      'a folder that others may write to',
      (path, victim) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
        linkSync(join(victim, 'precious'), join(path, 'precious'));
      },
    ],
    [
      'a folder whose lock is a file',
      (path) => {
        mkdirSync(path, { mode: 0o700 });
        writeFileSync(join(path, 'owner.sock'), '');
      },
    ],
    [
      'a folder whose lock is a link to a dead one',
      (path, _, dead) => {
        mkdirSync(path, { mode: 0o700 });
        symlinkSync(join(`${dead}-moved`, 'owner.sock'), join(path, 'owner.sock'));
      },
    ],
  ];

  test.each(plants)('stays: %s', (_, plant) =>
    withTmp(async (tmp, victim) => {
      const dead = await deadSpool(tmp);
      const planted = plantedName({ path: dead });
      const moved = join(tmp, `${basename(dead)}-moved`.replace('starload', 'elsewhere'));
      renameSync(dead, moved);
      plant(planted, victim, moved.replace(/-moved$/, ''));
      const before = readdirSync(tmp).sort();
      await spoolOnce(tmp);
      expect(readdirSync(tmp).sort()).toEqual(before);
      expect(readdirSync(join(moved, 'run'))).toEqual(['part']);
    }),
  );

  testIf(process.getuid?.() === 0, 'spools of other users: only root can make them')(
    'stays for root: the dead spool of another user, and what links to its files',
    () =>
      withTmp(async (tmp, victim) => {
        const nobody = { uid: 65534, gid: 65534 };
        const dead = await deadSpool(tmp, nobody);
        symlinkSync(victim, join(dead, 'run', 'link'));
        linkSync(join(victim, 'precious'), join(dead, 'hard'));
        await spoolOnce(tmp);
        expect(readdirSync(dead).sort()).toEqual(['hard', 'owner.sock', 'run']);
        // Root's own folder in which another user has put nothing: the lock is that user's.
        chownSync(dead, 0, 0);
        await spoolOnce(tmp);
        expect(readdirSync(dead).sort()).toEqual(['hard', 'owner.sock', 'run']);
      }),
  );
});
