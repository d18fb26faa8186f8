import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { type AwsOptions, clientConfig } from '../../aws/client.ts';
import { keepLongIntegers } from './exact-integers.ts';

/** The SDK's module and a client for a region. */
export interface SdkClient {
  readonly sdk: typeof import('@aws-sdk/client-redshift-data');
  readonly client: RedshiftDataClient;
}

/**
 * Standard retries: HTTP 5xx, 429, throttling and broken connections. Long polling may hold a request back for
 * WAIT_SECONDS, so the client's timeout must be longer.
 */
const PATIENCE = { maxAttempts: 4, connectionTimeout: 10_000, requestTimeout: 60_000 };

/** Loads the SDK and creates a client. */
export async function openClient(options: AwsOptions): Promise<SdkClient> {
  const config = clientConfig(options, PATIENCE);
  const sdk = await import('@aws-sdk/client-redshift-data');
  const client = new sdk.RedshiftDataClient(config);
  keepIntegersExact(client);
  return { sdk, client };
}

/** Inserts `keepLongIntegers` between the wire and the SDK's JSON.parse. */
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
    // Low priority: closest to the wire, before the SDK's own parser sees the response.
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
