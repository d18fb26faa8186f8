import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { type AwsOptions, clientConfig } from '../../aws/client.ts';
import { statusOf } from '../../aws/errors.ts';
import { explain } from './errors.ts';
import { uriOf } from './uri.ts';

/** The options for the clients. If a bucket's region is unknown, `region` is queried first. */
export interface S3Options extends AwsOptions {
  /**
   * An S3 service other than Amazon's. AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and the profile are honoured without it.
   */
  readonly endpoint?: string | undefined;
  /** How long a server may send nothing, in milliseconds; a minute if absent. */
  readonly silenceMilliseconds?: number | undefined;
}

/** The total number of attempts, with the SDK's backoff. A busy bucket answers 503 for seconds. */
const MAX_ATTEMPTS = 5;
const CONNECTION_MILLISECONDS = 10_000;
/** The longest time without a byte. If our reader is slower, the stream is resumed from where it stopped. */
const SILENCE_MILLISECONDS = 60_000;

/** The region to query first if none is given. It answers for every bucket of the standard partition. */
const FIRST_REGION = 'us-east-1';

/**
 * The SDK's clients, one per region, created on first use. The SDK's own `followRegionRedirects` changes the client's
 * region while concurrent requests run (checked in 3.1169.0). So each bucket's region is queried once and remembered.
 */
export class S3Clients {
  readonly #options: S3Options;
  readonly #clients = new Map<string, Promise<S3>>();
  readonly #regions = new Map<string, Promise<string>>();
  #setUp: Promise<{ region: string; endpoint: string | undefined }> | undefined;

  constructor(options: S3Options = {}) {
    this.#options = options;
  }

  /** A client for a bucket's region. Throws StarloadError if the bucket does not exist, or S3 cannot be reached. */
  async of(bucket: string): Promise<S3> {
    return this.#inRegion(await this.regionOf(bucket));
  }

  /** The region of a bucket. Throws StarloadError. */
  regionOf(bucket: string): Promise<string> {
    const known = this.#regions.get(bucket) ?? this.#findRegion(bucket);
    this.#regions.set(bucket, known);
    // A failure is not cached: the next caller tries again.
    known.catch(() => this.#regions.delete(bucket));
    return known;
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    for (const client of this.#clients.values()) {
      (await client).destroy();
    }
  }

  async #findRegion(bucket: string): Promise<string> {
    const { region: first } = await this.#settings();
    const client = await this.#inRegion(first);
    try {
      const { BucketRegion } = await client.headBucket({ Bucket: bucket });
      return BucketRegion ?? (await askLocation(client, bucket)) ?? first;
    } catch (error) {
      // Redirects, denials and signature errors also name the region.
      const region = regionInAnswer(error) ?? (isRefusal(error) ? await askLocation(client, bucket) : undefined);
      if (region === undefined && !isRefusal(error)) {
        throw explain(error, { action: 'find', uri: uriOf({ bucket, key: '' }), bucket });
      }
      return region ?? first;
    }
  }

  #inRegion(region: string): Promise<S3> {
    const client = this.#clients.get(region) ?? this.#make(region);
    this.#clients.set(region, client);
    return client;
  }

  async #make(region: string): Promise<S3> {
    const { endpoint } = await this.#settings();
    const forcePathStyle = endpoint !== undefined && !isAmazon(endpoint);
    return newClient({ ...this.#config(), region, forcePathStyle });
  }

  /** The region and endpoint from the environment and the profile, which the SDK resolves. */
  #settings(): Promise<{ region: string; endpoint: string | undefined }> {
    this.#setUp ??= this.#readSettings();
    return this.#setUp;
  }

  async #readSettings(): Promise<{ region: string; endpoint: string | undefined }> {
    const { config } = await newClient(this.#config());
    const region = this.#options.region ?? (await config.region().catch(() => FIRST_REGION));
    const endpoint = this.#options.endpoint ?? (await config.serviceConfiguredEndpoint?.());
    return { region, endpoint };
  }

  #config(): S3ClientConfig {
    const { region: _, endpoint, silenceMilliseconds: socketTimeout = SILENCE_MILLISECONDS, ...keys } = this.#options;
    return {
      ...clientConfig(keys, { maxAttempts: MAX_ATTEMPTS, connectionTimeout: CONNECTION_MILLISECONDS, socketTimeout }),
      ...(endpoint && { endpoint }),
      retryMode: 'standard',
      // Other S3 implementations fail on the checksums that the SDK adds by default.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    };
  }
}

async function newClient(config: S3ClientConfig): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3');
  return new S3(config);
}

function isAmazon(endpoint: string): boolean {
  return URL.canParse(endpoint) && /(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

/** The answer of GetBucketLocation, if permitted: undefined for "the first region" in its old spelling too. */
async function askLocation(client: S3, bucket: string): Promise<string | undefined> {
  try {
    const { LocationConstraint } = await client.getBucketLocation({ Bucket: bucket });
    return String(LocationConstraint) === 'EU' ? 'eu-west-1' : LocationConstraint || undefined;
  } catch {
    return undefined;
  }
}

function regionInAnswer(error: unknown): string | undefined {
  const { $response } = error as { readonly $response?: { readonly headers?: Readonly<Record<string, string>> } };
  return $response?.headers?.['x-amz-bucket-region'];
}

/** The bucket exists but does not answer this request. The next request to it shows why. */
function isRefusal(error: unknown): boolean {
  return [301, 307, 400, 403].includes(statusOf(error));
}
