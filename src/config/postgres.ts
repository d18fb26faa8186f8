import type { PostgresTarget, SslMode, Target } from '../target.ts';
import type { Environment } from './config.ts';
import { parseDatabase, parsePort, parseSchema } from './database.ts';
import type { ServerEndpoint } from './endpoint.ts';
import type { Findings } from './findings.ts';

const DEFAULT_PORT = 5432;
const SSL_MODES: readonly SslMode[] = ['disable', 'require', 'verify-full'];

/**
 * The PostgreSQL server that a file configures; undefined if something is missing or refused. Without an endpoint (HOST
 * was already refused), the rest is still checked, so that all mistakes are reported at once.
 */
export function parsePostgres(
  findings: Findings,
  endpoint: ServerEndpoint | undefined,
  env: Environment,
): Target | undefined {
  const database = parseDatabase(findings, endpoint);
  const user = findings.required('dbUser');
  const port = parsePort(findings, endpoint) ?? DEFAULT_PORT;
  const rest = { ...parsePassword(findings, env), schema: parseSchema(findings), sslMode: parseSsl(findings) };
  if (endpoint === undefined || database === undefined || user === undefined) return undefined;
  refuseContradictions(findings, endpoint, port);
  if (findings.of('arn').state === 'filled') {
    const reason = `${findings.nameOf('arn')} is filled in, but HOST does not end in .redshift.amazonaws.com`;
    const cure =
      'If it is a custom domain name of Redshift, delete it and write CLUSTER_IDENTIFIER (or WORKGROUP) and REGION';
    findings.warn('host', `HOST is read as a PostgreSQL server: ${reason}. ${cure}`);
  }
  return { engine: 'postgres', host: endpoint.host, port, database, user, ...rest };
}

type Passwords = Pick<PostgresTarget, 'password' | 'unescapedPassword'>;

function parsePassword(findings: Findings, env: Environment): Passwords {
  const source = passwordSource(findings, env);
  if (source === 'dbPassword') {
    const { value } = findings.of('dbPassword');
    return { password: value, ...(value.includes('%%') ? { unescapedPassword: value.replaceAll('%%', '%') } : {}) };
  }
  if (source !== undefined) return { password: env[source] };
  if (findings.of('dbPassword').state === 'placeholder') {
    const cure = 'write the password, or delete the line and set STARLOAD_DB_PASSWORD, which is used as it is';
    findings.refuse('dbPassword', `${findings.nameOf('dbPassword')} looks like a placeholder: ${cure}`);
  }
  return { password: undefined };
}

/** The origin of the password: the line of the file, or an environment variable. */
export function passwordSource(
  findings: Findings,
  env: Environment,
): 'dbPassword' | 'STARLOAD_DB_PASSWORD' | 'PGPASSWORD' | undefined {
  if (env['STARLOAD_DB_PASSWORD']) return 'STARLOAD_DB_PASSWORD';
  if (findings.of('dbPassword').state === 'filled') return 'dbPassword';
  return env['PGPASSWORD'] ? 'PGPASSWORD' : undefined;
}

function parseSsl(findings: Findings): SslMode | undefined {
  const text = findings.optional('sslMode')?.toLowerCase();
  const mode = SSL_MODES.find((each) => each === text);
  if (text !== undefined && mode === undefined) {
    findings.refuseValue('sslMode', `is not an SSL mode: write ${SSL_MODES.join(', ')} or delete the line`);
  }
  return mode;
}

function refuseContradictions(findings: Findings, endpoint: ServerEndpoint, port: number): void {
  if (endpoint.port !== undefined && endpoint.port !== port) {
    findings.refuseValue('dbPort', `differs from the port ${endpoint.port} in HOST: delete one of the two`);
  }
  // Under another name these are often left over from a provisioning script.
  for (const id of ['clusterIdentifier', 'workgroup'] as const) {
    if (findings.of(id).state !== 'filled' || !findings.isOwn(id)) continue;
    const cure = 'delete this line, or delete HOST to address the warehouse by name and REGION';
    findings.refuse(id, `${findings.nameOf(id)} is for Redshift, but HOST names a PostgreSQL server: ${cure}`);
  }
}
