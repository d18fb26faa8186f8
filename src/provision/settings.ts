/** The outputs of a stack with a warehouse for dwh.cfg, by name (infra/warehouse.yaml). */
export const OUTPUTS = ['Host', 'DatabaseName', 'CopyRoleArn', 'WorkPrefix'] as const;

/**
 * The settings dwh.cfg needs to load into the warehouse of a stack; null for those that would contradict it: HOST names
 * the warehouse and region, and the database user is the caller's IAM identity.
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
