import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

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

/** Reads objects through the S3 protocol, path style. The credentials represent the role that COPY assumes. */
export function s3Reader(endpoint: string, region = 'us-east-1'): ObjectReader & { close(): void } {
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    followRegionRedirects: true,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    maxAttempts: 3,
  });
  return {
    list: (bucket, prefix) => listKeys(client, bucket, prefix),
    get: (bucket, key, signal) => getObject(client, bucket, key, signal),
    regionOf: (bucket) => findRegion(client, bucket),
    close: () => client.destroy(),
  };
}

async function listKeys(client: S3Client, bucket: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await orRefuse(
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
    );
    keys.push(...(page?.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    token = page?.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function getObject(
  client: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const answer = await orRefuse(client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options));
  return answer?.Body as AsyncIterable<Uint8Array> | undefined;
}

async function findRegion(client: S3Client, bucket: string): Promise<string | undefined> {
  const answer = await orRefuse(client.send(new HeadBucketCommand({ Bucket: bucket })));
  return answer?.BucketRegion;
}

/** Returns undefined for an object or bucket that does not exist. */
async function orRefuse<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    const status = error.$metadata.httpStatusCode ?? 500;
    if (status === 404) return undefined;
    throw new S3Refusal(error.message, status, error.name);
  }
}
