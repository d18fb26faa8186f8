import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { untimed } from '../support/untimed.ts';
import { labelOf } from './labels.ts';
import type { Place } from './site.ts';

/** The folder of the project, from its sources and from what they compile to. */
export const ROOT = rootFrom(dirname(fileURLToPath(import.meta.url)));

/** Where a loader is to send itself a signal (marks.mjs). */
export interface Stop {
  readonly signal: NodeJS.Signals;
  readonly number?: number;
  /** A regular expression on a mark's text. */
  readonly pattern?: string;
  readonly microseconds?: number;
}

/** How a loader is started. */
export interface LoaderOptions {
  readonly command?: readonly string[];
  readonly stop?: Stop;
  /** The most bytes a file of its may have, in blocks of 512. */
  readonly fileBlocks?: number;
  readonly onMark?: (mark: string) => void;
}

/** What became of a loader. `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it did last. */
  readonly mark: string;
  readonly milliseconds: number;
}

/** A loader at work: the built command line in a process of its own. */
export interface Loader {
  readonly child: ChildProcess;
  /** Everything it did so far. */
  readonly marks: readonly string[];
  /** What it has printed on stderr so far. */
  said(): string;
  readonly ended: Promise<Ended>;
}

/** Loaders that live: one that hangs would outlive the torture. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) {
    child.kill('SIGKILL');
  }
});

/** Starts the command line at a place; `etl` unless told otherwise. */
export function startLoader(place: Place, options: LoaderOptions = {}): Loader {
  const { command = ['etl'], fileBlocks } = options;
  const args = [join(ROOT, 'dist/main.js'), ...command];
  const limited = ['-c', `ulimit -f ${fileBlocks} && exec "$0" "$@"`, process.execPath, ...args];
  const child = spawn(fileBlocks === undefined ? process.execPath : 'sh', fileBlocks === undefined ? args : limited, {
    cwd: place.folder,
    env: environment(place, options.stop),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  const marks: string[] = [];
  const texts = { stdout: '', stderr: '' };
  return { child, marks, said: () => texts.stderr, ended: watch(child, { marks, texts, onMark: options.onMark }) };
}

/** Runs the command line to its end. */
export function runLoader(place: Place, options: LoaderOptions = {}): Promise<Ended> {
  return startLoader(place, options).ended;
}

function environment({ env, engine, temporary }: Place, stop: Stop | undefined): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...env,
    NO_COLOR: '1',
    TMPDIR: temporary,
    NODE_OPTIONS: `--import=${join(ROOT, 'test/torture/marks.mjs')}`,
    STARLOAD_TORTURE_ENGINE: engine,
    ...(stop === undefined ? {} : { STARLOAD_TORTURE_STOP: JSON.stringify(stop) }),
  };
}

/** What is kept of a loader while it runs. */
interface Kept {
  readonly marks: string[];
  readonly texts: { stdout: string; stderr: string };
  readonly onMark: ((mark: string) => void) | undefined;
}

function watch(child: ChildProcess, { marks, texts, onMark }: Kept): Promise<Ended> {
  const begun = performance.now();
  let rest = '';
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const pipe = child.stdio[3] as NodeJS.ReadableStream;
  pipe.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const mark = String(JSON.parse(line));
      marks.push(mark);
      onMark?.(mark);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({
        code,
        stdout: texts.stdout,
        stderr: untimed(texts.stderr),
        mark: labelOf(marks.at(-1) ?? 'starting'),
        milliseconds: performance.now() - begun,
      }),
    );
  });
}

function rootFrom(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootFrom(dirname(folder));
}
