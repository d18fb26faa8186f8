import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { starload } from './cli.ts';
import { withFolder } from './engines.ts';
import { inProcess } from './in-process.ts';

/** A dwh.cfg for the sample, in an embedded file. */
export const CONFIG = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';

let sample = '';
beforeAll(async () => {
  sample = mkdtempSync(join(tmpdir(), 'starload-sample-'));
  await generateData({ songs: 12, events: 300, seed: 3, out: sample });
});
afterAll(() => rmSync(sample, { recursive: true, force: true }));

/** A folder with a sample and a dwh.cfg. */
export function withProject<T>(action: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    cpSync(sample, folder, { recursive: true });
    writeFileSync(join(folder, 'dwh.cfg'), CONFIG);
    return action(folder);
  });
}

/** Runs a command with the dwh.cfg of a folder, which must end with this code. */
export async function run(folder: string, args: readonly string[], code = 0) {
  const outcome = await runAny(folder, args);
  expect({ code: outcome.code, stderr: outcome.code === code ? '' : outcome.stderr }).toEqual({ code, stderr: '' });
  return outcome;
}

/** The same, with whatever code it ends. */
export function runAny(folder: string, args: readonly string[]) {
  return inProcess([...args, '--config', join(folder, 'dwh.cfg')], { env: { NO_COLOR: '1' } });
}

/** The same as `run` in a process of its own. */
export async function runProcess(cwd: string, args: readonly string[], code = 0) {
  const outcome = await starload(args, { cwd });
  expect({ code: outcome.code, stderr: outcome.code === code ? '' : outcome.stderr }).toEqual({ code, stderr: '' });
  return outcome;
}

/** What a command tells programs. */
export async function json(folder: string, args: readonly string[], code = 0) {
  return JSON.parse((await run(folder, [...args, '--json'], code)).stdout);
}
