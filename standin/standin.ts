import type { DataApiOptions } from './dataapi/options.ts';
import { startDataApi } from './dataapi/server.ts';
import { startEngine } from './engine/engine.ts';
import { s3Reader } from './engine/objects.ts';
import type { EngineOptions } from './engine/options.ts';
import { type S3Server, startS3Server } from './s3-server.ts';
import { type StsServer, startStsServer } from './sts-server.ts';

/** A warehouse, an S3 and an STS on this machine that answer as AWS's do, as far as docs/engines.md says. */
export interface Standin {
  readonly s3: S3Server;
  readonly sts: StsServer;
  readonly dataApi: Awaited<ReturnType<typeof startDataApi>>;
  readonly engine: Awaited<ReturnType<typeof startEngine>>;
  /** Environment variables that point the AWS SDK here, with fake credentials. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface StandinOptions {
  readonly dataApi?: Partial<DataApiOptions>;
  readonly engine?: Partial<EngineOptions>;
}

export const REGION = 'us-west-2';
export const CLUSTER = 'dwh';
export const DATABASE = 'dev';
export const ROLE = 'arn:aws:iam::123456789012:role/dwhRole';

/** Starts both servers on free loopback ports. */
export async function startStandin({
  dataApi: front = {},
  engine: behind = {},
}: StandinOptions = {}): Promise<Standin> {
  // Suppresses the SDK's warning about Node 20, printed once per process; the SDK's version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const s3 = await startS3Server({ region: REGION });
  const sts = await startStsServer();
  const engine = await startEngine({
    databases: [DATABASE],
    objects: s3Reader(s3.url, REGION),
    region: REGION,
    ...behind,
  });
  const dataApi = await startDataApi({ engine, clusters: [CLUSTER], ...front });
  return {
    s3,
    sts,
    dataApi,
    engine,
    environment: {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: dataApi.url,
      AWS_ACCESS_KEY_ID: 'standin',
      AWS_SECRET_ACCESS_KEY: 'standin',
      AWS_REGION: REGION,
    },
    stop: async () => {
      await dataApi.stop();
      await engine.stop();
      await s3.stop();
      await sts.stop();
    },
  };
}
