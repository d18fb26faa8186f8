import { isIP } from 'node:net';

interface Appended {
  readonly port?: number | undefined;
  readonly database?: string | undefined;
}

export interface ClusterEndpoint extends Appended {
  readonly kind: 'cluster';
  readonly name: string;
  readonly region: string;
}

export interface WorkgroupEndpoint extends Appended {
  readonly kind: 'workgroup';
  readonly name: string;
  readonly region: string;
}

export interface ServerEndpoint extends Appended {
  readonly kind: 'server';
  readonly host: string;
}

export type RedshiftEndpoint = ClusterEndpoint | WorkgroupEndpoint;
export type Endpoint = RedshiftEndpoint | ServerEndpoint;

export const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

const SCHEME = /^(jdbc:)?(redshift|postgres|postgresql):\/\//i;
const WITH_APPENDED = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?(?:\/([^\s/?#;&@]*))?$/i;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/;
const CLUSTER = /^([a-z][a-z0-9-]{0,62})\.[a-z0-9]+\.([a-z0-9-]+)\.redshift\.amazonaws\.com(\.cn)?$/;
const WORKGROUP = /^([a-z0-9-]{3,64})\.\d{12}\.([a-z0-9-]+)\.redshift-serverless\.amazonaws\.com(\.cn)?$/;

/**
 * Parses HOST: a Redshift endpoint, with `:port/database` as the console shows it or without, or the host of a
 * PostgreSQL server (name, address, socket directory). Returns undefined for anything else.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (text.startsWith('/') && !/\s/.test(text)) return { kind: 'server', host: text };
  if (isIP(text) === 6) return { kind: 'server', host: text };
  const match = WITH_APPENDED.exec(text.replace(SCHEME, ''));
  if (match === null) return undefined;
  const [, host = '', port, database = ''] = match;
  const appended = { port: port === undefined ? undefined : Number(port), database: database || undefined };
  if (appended.port !== undefined && !isPort(appended.port)) return undefined;
  return recognise(host.toLowerCase(), appended);
}

/** Whether a number is a valid TCP port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function recognise(host: string, appended: Appended): Endpoint | undefined {
  const [, cluster, clusterRegion = ''] = CLUSTER.exec(host) ?? [];
  if (cluster && REGION.test(clusterRegion)) {
    return { kind: 'cluster', name: cluster, region: clusterRegion, ...appended };
  }
  const [, workgroup, workgroupRegion = ''] = WORKGROUP.exec(host) ?? [];
  if (workgroup && REGION.test(workgroupRegion)) {
    return { kind: 'workgroup', name: workgroup, region: workgroupRegion, ...appended };
  }
  // An incomplete Redshift endpoint must not pass for a PostgreSQL server.
  if (/redshift.*amazonaws/.test(host)) return undefined;
  if (host.startsWith('[')) return isIP(host.slice(1, -1)) === 6 ? server(host.slice(1, -1), appended) : undefined;
  return HOST_NAME.test(host) && !host.includes('..') ? server(host, appended) : undefined;
}

function server(host: string, appended: Appended): ServerEndpoint {
  return { kind: 'server', host, ...appended };
}
