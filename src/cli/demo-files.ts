import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { amountsFor, type ModelSample, SAMPLES, sampleOf } from '../generate/samples.ts';

/** The file that marks a folder as the demo's: a heading, an empty line, and the files it created with their hashes. */
export const DEMO_MARK = '.starload-demo';
const HEADING = '# npm run demo created this folder.';
const MEANING = 'It recreates its database and the files listed here (sha256sum -c).';

const CONFIG_NAME = 'dwh.cfg';
/** What the demos of all models have in their folders: one may follow another. */
const DATA = SAMPLES.flatMap(({ sources }) => Object.values(sources));
const DATABASE = SAMPLES.flatMap((sample) => [databaseOf(sample), `${databaseOf(sample)}.wal`]);

function databaseOf({ model }: ModelSample): string {
  return `${model}.duckdb`;
}

function configOf(sample: ModelSample): string {
  const sources = Object.entries(sample.sources).map(([name, folder]) => `${name}=${folder}\n`);
  const model = sample === SAMPLES[0] ? '' : `\n[MODEL]\nPATH=${sample.model}\n`;
  return `# Written by npm run demo: an embedded DuckDB file in this folder.
[S3]
${sources.join('')}${model}
[DUCKDB]
PATH=${databaseOf(sample)}
`;
}

/**
 * Recreates the demo's folder: a generated sample and a dwh.cfg. Returns the path of the dwh.cfg. Throws UsageError,
 * with nothing deleted, if the folder is not empty and is not the demo's, or if a user added or changed data in it.
 */
export async function prepareDemo(folder: string, sample = sampleOf('sparkify')): Promise<string> {
  const made = claim(folder);
  refuseForeign(folder, made);
  writeMark(folder, '');
  for (const name of [CONFIG_NAME, ...DATA, ...DATABASE]) {
    rmSync(join(folder, name), { recursive: DATA.includes(name), force: true });
  }
  await sample.generate({ ...amountsFor(sample, {}), seed: 1, out: folder });
  const config = join(folder, CONFIG_NAME);
  writeFileSync(config, configOf(sample));
  const list = ownFiles(folder).map((path) => `${hashOf(path)}  ${relative(folder, path)}\n`);
  writeMark(folder, list.join(''));
  return config;
}

type MadeFiles = ReadonlyMap<string, string>;

/** The hashes of the files the demo created here; empty if it never ran here. */
function claim(folder: string): MadeFiles {
  makeFolder(folder);
  const isEmpty = readdirSync(folder).every((name) => name === DEMO_MARK);
  const mark = isEmpty ? '' : readMark(folder);
  if (mark === undefined) {
    throw new UsageError(`${folder} was not created by the demo, and it is not empty`, {
      next: 'Choose another folder with --dir: the demo deletes and recreates the files in its folder.',
    });
  }
  if (!isEmpty && mark.trim() === '') {
    throw new UsageError(`an earlier demo was stopped in ${folder}, and other files there may be yours`, {
      next: `Delete ${folder}, or choose another folder with --dir.`,
    });
  }
  return new Map(
    mark.split('\n').flatMap((line) => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)] as const])),
  );
}

/** Creates one folder at a time: Node's own recursive option never ends where no folder can be created, as in /proc. */
function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) {
      makeFolder(dirname(resolve(folder)));
      mkdirSync(folder);
    }
    readdirSync(folder);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot use the folder "${folder}": ${messageOf(error)}`, {
      next: 'Choose another folder with --dir.',
    });
  }
}

function readMark(folder: string): string | undefined {
  const path = join(folder, DEMO_MARK);
  const text = isFile(path) ? readFileSync(path, 'utf8') : '';
  return text.startsWith(HEADING) ? text.slice(text.indexOf('\n')) : undefined;
}

function writeMark(folder: string, list: string): void {
  writeFileSync(join(folder, DEMO_MARK), `${HEADING} ${MEANING}\n\n${list}`);
}

/** Throws UsageError if the demo's folder now holds the user's own data. */
function refuseForeign(folder: string, made: MadeFiles): void {
  for (const path of DATABASE.map((name) => join(folder, name))) {
    if (existsSync(path) && !isFile(path)) throw foreign(path, 'is not a file');
  }
  for (const path of made.size === 0 ? [] : ownFiles(folder)) {
    const hash = made.get(relative(folder, path));
    if (hash === undefined) throw foreign(path, 'was not created by the demo');
    if (!isFile(path) || hashOf(path) !== hash) throw foreign(path, 'was changed since the demo created it');
  }
}

function foreign(path: string, reason: string): UsageError {
  return new UsageError(`${path} ${reason}, and the demo would delete it`, {
    next: 'Choose another folder with --dir, or move the file out of this one.',
  });
}

/** Paths of the configuration and of everything in the data folders that is not a folder. Follows no links. */
function ownFiles(folder: string): readonly string[] {
  return [CONFIG_NAME, ...DATA].flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : stats.isDirectory() ? filesBelow(path) : [path];
  });
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
