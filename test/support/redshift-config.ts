import { CLUSTER, DATABASE, REGION, ROLE } from '../../standin/standin.ts';

/** The sections of a dwh.cfg that name the stand-in's cluster and role. `more` are further lines of [CLUSTER]. */
export function clusterSections(...more: readonly string[]): string {
  const cluster = [
    `HOST=${CLUSTER}.abc.${REGION}.redshift.amazonaws.com`,
    `DB_NAME=${DATABASE}`,
    'DB_USER=awsuser',
    ...more,
  ];
  return `[CLUSTER]\n${cluster.join('\n')}\n[IAM_ROLE]\nARN=${ROLE}\n`;
}
