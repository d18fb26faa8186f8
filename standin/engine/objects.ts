import type { S3 } from '@aws-sdk/client-s3';

/** The S3 operations that COPY needs. */
export interface ObjectReader {
  /** The keys that begin with the prefix, in order. */
  list(bucket: string, prefix: string): Promise<readonly string[]>;
  /** The object's bytes, or undefined if it does not exist. Throws S3Refusal. */
  get(bucket: string, key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** The bucket's region; undefined if it does not exist. */
  regionOf(bucket: string): Promise<string | undefined>;
}

/** S3 refused a request. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(message: string, status: number, code: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Reads objects through the S3 protocol, path style. The credentials represent the role that COPY assumes. The SDK is loaded
 * for the first COPY.
 */
export function s3Reader(endpoint: string, region = 'us-east-1'): ObjectReader & { close(): void } {
  let opened: Promise<S3> | undefined;
  const client = () => {
    opened ??= openClient(endpoint, region);
    return opened;
  };
  return {
    list: async (bucket, prefix) => listKeys(await client(), bucket, prefix),
    get: async (bucket, key, signal) => getObject(await client(), bucket, key, signal),
    regionOf: async (bucket) => findRegion(await client(), bucket),
    close: () => void opened?.then((one) => one.destroy()),
  };
}

async function openClient(endpoint: string, region: string): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3');
  return new sdk.S3({
    endpoint,
    region,
    forcePathStyle: true,
    followRegionRedirects: true,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    maxAttempts: 3,
  });
}

async function listKeys(client: S3, bucket: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await orRefuse(client.listObjectsV2({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    keys.push(...(page?.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    token = page?.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function getObject(
  client: S3,
  bucket: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const answer = await orRefuse(client.getObject({ Bucket: bucket, Key: key }, options));
  return answer?.Body as AsyncIterable<Uint8Array> | undefined;
}

async function findRegion(client: S3, bucket: string): Promise<string | undefined> {
  const answer = await orRefuse(client.headBucket({ Bucket: bucket }));
  return answer?.BucketRegion;
}

/** Returns undefined for an object or bucket that does not exist. */
async function orRefuse<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const { S3ServiceException } = await import('@aws-sdk/client-s3');
    if (!(error instanceof S3ServiceException)) throw error;
    const status = error.$metadata.httpStatusCode ?? 500;
    if (status === 404) return undefined;
    throw new S3Refusal(error.message, status, error.name);
  }
}
