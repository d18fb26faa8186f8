import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Config, Environment } from './config.ts';
import { parseConfig } from './parse.ts';
import { originOf } from './read.ts';

/**
 * A configuration without a file: the sources of a model in a folder, each in the folder of its name in small letters; the
 * only source of a model may be the folder itself. Throws UsageError if a folder is missing.
 */
export async function configOfData(folder: string, env: Environment, model?: string): Promise<Config> {
  const name = `--data ${folder}`;
  const origin = await originOf(name, '', { env, model });
  const keys = origin.sources.map(({ folder: { key } }) => key);
  const sources = keys.map((key) => [key, { uri: folderOf(key, folder, keys.length) }] as const);
  // Not through the text: a path can have characters that mean something in a dwh.cfg.
  const config = parseConfig(`[S3]\n${keys.map((key) => `${key}=${key}`).join('\n')}\n`, origin);
  return { ...config, sources: Object.fromEntries(sources) };
}

function folderOf(key: string, folder: string, sources: number): string {
  const own = join(resolve(folder), key.toLowerCase());
  const isOwn = isFolder(own);
  if (!isOwn && (sources > 1 || !isFolder(folder))) {
    throw new UsageError(`there is no folder ${own} for ${key}`, {
      next: 'Name a folder with one folder for each source of the model, or leave --data out to use the sources of dwh.cfg.',
    });
  }
  return isOwn ? own : resolve(folder);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
