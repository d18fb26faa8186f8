/** A Redshift warehouse as the Data API addresses it, and how it may read S3. */
export interface RedshiftTarget {
  readonly region: string;
  readonly database: string;
  readonly clusterIdentifier?: string | undefined;
  readonly workgroup?: string | undefined;
  readonly dbUser?: string | undefined;
  readonly secretArn?: string | undefined;
  /** A role's ARN, several joined by commas (a chain), or `default`. */
  readonly iamRole: string;
  readonly schema?: string | undefined;
}

/** The members of a request that say who asks which warehouse (Data API, authorization). */
export function addressOf(target: RedshiftTarget): Readonly<Record<string, string>> {
  const { database, clusterIdentifier, workgroup, dbUser, secretArn } = target;
  const members = {
    Database: database,
    ClusterIdentifier: clusterIdentifier,
    WorkgroupName: workgroup,
    // A workgroup knows its callers by their IAM identity or by a secret.
    DbUser: workgroup === undefined && secretArn === undefined ? dbUser : undefined,
    SecretArn: secretArn,
  };
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The warehouse's name for people. */
export function locationOf({ clusterIdentifier, workgroup, database, region }: RedshiftTarget): string {
  const name = workgroup === undefined ? `cluster ${clusterIdentifier}` : `workgroup ${workgroup}`;
  return `Redshift ${name} in ${region}, database ${database}`;
}
