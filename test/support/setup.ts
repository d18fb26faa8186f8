import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sharePostgres } from '../../standin/engine/postgres.ts';
import { NOTES } from './notes.ts';
import { useMemoryDisk } from './temporary-files.ts';

const COMPILE = fileURLToPath(new URL('../../scripts/compile.mjs', import.meta.url));

/** Jest's global set-up: what all test files of a run share. */
export default async function setup(): Promise<void> {
  useMemoryDisk();
  process.env[NOTES] = join(mkdtempSync(join(tmpdir(), 'starload-notes-')), 'notes');
  // Test files run in processes of their own. All of them take the same samples.
  process.env['STARLOAD_SEED'] ??= String(randomInt(1000));
  await Promise.all([build(), sharePostgres()]);
}

/** The tests of the command line run what the sources say, never an older build. */
async function build(): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [COMPILE]);
  } catch (error) {
    throw new Error(`the sources do not compile\n${(error as { stdout?: string }).stdout}`);
  }
}
