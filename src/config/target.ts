import type { Target } from '../target.ts';
import type { Environment } from './config.ts';
import { parseDuckdb } from './duckdb.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './ini.ts';
import type { PathBase } from './location.ts';
import { parsePostgres } from './postgres.ts';
import { parseRedshift } from './redshift.ts';
import { COMMON, SETTINGS, type SettingId } from './settings.ts';
import { placeOf } from './show.ts';
import { findSimilar } from './similar.ts';

/** Everything besides the file's text on which the choice of the warehouse depends. */
export interface TargetContext {
  readonly base: PathBase;
  readonly env: Environment;
  readonly awsRegion: string | undefined;
}

/**
 * Settings that only a file for a server fills in. DB_PORT and REGION are not included, because templates have them
 * filled in.
 */
const OF_A_SERVER: readonly SettingId[] = [
  'host',
  'dbName',
  'dbUser',
  'dbPassword',
  'arn',
  'clusterIdentifier',
  'workgroup',
  'secretArn',
];

const ENDPOINTS = `the endpoint of a Redshift cluster (such as ${SETTINGS.host.example}), of a Serverless workgroup (workgroup.123456789012.us-west-2.redshift-serverless.amazonaws.com) or the host of a PostgreSQL server`;

/**
 * The warehouse that a file configures: HOST decides, otherwise CLUSTER_IDENTIFIER or WORKGROUP, otherwise it is the
 * embedded DuckDB. Records every mistake; undefined if a mistake leaves the warehouse undetermined.
 */
export function parseTarget(findings: Findings, context: TargetContext): Target | undefined {
  const host = findings.of('host');
  if (host.state === 'filled') return parseHost(findings, host.value, context);
  if (host.state === 'absent' && isNamed(findings)) return parseRedshift(findings, undefined, context.awsRegion);
  if (!meansServer(findings)) {
    refuseStrayServer(findings);
    return parseDuckdb(findings, context.base);
  }
  if (host.state !== 'broken') findings.refuse('host', hostToFillIn(findings));
  return checkRest(findings, undefined, context);
}

function parseHost(findings: Findings, host: string, context: TargetContext): Target | undefined {
  const endpoint = parseEndpoint(host);
  if (endpoint === undefined) {
    findings.refuseValue('host', `is not an endpoint: write ${ENDPOINTS}`);
    return checkRest(findings, undefined, context);
  }
  if (endpoint.kind === 'server' && isBareName(host) && saysRedshift(findings)) {
    findings.refuseValue(
      'host',
      `is the name of a cluster, not its endpoint: write the endpoint, or delete the line and write CLUSTER_IDENTIFIER = ${host} and REGION. If it is a PostgreSQL server, delete the Redshift settings`,
    );
    return checkRest(findings, undefined, context);
  }
  return checkRest(findings, endpoint, context);
}

/** Whether Redshift-only keys are filled in. Cluster names left by a provisioning script do not count. */
function saysRedshift(findings: Findings): boolean {
  const isFilled = (id: SettingId) => findings.of(id).state === 'filled';
  const names = (['clusterIdentifier', 'workgroup'] as const).filter((id) => findings.isOwn(id));
  return [...names, 'arn' as const, 'secretArn' as const].some(isFilled);
}

/** `dwh-cluster`: unlike an endpoint it has no dot, and it is not this machine. */
function isBareName(host: string): boolean {
  return /^[a-z][a-z0-9-]*$/i.test(host) && !/^localhost$/i.test(host);
}

function checkRest(findings: Findings, endpoint: Endpoint | undefined, context: TargetContext): Target | undefined {
  if (endpoint?.kind === 'server') return parsePostgres(findings, endpoint, context.env);
  if (endpoint !== undefined) return parseRedshift(findings, endpoint, context.awsRegion);
  // HOST is refused. Whatever the other keys suggest is still checked, so that all mistakes are reported at once, and
  // then dropped.
  if (suggestsRedshift(findings)) parseRedshift(findings, undefined, context.awsRegion);
  else parsePostgres(findings, undefined, context.env);
  return undefined;
}

function isNamed(findings: Findings): boolean {
  return findings.of('clusterIdentifier').state === 'filled' || findings.of('workgroup').state === 'filled';
}

// A template that is not filled in does not choose DuckDB, unless the file names a DuckDB file.
function meansServer(findings: Findings): boolean {
  const states = OF_A_SERVER.map((id) => findings.of(id).state);
  const isBegun = states.some((state) => state !== 'absent' && state !== 'blank');
  return isBegun || (states.includes('blank') && findings.of('duckdbPath').state !== 'filled');
}

const NAMES = ['host', 'clusterIdentifier', 'workgroup'] as const;
/** Keys that name a server, without their separators: `db-host`, `PGHOST`, `DB HOSTNAME` … */
const SERVER_KEY =
  /^(db|database|dwh|pg|postgres|postgresql|redshift|cluster)?(hosts?|hostname|endpoint|clusterid|clusteridentifier|workgroup|workgroupname)$/;
/** The same with words that can name anything, unless a word for a database precedes them. */
const DATABASE_KEY =
  /^(dsn|(db|database|dwh|pg|postgres|postgresql|redshift|cluster|jdbc)(server|servername|address|url|uri|connection|ip))$/;
/** In the section of the warehouse they need no such word. */
const SHORT_KEY = /^(server|servername|address|url|uri|connection|ip)$/;
const SERVER_VALUE = /^(jdbc:)?(redshift|postgres|postgresql)(\+\w+)?:\/\/|\.redshift(-serverless)?\.amazonaws\.com/i;

/** Refuses keys that name a server and are ignored: their author does not expect a DuckDB file. */
function refuseStrayServer(findings: Findings): void {
  if (findings.of('duckdbPath').state === 'filled') return;
  for (const entry of findings.unknown.filter(namesServer)) {
    const name = entry.key.toUpperCase();
    const mistake =
      COMMON.idOf(SETTINGS.host.section, entry.key) === undefined
        ? `${name} seems to name a server, but is ignored: write HOST under [CLUSTER]`
        : `${name} is under [${entry.section}], where it is ignored: write it under [CLUSTER]`;
    const message = `${mistake}. To load into an embedded DuckDB file, write PATH under [DUCKDB]`;
    findings.problems.push({ ...placeOf(entry), message });
  }
}

function namesServer(entry: Entry): boolean {
  const { section, key, value } = entry;
  if (value === '') return false;
  const isSlip = section.toLowerCase() === 'cluster' && NAMES.some((id) => findSimilar(SETTINGS[id], [entry]));
  const isOfWarehouse = COMMON.idOf(section, 'host') === 'host';
  // Letters of double width look like their ordinary forms.
  const letters = key.normalize('NFKC').replace(/[^a-z]/g, '');
  const patterns = isOfWarehouse ? [SERVER_KEY, DATABASE_KEY, SHORT_KEY] : [SERVER_KEY, DATABASE_KEY];
  return isSlip || patterns.some((pattern) => pattern.test(letters)) || SERVER_VALUE.test(value);
}

function suggestsRedshift(findings: Findings): boolean {
  const ids = ['arn', 'clusterIdentifier', 'workgroup', 'secretArn'] as const;
  return /redshift/i.test(findings.of('host').value) || ids.some((id) => findings.of(id).state !== 'absent');
}

function hostToFillIn(findings: Findings): string {
  const instead = `, or ${duckdbInstead(findings)}`;
  if (findings.of('host').state === 'absent') return `${findings.missing('host')}${instead}`;
  const placeholder = findings.of('host').state === 'placeholder' ? ` (${findings.show('host')} is a placeholder)` : '';
  const named = isNamed(findings) ? `, or ${nameInstead(findings)}` : '';
  return `${findings.nameOf('host')} is not filled in${placeholder}: write ${ENDPOINTS}${named}${instead}`;
}

function nameInstead(findings: Findings): string {
  const name = findings.nameOf(findings.of('workgroup').state === 'filled' ? 'workgroup' : 'clusterIdentifier');
  const region = (['region', 'awsRegion'] as const).find((id) => findings.of(id).state === 'filled');
  const suffices = region === undefined ? `REGION next to ${name}` : `${name} and ${findings.nameOf(region)}`;
  return `delete the line, for ${suffices} ${region === undefined ? 'would be' : 'are'} enough`;
}

function duckdbInstead(findings: Findings): string {
  // Deleting one of these two would delete more than the server.
  const named = findings.sectionsOf(OF_A_SERVER).filter((name) => name !== '' && !/^(s3|aws)$/i.test(name));
  const names = named.map((name) => `[${name}]`).join(' and ') || 'server';
  return `delete the ${names} section${named.length > 1 ? 's' : ''} to load into an embedded DuckDB file`;
}
