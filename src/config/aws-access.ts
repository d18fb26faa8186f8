import type { AwsOptions } from '../aws/client.ts';
import { ConfigError, type ConfigProblem } from '../errors.ts';
import { parseAwsKeys } from './aws.ts';
import { parseEndpoint, REGION } from './endpoint.ts';
import { Findings } from './findings.ts';
import { readIni } from './ini.ts';
import { interpolate } from './interpolate.ts';
import { parseLocation } from './location.ts';
import type { ConfigOrigin } from './parse.ts';
import { collectSecrets } from './secrets.ts';
import { Settings } from './settings.ts';

/** The settings of a dwh.cfg before a warehouse exists. */
export interface AwsSettings {
  /** The keys, and the region: that of the warehouse if the file names one, otherwise that of the data. */
  readonly aws: AwsOptions;
  /** The sources and jsonpaths files in S3, as far as they are filled in. */
  readonly sources: readonly string[];
  /** The name of the database, if the file has one. */
  readonly database?: string | undefined;
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads the settings needed for creating a warehouse from a dwh.cfg; ignores missing values and placeholders. Pure.
 * Throws a ConfigError if the text cannot be read or the AWS keys are wrong.
 */
export function parseAwsAccess(text: string, { file, directory, env, sources }: ConfigOrigin): AwsSettings {
  const { entries: written, problems } = readIni(text);
  const entries = interpolate(written);
  const settings = new Settings(sources);
  const findings = new Findings(entries, problems, {
    secrets: collectSecrets([...written, ...entries], env),
    settings,
  });
  const keys = parseAwsKeys(findings, env);
  const region = regionOf(findings);
  if (findings.problems.length > 0) throw new ConfigError(file, findings.problems);
  const base = { directory, home: env['HOME'] };
  const places = settings.sources
    .flatMap((name) => [`folder ${name}`, `jsonpaths ${name}`] as const)
    .map((id) => findings.of(id))
    .flatMap(({ state, value }) => (state === 'filled' ? [parseLocation(value, base)] : []))
    .flatMap((place) => ('uri' in place && place.uri.startsWith('s3://') ? [place.uri] : []));
  const { state, value } = findings.of('dbName');
  const database = state === 'filled' ? value : undefined;
  return { aws: { ...keys, region }, sources: places, database, warnings: findings.warnings };
}

function regionOf(findings: Findings): string | undefined {
  const { state, value } = findings.of('host');
  const endpoint = state === 'filled' ? parseEndpoint(value) : undefined;
  const inHost = endpoint !== undefined && endpoint.kind !== 'server' ? endpoint.region : undefined;
  const said = (['region', 'awsRegion'] as const).map((id) =>
    findings.of(id).state === 'filled'
      ? findings.matching(id, REGION, 'is not an AWS region: write one such as us-west-2')
      : undefined,
  );
  return inHost ?? said[0] ?? said[1];
}
