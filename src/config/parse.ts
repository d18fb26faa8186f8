import { ConfigError, type ConfigProblem } from '../errors.ts';
import { parseAwsKeys } from './aws.ts';
import type { Config, Environment } from './config.ts';
import { REGION } from './endpoint.ts';
import { Findings } from './findings.ts';
import { readIni } from './ini.ts';
import { interpolate } from './interpolate.ts';
import { parseLoad } from './load.ts';
import { parseModelPath } from './model.ts';
import { collectSecrets } from './secrets.ts';
import { Settings, type SourceSettings } from './settings.ts';
import { parseSources, parseWorkPrefix } from './sources.ts';
import { parseTarget } from './target.ts';
import { understand } from './understood.ts';

/**
 * The origin of a text: its file's name for messages, the absolute folder its relative paths start from, the
 * environment, the model.
 */
export interface ConfigOrigin {
  readonly file: string;
  readonly directory: string;
  readonly env: Environment;
  /** The sources of the model. */
  readonly sources: readonly SourceSettings[];
  /** The absolute path of the model's folder; undefined for the built-in one. */
  readonly model?: string | undefined;
}

/**
 * Converts the text of a dwh.cfg to a Config. Pure: accesses no files or services. Throws a ConfigError with all
 * mistakes of the file at once; no message shows a secret.
 */
export function parseConfig(text: string, origin: ConfigOrigin): Config {
  const { file, directory, env, model } = origin;
  const { entries: written, problems } = readIni(text);
  const entries = interpolate(written);
  const secrets = collectSecrets([...written, ...entries], env);
  const findings = new Findings(entries, problems, { secrets, settings: new Settings(origin.sources) });
  const base = { directory, home: env['HOME'] || env['USERPROFILE'] || undefined };
  parseModelPath(findings, base);
  const awsRegion = findings.matching('awsRegion', REGION, 'is not an AWS region: write one such as us-west-2');
  const target = parseTarget(findings, { base, env, awsRegion });
  const sources = parseSources(findings, base);
  const workPrefix = parseWorkPrefix(findings, base, sources);
  const keys = parseAwsKeys(findings, env);
  const load = parseLoad(findings, target);
  findings.tellOfSlips();
  if (findings.problems.length > 0 || target === undefined || sources === undefined) {
    throw new ConfigError(file, byLine(findings.problems));
  }
  const region = awsRegion ?? (target.engine === 'redshift' ? target.region : undefined);
  const parts = { target, model, sources, workPrefix, aws: { region, ...keys } };
  return {
    file,
    ...parts,
    load,
    understood: understand(findings, { ...parts, secrets }, env),
    warnings: byLine(findings.warnings),
    secrets,
  };
}

// A missing setting has no line and comes last.
function byLine(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const lineOf = ({ line }: ConfigProblem) => line ?? Number.POSITIVE_INFINITY;
  return problems.toSorted((a, b) => (lineOf(a) === lineOf(b) ? 0 : lineOf(a) - lineOf(b)));
}
