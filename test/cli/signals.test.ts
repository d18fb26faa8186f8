import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MAIN } from '../support/cli.ts';
import { run, withProject } from '../support/cli-project.ts';

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
