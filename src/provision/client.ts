import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';

/** Keys and region for AWS where somebody gives them; absent ones leave it to the SDK's default chain. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

type Sdk = typeof import('@aws-sdk/client-cloudformation');

/** The SDK's module and a client. The SDK itself honours AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_CLOUDFORMATION. */
export interface SdkClient {
  readonly sdk: Sdk;
  readonly client: CloudFormationClient;
}

const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
const CONNECTION_TIMEOUT_MILLISECONDS = 10_000;
/** Events are asked for every few seconds, and CloudFormation throttles whole accounts. */
const MAX_ATTEMPTS = 6;

/** Loads the SDK and makes a client. */
export async function openClient(options: AwsOptions): Promise<SdkClient> {
  const { region, accessKeyId, secretAccessKey, sessionToken } = options;
  // Said once per process on Node 20, to nobody who could act on it here; the SDK's version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const sdk = await import('@aws-sdk/client-cloudformation');
  const keys = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  const client = new sdk.CloudFormationClient({
    ...(region && { region }),
    ...(keys && { credentials: sessionToken ? { ...keys, sessionToken } : keys }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    },
  });
  return { sdk, client };
}
