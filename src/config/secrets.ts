import type { Environment } from './config.ts';
import type { Entry } from './ini.ts';
import { isPlaceholder } from './placeholder.ts';
import { COMMON } from './settings.ts';

const VARIABLES = [
  'STARLOAD_DB_PASSWORD',
  'PGPASSWORD',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const;

/** Every value of the file or the environment that no output may show, used or not. */
export function collectSecrets(entries: readonly Entry[], env: Environment): string[] {
  const ofFile = entries.filter(isSecret).flatMap(({ value }) => formsOf(value));
  const ofEnvironment = VARIABLES.map((name) => env[name] ?? '');
  const secrets = [...ofFile, ...ofEnvironment].filter((value) => value !== '' && !isPlaceholder(value));
  return [...new Set(secrets)];
}

// Unknown keys can still hold a secret of the user's, which an excerpt or a statement might repeat.
function isSecret({ section, key }: Entry): boolean {
  const id = COMMON.idOf(section, key);
  const setting = id && COMMON.of(id);
  return (
    setting?.secret ??
    (id === undefined && /pass|pwd|secret|token|credential|(access|api)_?key/.test(key) && !key.endsWith('arn'))
  );
}

// A value that was misread (joined lines, half a quote) is a secret in its parts as well.
function formsOf(value: string): string[] {
  return [value, ...value.split('\n')].flatMap((part) => [part, part.replace(/^['"]|['"]$/g, '')]);
}
