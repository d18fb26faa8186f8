import type { Config } from '../../src/config/config.ts';
import { type ConfigOrigin, parseConfig } from '../../src/config/parse.ts';
import { Settings, settingsOf } from '../../src/config/settings.ts';
import { ConfigError, type ConfigProblem } from '../../src/errors.ts';
import { readSources } from '../../src/sql/read-model.ts';
import type { DuckdbTarget, PostgresTarget, RedshiftTarget } from '../../src/target.ts';

export const ROLE = 'arn:aws:iam::123456789012:role/dwhRole';
export const CLUSTER_HOST = 'dwh.abc123def456.us-west-2.redshift.amazonaws.com';
export const WORKGROUP_HOST = 'dwh.123456789012.eu-west-1.redshift-serverless.amazonaws.com';

/** The sources of the built-in model, as dwh.cfg names them. */
export const OF_MODEL = readSources().map(settingsOf);
export const ALL_SETTINGS = new Settings(OF_MODEL);

const ORIGIN: ConfigOrigin = { file: 'dwh.cfg', directory: '/project', env: { HOME: '/home/me' }, sources: OF_MODEL };

/** Section by section, what a file says; a value left undefined leaves the line out. */
export type Sections = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;

/** The text of a file. */
export function write(sections: Sections): string {
  return Object.entries(sections)
    .map(([section, keys]) => [`[${section}]`, ...linesOf(keys), ''].join('\n'))
    .join('\n');
}

function linesOf(keys: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]));
}

/** Parses a text, or a file given by its sections. */
export function parse(file: string | Sections, env: ConfigOrigin['env'] = ORIGIN.env): Config {
  return parseConfig(typeof file === 'string' ? file : write(file), { ...ORIGIN, env });
}

/** The error of a file that must be refused. */
export function errorOf(file: string | Sections, env?: ConfigOrigin['env']): ConfigError {
  try {
    parse(file, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

/** The mistakes of a file, each as `SECTION.KEY`, or `SECTION` where a whole section is missing. */
export function mistakesOf(file: string | Sections, env?: ConfigOrigin['env']): string[] {
  return errorOf(file, env).problems.map(placeOf);
}

export function placeOf({ section, key }: ConfigProblem): string {
  return [section, key].filter((part) => part !== undefined).join('.');
}

/** The message of the one mistake of a file. */
export function messageOf(file: string | Sections, env?: ConfigOrigin['env']): string {
  const { problems } = errorOf(file, env);
  if (problems.length !== 1) throw new Error(`one mistake expected:\n${JSON.stringify(problems, null, 1)}`);
  return problems[0]?.message ?? '';
}

export function redshift(file: string | Sections, env?: ConfigOrigin['env']): RedshiftTarget {
  const { target } = parse(file, env);
  if (target.engine !== 'redshift') throw new Error(`taken for ${target.engine}`);
  return target;
}

export function postgres(file: string | Sections, env?: ConfigOrigin['env']): PostgresTarget {
  const { target } = parse(file, env);
  if (target.engine !== 'postgres') throw new Error(`taken for ${target.engine}`);
  return target;
}

export function duckdb(file: string | Sections): DuckdbTarget {
  const { target } = parse(file);
  if (target.engine !== 'duckdb') throw new Error(`taken for ${target.engine}`);
  return target;
}

export const S3 = { LOG_DATA: 's3://udacity-dend/log_data', SONG_DATA: 's3://udacity-dend/song_data' } as const;
export const LOCAL = { LOG_DATA: 'data/log_data', SONG_DATA: 'data/song_data' } as const;

/** A Redshift file as it should be, with other values for some keys of [CLUSTER] (undefined leaves a key out). */
export function redshiftFile(cluster: Sections[string] = {}, others: Sections = {}): Sections {
  const keys = { HOST: CLUSTER_HOST, DB_NAME: 'dwh', DB_USER: 'dwhuser', DB_PORT: '5439', ...cluster };
  return { CLUSTER: keys, IAM_ROLE: { ARN: ROLE }, S3, ...others };
}

/** The same for PostgreSQL. */
export function postgresFile(cluster: Sections[string] = {}, others: Sections = {}): Sections {
  const keys = { HOST: 'localhost', DB_NAME: 'sparkify', DB_USER: 'student', DB_PASSWORD: 'student', ...cluster };
  return { CLUSTER: keys, S3: LOCAL, ...others };
}
