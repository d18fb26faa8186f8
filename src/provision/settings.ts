/** What a stack with a warehouse gives out for dwh.cfg, by name (infra/warehouse.yaml). */
export const OUTPUTS = ['Host', 'DatabaseName', 'CopyRoleArn', 'WorkPrefix'] as const;

/**
 * What dwh.cfg must say to load into the warehouse of a stack, by setting; null for what would contradict it: HOST names
 * warehouse and region, and the database user is the caller's IAM identity.
 */
export function settingsOf(outputs: Readonly<Record<string, string>>) {
  const output = (name: (typeof OUTPUTS)[number]) => outputs[name] ?? '';
  return {
    clusterIdentifier: null,
    workgroup: null,
    region: null,
    dbUser: null,
    secretArn: null,
    host: output('Host'),
    dbName: output('DatabaseName'),
    arn: output('CopyRoleArn'),
    workPrefix: output('WorkPrefix'),
  };
}
