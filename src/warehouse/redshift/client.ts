import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { keepLongIntegers } from './exact-integers.ts';

/** Keys for AWS where dwh.cfg gives them; absent ones leave it to the SDK's default chain. */
export interface AwsKeys {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

type Sdk = typeof import('@aws-sdk/client-redshift-data');

/** The SDK's module and a client for a region. The SDK itself honours AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_REDSHIFT_DATA. */
export interface SdkClient {
  readonly sdk: Sdk;
  readonly client: RedshiftDataClient;
}

/** A request may be held back by long polling for WAIT_SECONDS: the client's patience must be longer. */
const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
const CONNECTION_TIMEOUT_MILLISECONDS = 10_000;

/** Loads the SDK and makes a client. Standard retries: HTTP 5xx, 429, throttling and broken connections. */
export async function openClient(
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: AwsKeys,
): Promise<SdkClient> {
  // Said once per process on Node 20, to nobody who could act on it here; the SDK's version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const sdk = await import('@aws-sdk/client-redshift-data');
  const keys =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  const client = new sdk.RedshiftDataClient({
    region,
    maxAttempts: 4,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    },
    ...keys,
  });
  keepIntegersExact(client);
  return { sdk, client };
}

/** Puts `keepLongIntegers` between the wire and the SDK's JSON.parse. */
function keepIntegersExact(client: RedshiftDataClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const response = output.response as { body?: unknown };
      if (isAsyncIterable(response.body)) {
        response.body = Buffer.from(keepLongIntegers(await textOf(response.body)));
      }
      return output;
    },
    // Low priority: nearest to the wire, before the SDK's own parser sees the response.
    { step: 'deserialize', priority: 'low', name: 'keepLongIntegers' },
  );
}

function isAsyncIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
