import type { RedshiftTarget } from '../../target.ts';

/** The members of a request that identify the caller and the warehouse (Data API, authorization). */
export function addressOf(target: RedshiftTarget): Readonly<Record<string, string>> {
  const { database, clusterIdentifier, workgroup, dbUser, secretArn } = target;
  const members = {
    Database: database,
    ClusterIdentifier: clusterIdentifier,
    WorkgroupName: workgroup,
    // A workgroup identifies its callers by their IAM identity or by a secret.
    DbUser: workgroup === undefined && secretArn === undefined ? dbUser : undefined,
    SecretArn: secretArn,
  };
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The warehouse's name for display. */
export function locationOf({ clusterIdentifier, workgroup, database, region }: RedshiftTarget): string {
  const name = workgroup === undefined ? `cluster ${clusterIdentifier}` : `workgroup ${workgroup}`;
  return `Redshift ${name} in ${region}, database ${database}`;
}
