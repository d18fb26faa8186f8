import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read.ts';
import { replaceConfig } from '../../src/config/write.ts';
import { withFolder } from '../support/engines.ts';

describe('a configuration that is written anew', () => {
  test.each([0o600, 0o640, 0o644, 0o444])('keeps its mode %o, and leaves no other file', (mode) =>
    withFolder(async (folder) => {
      const path = join(folder, 'dwh.cfg');
      writeFileSync(path, 'before');
      chmodSync(path, mode);
      const inode = statSync(path).ino;
      await replaceConfig(path, 'before', 'after', 'do it');
      expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o7777]).toEqual(['after', mode]);
      expect(statSync(path).ino).not.toBe(inode);
      expect(readdirSync(folder)).toEqual(['dwh.cfg']);
    }),
  );

  test("is its owner's alone where there was none", () =>
    withFolder(async (folder) => {
      const path = join(folder, 'dwh.cfg');
      await replaceConfig(path, undefined, 'after', 'do it');
      expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['after', 0o600]);
      expect(readdirSync(folder)).toEqual(['dwh.cfg']);
    }));

  test.each([
    ['was changed meanwhile', 'before', 'it was changed meanwhile'],
    ['came meanwhile', undefined, 'EEXIST'],
  ])('is left unchanged if it %s, with advice on what to write', (_, before, reason) =>
    withFolder(async (folder) => {
      const path = join(folder, 'dwh.cfg');
      writeFileSync(path, 'the user wrote this');
      await expect(replaceConfig(path, before, 'after', 'HOST = x')).rejects.toMatchObject({
        message: expect.stringContaining(`${path} was not changed: ${reason}`),
        next: 'Run the same command again, or edit it by hand: HOST = x.',
      });
      expect(readFileSync(path, 'utf8')).toBe('the user wrote this');
      expect(readdirSync(folder)).toEqual(['dwh.cfg']);
    }),
  );

  test('stays where a link leads to', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'real'));
      writeFileSync(join(folder, 'real', 'dwh.cfg'), 'before');
      symlinkSync(join(folder, 'real', 'dwh.cfg'), join(folder, 'dwh.cfg'));
      await replaceConfig(join(folder, 'dwh.cfg'), 'before', 'after', 'do it');
      expect(readFileSync(join(folder, 'real', 'dwh.cfg'), 'utf8')).toBe('after');
      expect(readdirSync(folder)).toEqual(['dwh.cfg', 'real']);
    }));

  test('is left as it is in a folder that is gone', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'gone', 'dwh.cfg');
      await expect(replaceConfig(path, undefined, 'after', 'do it')).rejects.toThrow('was not changed');
      expect(existsSync(path)).toBe(false);
    }));
});

const SECRET = '[CLUSTER]\nHOST=localhost\nDB_NAME=d\nDB_USER=u\nDB_PASSWORD=secret\n[S3]\nLOG_DATA=a\nSONG_DATA=b\n';
const OPEN = /holds secrets, and every user of this machine can read it: chmod 600 .*dwh\.cfg$/;

describe('a configuration with secrets', () => {
  test.each([
    [0o644, SECRET, 1],
    [0o604, SECRET, 1],
    [0o600, SECRET, 0],
    [0o640, SECRET, 0],
    [0o644, SECRET.replace('DB_PASSWORD=secret\n', ''), 0],
  ])('with mode %o causes a warning if every user can read it', (mode, text, warnings) =>
    withFolder(async (folder) => {
      const path = join(folder, 'dwh.cfg');
      writeFileSync(path, text);
      chmodSync(path, mode);
      const told = (await readConfig(path, {})).warnings.filter(({ message }) => OPEN.test(message));
      expect(told).toHaveLength(warnings);
    }),
  );
});
