import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
const entries = Object.entries(lock.packages as Readonly<Record<string, Entry>>);

test('every package of the lock file has its checksum', () => {
  const without = entries.filter(([name, { integrity }]) => name !== '' && !/^sha512-/.test(integrity ?? ''));
  expect(without.map(([name]) => name)).toEqual([]);
  expect(entries.length).toBeGreaterThan(100);
});

test('the lock file holds the packages of every platform, so that npm ci works on each', () => {
  const missing = entries.flatMap(([parent, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(parent, name)),
  );
  expect(missing).toEqual([]);
});

/** Node looks for a package beside the one that asks, and then further up. */
function isLocked(parent: string, name: string): boolean {
  const above = parent.split('/node_modules/').map((_, index, all) => all.slice(0, index + 1).join('/node_modules/'));
  return ['', ...above].some((folder) => `${folder}${folder && '/'}node_modules/${name}` in lock.packages);
}
