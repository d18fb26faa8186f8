import { modelAt } from '../sql/folder.ts';
import type { DuckdbTarget, PostgresTarget, RedshiftTarget } from '../target.ts';
import type { Config, Environment, Origin, SourceConfig, Understood } from './config.ts';
import { parseEndpoint } from './endpoint.ts';
import type { Findings } from './findings.ts';
import { passwordSource } from './postgres.ts';
import { SETTINGS, type SettingId } from './settings.ts';
import { presentable } from './show.ts';

type Parts = Pick<Config, 'target' | 'model' | 'sources' | 'workPrefix' | 'aws' | 'secrets'>;

/** Creates an item. Its origin is the first of some settings that is filled in, otherwise a default. */
type Item = (name: string, value: string, ...ids: readonly SettingId[]) => Understood;

/** How a file was understood: each item with its origin. `parts` are the parsed parts. Pure; shows no secret. */
export function understand(findings: Findings, parts: Parts, env: Environment): readonly Understood[] {
  const { target, model, sources, workPrefix, secrets } = parts;
  const item: Item = (name, value, ...ids) => ({
    name,
    value: presentable(value, secrets),
    ...originOf(findings, ids),
  });
  const places = Object.values(sources).flatMap(({ uri, jsonpaths = '' }: SourceConfig) => [uri, jsonpaths]);
  const usesAws = target.engine === 'redshift' || places.some((place) => place.startsWith('s3://'));
  return [
    item('engine', target.engine, 'host', 'clusterIdentifier', 'workgroup', 'duckdbPath'),
    ...(target.engine === 'redshift' ? ofRedshift(target, item) : []),
    ...(target.engine === 'postgres' ? ofPostgres(target, item, findings, env) : []),
    ...(target.engine === 'duckdb' ? ofDuckdb(target, item) : []),
    ...(model === undefined ? [] : [item('model', modelAt(model).shown, 'modelPath')]),
    item('schema', target.schema ?? 'the one in which the database makes tables', 'dbSchema'),
    ...Object.entries(sources).flatMap(([name, source]) => ofSource(name, source, item, findings)),
    ...(target.engine === 'redshift' || workPrefix !== undefined
      ? [item(SETTINGS.workPrefix.key, workPrefix ?? 'none: whole folders are loaded', 'workPrefix')]
      : []),
    ...(usesAws ? ofAws(parts, item, findings, env) : []),
    ...ofLoad(item, findings),
  ];
}

function originOf(findings: Findings, ids: readonly SettingId[]): Origin {
  const entry = ids.map((id) => findings.of(id)).find(({ state }) => state === 'filled')?.entry;
  return entry === undefined ? { from: 'default' } : { from: 'file', key: entry.key.toUpperCase(), line: entry.line };
}

function ofRedshift(target: RedshiftTarget, item: Item): readonly Understood[] {
  const { clusterIdentifier, workgroup = '', region, database, dbUser, secretArn, iamRole } = target;
  return [
    clusterIdentifier === undefined
      ? item('workgroup', workgroup, 'host', 'workgroup')
      : item('cluster', clusterIdentifier, 'host', 'clusterIdentifier'),
    item('region', region, 'host', 'region', 'awsRegion'),
    item('database', database, 'dbName', 'host'),
    userOf(dbUser, secretArn, item),
    item('role', iamRole, 'arn'),
  ];
}

function userOf(dbUser: string | undefined, secretArn: string | undefined, item: Item): Understood {
  if (dbUser !== undefined) return item('user', dbUser, 'dbUser');
  return secretArn === undefined
    ? item('user', 'your IAM identity')
    : item('user', `the one in ${secretArn}`, 'secretArn');
}

function ofPostgres(
  { host, port, database, user, sslMode }: PostgresTarget,
  item: Item,
  findings: Findings,
  env: Environment,
): readonly Understood[] {
  // HOST may name a port after the server.
  const namesPort = parseEndpoint(findings.of('host').value)?.port !== undefined;
  return [
    item('host', host, 'host'),
    item('port', String(port), 'dbPort', ...(namesPort ? (['host'] as const) : [])),
    item('database', database, 'dbName', 'host'),
    item('user', user, 'dbUser'),
    passwordOf(item, passwordSource(findings, env)),
    item('SSL mode', sslMode ?? 'verify-full, except for a server on this machine', 'sslMode'),
  ];
}

function passwordOf(item: Item, source: ReturnType<typeof passwordSource>): Understood {
  if (source === undefined) return item('password', 'not set');
  return source === 'dbPassword' ? item('password', 'set', source) : ofVariable('password', 'set', source);
}

function ofVariable(name: string, value: string, variable: string): Understood {
  return { name, value, from: 'environment', variable };
}

function ofDuckdb({ path, memoryLimit }: DuckdbTarget, item: Item): readonly Understood[] {
  return [
    item('file', path, 'duckdbPath'),
    ...(memoryLimit === undefined ? [] : [item('memory limit', memoryLimit, 'duckdbMemoryLimit')]),
  ];
}

const BY_NAME = 'none: keys are matched by name';
const BY_MODEL = 'none: as the model says';

function ofSource(name: string, { uri, jsonpaths, matchesNames }: SourceConfig, item: Item, { settings }: Findings) {
  const [folder, paths] = [`folder ${name}`, `jsonpaths ${name}`] as const;
  return [
    item(settings.of(folder).key, uri, folder),
    item(settings.of(paths).key, jsonpaths ?? (matchesNames === true ? BY_NAME : BY_MODEL), paths),
  ];
}

function ofAws({ aws, secrets }: Parts, item: Item, findings: Findings, env: Environment): readonly Understood[] {
  const region = findings.of('awsRegion');
  return [
    keysOf(aws.accessKeyId !== undefined, item, env, secrets),
    ...(region.state === 'filled' ? [item('region of the data', region.value, 'awsRegion')] : []),
  ];
}

function keysOf(isSet: boolean, item: Item, env: Environment, secrets: readonly string[]): Understood {
  const profile = env['AWS_PROFILE'];
  if (isSet) {
    const isOfFile = !(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']);
    return isOfFile ? item('AWS keys', 'set', 'awsKey') : ofVariable('AWS keys', 'set', 'AWS_ACCESS_KEY_ID');
  }
  return profile
    ? ofVariable('AWS keys', presentable(`those of the profile ${profile}`, secrets), 'AWS_PROFILE')
    : item('AWS keys', "those of the AWS SDK's default chain");
}

const OF_LOADS = ['loadMaxRunSize', 'loadTimeoutMinutes', 'loadMaxErrors', 'loadQuarantine'] as const;

function ofLoad(item: Item, findings: Findings): readonly Understood[] {
  const filled = OF_LOADS.filter((id) => findings.of(id).state === 'filled');
  return filled.map((id) => item(SETTINGS[id].key, findings.of(id).value, id));
}
