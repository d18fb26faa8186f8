import { openServiceOf } from '../../src/warehouse/open.ts';
import type { Service } from '../../src/warehouse/service.ts';
import { CLUSTER, DATABASE, REGION, ROLE } from '../../standin/standin.ts';

/** The Data API at an address, as certify opens it. */
export async function openServiceAt(url: string): Promise<Service> {
  process.env['AWS_ENDPOINT_URL_REDSHIFT_DATA'] = url;
  const target = {
    engine: 'redshift',
    region: REGION,
    database: DATABASE,
    clusterIdentifier: CLUSTER,
    iamRole: ROLE,
  } as const;
  const aws = { region: REGION, accessKeyId: 'standin', secretAccessKey: 'standin' };
  const service = await openServiceOf({ target, aws } as never, { stores: {} as never, notify: () => {} });
  return service as Service;
}
