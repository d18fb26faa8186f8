import type { RedshiftTarget, Target } from '../target.ts';
import { parseDatabase, parsePort, parseSchema } from './database.ts';
import { REGION, type RedshiftEndpoint } from './endpoint.ts';
import type { Findings } from './findings.ts';
import type { SettingId } from './settings.ts';

const ROLE_CHAIN = /^arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=.@/-]+(,arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=.@/-]+)*$/;
const SECRET = /^(arn:aws[-a-z]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]+$/;
const CLUSTER_NAME = /^[a-z][a-z0-9-]{0,62}$/i;
const WORKGROUP_NAME = /^[a-z0-9-]{3,64}$/;

/** The ids of EMR clusters, which the same files often contain. */
const EMR_ID = /^j-[a-z0-9]{8,}$/i;
const AS_SHOWN = 'write it as shown in the console, such as dwh';

type Warehouse = Pick<RedshiftTarget, 'clusterIdentifier' | 'workgroup'>;
type Identity = Pick<RedshiftTarget, 'dbUser' | 'secretArn'>;

/**
 * The Redshift warehouse that a file configures; undefined if something is missing or refused. Without an endpoint it
 * is found by CLUSTER_IDENTIFIER or WORKGROUP. `awsRegion` is the fallback region.
 */
export function parseRedshift(
  findings: Findings,
  endpoint: RedshiftEndpoint | undefined,
  awsRegion: string | undefined,
): Target | undefined {
  const warehouse = parseWarehouse(findings, endpoint);
  const region = parseRegion(findings, endpoint) ?? awsRegion;
  const database = parseDatabase(findings, endpoint);
  const iamRole = parseRole(findings);
  const identity = parseIdentity(findings, warehouse);
  const schema = parseSchema(findings);
  parsePort(findings, endpoint);
  warnOfPassword(findings);
  if (!(warehouse.clusterIdentifier ?? warehouse.workgroup)) return undefined;
  if (region === undefined) refuseForRegion(findings);
  if (region === undefined || database === undefined || iamRole === undefined) return undefined;
  return { engine: 'redshift', region, database, ...warehouse, ...identity, iamRole, schema };
}

function parseWarehouse(findings: Findings, endpoint: RedshiftEndpoint | undefined): Warehouse {
  if (EMR_ID.test(findings.of('clusterIdentifier').value)) {
    findings.refuseValue(
      'clusterIdentifier',
      'is the id of an EMR cluster: write the name of a Redshift cluster, or delete the line',
    );
    return {};
  }
  const cluster = findings
    .matching('clusterIdentifier', CLUSTER_NAME, `is not the name of a cluster: ${AS_SHOWN}`)
    ?.toLowerCase();
  const workgroup = findings.matching('workgroup', WORKGROUP_NAME, `is not the name of a workgroup: ${AS_SHOWN}`);
  if (endpoint === undefined && cluster !== undefined && workgroup !== undefined) {
    findings.refuse('workgroup', 'WORKGROUP and CLUSTER_IDENTIFIER are both filled in: delete one');
  }
  if (endpoint === undefined) return { clusterIdentifier: cluster, workgroup };
  const { kind, name } = endpoint;
  refuseDifference(findings, 'clusterIdentifier', cluster, kind === 'cluster' ? name : undefined);
  refuseDifference(findings, 'workgroup', workgroup, kind === 'workgroup' ? name : undefined);
  return kind === 'cluster' ? { clusterIdentifier: name } : { workgroup: name };
}

function parseRegion(findings: Findings, endpoint: RedshiftEndpoint | undefined): string | undefined {
  const region = findings.matching('region', REGION, 'is not an AWS region: write one such as us-west-2');
  if (endpoint !== undefined) refuseDifference(findings, 'region', region, endpoint.region);
  return endpoint?.region ?? region;
}

// If HOST and the name beside it are two different warehouses, the wrong one might be loaded. Neither takes precedence.
function refuseDifference(
  findings: Findings,
  id: 'clusterIdentifier' | 'workgroup' | 'region',
  said: string | undefined,
  inHost: string | undefined,
): void {
  if (said === undefined || said === inHost) return;
  const host = inHost === undefined ? 'names another kind of warehouse' : `says ${inHost}`;
  findings.refuseValue(id, `contradicts ${findings.nameOf('host')}, which ${host}: delete one of the two lines`);
}

function parseRole(findings: Findings): string | undefined {
  const role = findings.required('arn');
  if (role?.toLowerCase() === 'default') return 'default';
  if (role === undefined || ROLE_CHAIN.test(role)) return role;
  const form = 'arn:aws:iam::123456789012:role/name (several separated by commas, without blanks) or default';
  findings.refuseValue('arn', `is not a role: write ${form}`);
  return undefined;
}

function parseIdentity(findings: Findings, warehouse: Warehouse): Identity {
  const secretArn = findings.matching(
    'secretArn',
    SECRET,
    'is not a secret: write its ARN, such as arn:aws:secretsmanager:us-west-2:123456789012:secret:dwh-AbCdEf, or its name',
  );
  const dbUser = findings.optional('dbUser');
  if (dbUser === undefined) return { secretArn };
  if (secretArn === undefined && warehouse.workgroup === undefined) return { dbUser };
  // The Data API refuses a request with both, and one that names a user for a workgroup.
  const user =
    secretArn === undefined ? 'on Serverless the user is your IAM identity' : 'SECRET_ARN determines the user';
  findings.warn('dbUser', `${findings.nameOf('dbUser')} is not used: ${user}`);
  return { secretArn };
}

function warnOfPassword(findings: Findings): void {
  if (findings.of('dbPassword').state !== 'filled') return;
  const reason = 'the Redshift Data API and COPY work with IAM permissions';
  findings.warn('dbPassword', `${findings.nameOf('dbPassword')} is not used: ${reason}`);
}

function refuseForRegion(findings: Findings): void {
  const isOpen = (id: SettingId) => ['absent', 'blank'].includes(findings.of(id).state);
  // A region or a HOST that was already refused needs no second message.
  if (findings.of('host').state !== 'absent' || !isOpen('region') || !isOpen('awsRegion')) return;
  const name = findings.nameOf(findings.of('workgroup').state === 'filled' ? 'workgroup' : 'clusterIdentifier');
  findings.refuse('host', `${findings.missing('host')}, or REGION = us-west-2 next to ${name}`);
}
