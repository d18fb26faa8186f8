import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError, type ConfigProblem, messageOf, StarloadError, UsageError } from '../errors.ts';
import type { Config, Environment } from './config.ts';
import { readIni } from './ini.ts';
import { modelNameIn, modelPathIn, modelPathOf } from './model.ts';
import { type ConfigOrigin, parseConfig } from './parse.ts';
import { collectSecrets } from './secrets.ts';
import { COMMON, settingsOf } from './settings.ts';

/**
 * Reads and checks the configuration file at `path`; its relative paths start from its own folder. `model` is a model's
 * folder that takes precedence over that of the file. Rejects with a
 * ConfigError if the file does not exist, cannot be read, is not UTF-8 text, or is wrong.
 */
export async function readConfig(path: string, env: Environment, model?: string): Promise<Config> {
  const text = await readText(path);
  const config = parseConfig(text, await originOf(path, text, { env, model }));
  return { ...config, warnings: [...config.warnings, ...(await warnOfReaders(path, text))] };
}

/**
 * The model's folder: `model`, otherwise the one that the configuration file names, if there is such a file. Undefined for
 * the built-in model.
 */
export async function modelFolder(path: string, env: Environment, model?: string): Promise<string | undefined> {
  const text = model === undefined ? await readText(path).catch(() => undefined) : '';
  return text === undefined ? undefined : folderOf({ path, text, env, model });
}

interface NamedModel {
  readonly path: string;
  readonly text: string;
  readonly env: Environment;
  /** What the command line names. */
  readonly model?: string | undefined;
}

/**
 * The folder of a model: that of the package if it is one of its names, otherwise the path. Throws UsageError if it could be
 * both.
 */
async function folderOf({ path, text, env, model }: NamedModel): Promise<string | undefined> {
  const folder = model === undefined ? modelPathIn(text, dirname(resolve(path)), env) : modelPathOf(model, env);
  const { packagedModel, packagedModels } = await import('../sql/folder.ts');
  const name = model ?? modelNameIn(text);
  if (folder === undefined || name === undefined || !packagedModels().includes(name)) return folder;
  if (existsSync(join(folder, 'staging'))) {
    throw new UsageError(`${name} is a model of the package, and ${folder} is a model too`, {
      next: `Write ./${name} for that folder, or rename the folder to use the model of the package.`,
    });
  }
  return packagedModel(name);
}

/**
 * The origin of a text, with the sources of its model: that of `model`, otherwise that of the text. Throws StarloadError
 * if there is no model in its folder.
 */
export async function originOf(
  path: string,
  text: string,
  { env, model }: { readonly env: Environment; readonly model?: string | undefined },
): Promise<ConfigOrigin> {
  const { readSources } = await import('../sql/read-model.ts');
  const directory = dirname(resolve(path));
  const folder = await folderOf({ path, text, env, model });
  const sources = readSources(folder).map(settingsOf);
  const keys = sources.flatMap((source) => [source.folder.key, source.jsonpaths.key]);
  const taken = keys.find((key, at) => isTaken(key) || keys.indexOf(key) !== at);
  if (taken !== undefined) {
    throw new StarloadError(
      `a source of the model ${folder ?? 'in sql/'} has the key ${taken}, which dwh.cfg has for something else`,
      {
        next: 'Give the source another name in the head of its staging table.',
      },
    );
  }
  return { file: path, directory, env, model: folder, sources };
}

/** Whether a key of [S3] has a meaning with every model. */
function isTaken(key: string): boolean {
  return COMMON.idOf('S3', key.toLowerCase()) !== undefined;
}

/** A warning if every user of the machine can read a file with secrets. A pipe has no other readers. */
export async function warnOfReaders(path: string, text: string): Promise<readonly ConfigProblem[]> {
  const stats = await stat(path).catch(() => undefined);
  const isOpen = stats?.isFile() === true && (stats.mode & 0o004) !== 0;
  if (!isOpen || collectSecrets(readIni(text).entries, {}).length === 0) return [];
  return [{ message: `${path} holds secrets, and every user of this machine can read it: chmod 600 ${path}` }];
}

/** The text of a configuration file. Rejects with a ConfigError if it does not exist or is not UTF-8 text. */
export async function readText(path: string): Promise<string> {
  const bytes = await readStart(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (bytes.length > MOST_BYTES) {
    const message = 'this file is larger than 1 MiB, too large for a configuration';
    throw new ConfigError(path, [{ message }], { next: 'Name your dwh.cfg with --config.' });
  }
  return decode(path, bytes);
}

const MOST_BYTES = 1024 * 1024;

/**
 * One byte more than the maximum size of a configuration, because a device may never end. Pipes are read too, such as
 * the shell's <(…).
 */
async function readStart(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(path, { end: MOST_BYTES })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreadable(path: string, error: unknown): ConfigError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const [message, next] = EXPLANATIONS[String(code)] ?? [`cannot be read: ${messageOf(error)}`, undefined];
  return new ConfigError(path, [{ message }], { next, cause: error });
}

const COPY_EXAMPLE = 'Copy dwh.cfg.example to dwh.cfg and fill it in, or name another file with --config.';

const EXPLANATIONS: Readonly<Record<string, readonly [message: string, next: string]>> = {
  ENOENT: ['the file does not exist', COPY_EXAMPLE],
  ENOTDIR: ['the file does not exist', COPY_EXAMPLE],
  EISDIR: ['this is a folder, not a file', 'Name the file itself, such as dwh.cfg.'],
  EACCES: [
    'this user may not read the file',
    'Run as the user who owns the file, or give this user permission to read it.',
  ],
  EPERM: [
    'this user may not read the file',
    'Run as the user who owns the file, or give this user permission to read it.',
  ],
};

function decode(path: string, bytes: Uint8Array): string {
  const text = decodeStrictly(bytes);
  if (text !== undefined && !text.includes('\0')) return text;
  const isUtf16 = text !== undefined || (bytes[0] ?? 0) >= 0xfe;
  const message = isUtf16
    ? 'this is UTF-16 or binary, not UTF-8 text'
    : 'this line is not UTF-8: it contains a character saved in another encoding, such as Latin-1';
  const line = isUtf16 ? undefined : firstBadLine(bytes);
  throw new ConfigError(path, [{ line, message }], { next: 'Save the file as UTF-8.' });
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n|\r|\n/);
  return lines.findIndex((line) => decodeStrictly(Buffer.from(line, 'latin1')) === undefined) + 1;
}
