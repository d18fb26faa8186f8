import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { type AwsOptions, clientConfig } from '../../aws/client.ts';
import { statusOf } from '../../aws/errors.ts';
import { explain } from './errors.ts';
import { uriOf } from './uri.ts';

/** What the clients are made with. Of a bucket whose region is not known, `region` is asked first. */
export interface S3Options extends AwsOptions {
  /** Another S3 than Amazon's; AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and the profile are honoured without it. */
  readonly endpoint?: string | undefined;
  /** How long a server may send nothing; a minute if absent. */
  readonly silenceMilliseconds?: number | undefined;
}

/** Attempts in all, with the SDK's backoff: a busy bucket answers 503 for seconds. */
const MAX_ATTEMPTS = 5;
const CONNECTION_MILLISECONDS = 10_000;
/** Without a byte; a slower reader is served again from where it stopped. */
const SILENCE_MILLISECONDS = 60_000;

/** The region to ask first if none is given: it answers for every bucket of the standard partition. */
const FIRST_REGION = 'us-east-1';

/**
 * The SDK's clients, one per region, made when first used. The SDK's own `followRegionRedirects` rewrites the client's
 * region while requests run side by side (checked in 3.1169.0), so each bucket's region is asked once and remembered.
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

  /** The region a bucket lies in. Throws StarloadError. */
  regionOf(bucket: string): Promise<string> {
    const known = this.#regions.get(bucket) ?? this.#findRegion(bucket);
    this.#regions.set(bucket, known);
    // A failure is not cached: the next caller asks again.
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
      // Redirects, denials and complaints about the signature name the region too.
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

  /** What the environment and the profile say of region and endpoint: asked of the SDK, which knows where to look. */
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
      // Other makers' S3 stumbles over the checksums the SDK adds of its own accord.
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

/** GetBucketLocation's answer, where it may be asked: undefined for "the first region" in its old spelling too. */
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

/** The bucket is there, but does not answer this question: what is asked of it next says why. */
function isRefusal(error: unknown): boolean {
  return [301, 307, 400, 403].includes(statusOf(error));
}
