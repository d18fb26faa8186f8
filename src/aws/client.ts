/** Keys and region for the AWS SDK, if given. For an absent one, the SDK uses its own default chain. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** How long a client waits, in milliseconds, and its total number of attempts, with the SDK's backoff. */
interface Patience {
  readonly maxAttempts: number;
  readonly connectionTimeout: number;
  /** For the whole answer. */
  readonly requestTimeout?: number;
  /** For the next byte. */
  readonly socketTimeout?: number;
}

/**
 * The options for a client of any AWS service. The SDK itself honours AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>.
 */
export function clientConfig(
  { region, accessKeyId, secretAccessKey, sessionToken }: AwsOptions,
  { maxAttempts, ...requestHandler }: Patience,
) {
  // On Node 20 the SDK warns once per process. Users cannot do anything about it, because its version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const keys = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return {
    ...(region && { region }),
    ...(keys && { credentials: sessionToken ? { ...keys, sessionToken } : keys }),
    maxAttempts,
    requestHandler,
  };
}
