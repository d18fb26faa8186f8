import type { ConnectTarget } from '../executor.ts';
import { KNOWN, UNCERTAIN, validation } from './errors.ts';
import type { Settings } from './options.ts';

/** The target of a request and its identity. */
export interface TargetMembers {
  readonly ClusterIdentifier?: string | undefined;
  readonly WorkgroupName?: string | undefined;
  readonly Database?: string | undefined;
  readonly DbUser?: string | undefined;
  readonly SecretArn?: string | undefined;
}

/** A checked target. `members` are those of the request, which responses repeat. */
export interface Target {
  readonly members: TargetMembers;
  readonly connect: ConnectTarget;
  /** The cluster or workgroup that the quotas count for. */
  readonly endpoint: string;
}

/** The members that name a target. */
export function targetMembers(request: TargetMembers): TargetMembers {
  const { ClusterIdentifier, WorkgroupName, Database, DbUser, SecretArn } = request;
  return { ClusterIdentifier, WorkgroupName, Database, DbUser, SecretArn };
}

/** Whether a request names any part of a target. */
export function namesTarget(request: TargetMembers): boolean {
  return Object.values(targetMembers(request)).some((value) => value !== undefined);
}

/** Checks the combination of members (AWS page "Authenticating a Data API request"). Throws ValidationException. */
export function targetOf(request: TargetMembers, settings: Settings): Target {
  const members = targetMembers(request);
  checkCombination(members);
  if (members.Database === undefined) {
    throw validation(UNCERTAIN.noDatabase);
  }
  const endpoint = endpointOf(members, settings);
  return { members, endpoint, connect: { database: members.Database, user: userOf(members, settings) } };
}

function checkCombination(members: TargetMembers): void {
  const { ClusterIdentifier, WorkgroupName, DbUser, SecretArn } = members;
  if (ClusterIdentifier !== undefined && WorkgroupName !== undefined) {
    throw validation(UNCERTAIN.twoTargets);
  }
  if (DbUser !== undefined && SecretArn !== undefined) {
    throw validation(UNCERTAIN.twoUsers);
  }
  if (DbUser !== undefined && WorkgroupName !== undefined) {
    throw validation(UNCERTAIN.workgroupUser);
  }
}

function endpointOf(members: TargetMembers, { clusters, workgroups }: Settings): string {
  const { ClusterIdentifier, WorkgroupName } = members;
  if (ClusterIdentifier === undefined && WorkgroupName === undefined) {
    return clusterOfSecret(members, clusters);
  }
  const known = ClusterIdentifier === undefined ? workgroups : clusters;
  const name = ClusterIdentifier ?? WorkgroupName ?? '';
  if (!known.includes(name)) {
    throw validation(KNOWN.unknownEndpoint);
  }
  return ClusterIdentifier === undefined ? `workgroup ${name}` : `cluster ${name}`;
}

// A secret may name its own cluster; here every secret belongs to the first one.
function clusterOfSecret({ SecretArn }: TargetMembers, clusters: readonly string[]): string {
  if (SecretArn === undefined) {
    throw validation(UNCERTAIN.noTarget);
  }
  return `cluster ${clusters[0] ?? ''}`;
}

function userOf({ DbUser, SecretArn }: TargetMembers, { users }: Settings): string {
  return DbUser ?? (SecretArn === undefined ? users.iam : users.secret);
}
