import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MAIN } from '../support/cli.ts';
import { run, withProject } from '../support/cli-project.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { until } from '../support/until.ts';

/** Blocks the main thread for good once a load reads its first file, and says so. */
const BLOCKING = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  if (String(path).endsWith('.json')) {
    fs.writeSync(2, 'blocked\\n');
    for (;;) {}
  }
  return openSync(path, ...rest);
};
syncBuiltinESMExports();
`;

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a command the second time, even while its main thread is busy',
  (signal) =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const preload = join(folder, 'block.mjs');
      writeFileSync(preload, BLOCKING);
      const child = spawn(process.execPath, ['--import', preload, MAIN, 'etl'], {
        cwd: folder,
        stdio: ['ignore', 2, 'pipe'],
      });
      let signals = 0;
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('blocked')) {
          signals = 1;
          child.kill(signal);
        }
      });
      // Nothing tells when the thread has taken the first one; the second may have to be sent again, never the first.
      const again = setInterval(() => signals > 0 && child.kill(signal), 200);
      const end = await new Promise((resolve) => child.on('close', (code, by) => resolve([code, by])));
      clearInterval(again);
      expect(end).toEqual([null, signal]);
      await run(folder, ['etl']);
    }),
);

test('generate-data that is stopped says what it leaves', () =>
  withFolder(async (folder) => {
    const args = [MAIN, 'generate-data', '--songs', '5', '--events', '100000000', '--out', 'big'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    const ended = new Promise((resolve) => child.on('close', (code, by) => resolve([code, by])));
    await until(() => existsSync(join(folder, 'big/log_data/2018')));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(told).toContain('error: stopped by SIGINT; big holds what was written until then');
    expect(told).toMatch(/next: Remove big\/log_data and big\/song_data /);
    for (const name of ['song_data', 'log_data']) rmSync(join(folder, 'big', name), { recursive: true });
    const again = ['generate-data', '--songs', '5', '--events', '20', '--out', join(folder, 'big')];
    expect((await inProcess(again)).code).toBe(0);
  }));
