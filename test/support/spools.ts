import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './cli.ts';

/** A process that has a spool, until it is killed. */
export interface Spooling {
  readonly child: ChildProcess;
  /** The spool, which holds a file in a folder. */
  readonly path: string;
  kill(): Promise<void>;
}

export interface SpoolingOptions extends SpawnOptions {
  /** What runs the process. */
  readonly command?: readonly string[];
}

const MODULE = pathToFileURL(join(ROOT, 'dist/objects/spool-root.js')).href;
const SCRIPT = `
import { mkdirSync, writeFileSync } from 'node:fs';
const { withSpoolRoot } = await import(${JSON.stringify(MODULE)});
await withSpoolRoot(async (path) => {
  mkdirSync(path + '/run');
  writeFileSync(path + '/run/part', 'records');
  console.log(path);
  for await (const _ of process.stdin) if (String(_).startsWith('end')) break;
});
process.exit(0);
`;

/** Starts a process that spools below `tmp`, run by another command where one is given. */
export async function startSpooling(
  tmp: string,
  { command = [], ...options }: SpoolingOptions = {},
): Promise<Spooling> {
  const [file = '', ...args] = [...command, process.execPath, '--input-type=module', '--eval', SCRIPT];
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
    env: { ...process.env, TMPDIR: tmp },
  });
  const [path] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return {
    child,
    path: String(path).trim(),
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Lets a process end by itself. */
export async function end({ child }: Spooling): Promise<void> {
  const exit = once(child, 'exit');
  child.stdin?.end('end');
  await exit;
}

/** Makes a spool below `tmp`, which removes what is nobody's, and ends. */
export async function spoolOnce(tmp: string, options: SpoolingOptions = {}): Promise<void> {
  await end(await startSpooling(tmp, options));
}
