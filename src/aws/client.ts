/** Keys and region for the AWS SDK, where somebody gives them; an absent one leaves it to the SDK's own default chain. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** How long a client waits, in milliseconds, and how often it asks in all, with the SDK's backoff. */
interface Patience {
  readonly maxAttempts: number;
  readonly connectionTimeout: number;
  /** For the whole answer. */
  readonly requestTimeout?: number;
  /** For the next byte. */
  readonly socketTimeout?: number;
}

/** What a client of any AWS service is made with. The SDK itself honours AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>. */
export function clientConfig(
  { region, accessKeyId, secretAccessKey, sessionToken }: AwsOptions,
  { maxAttempts, ...requestHandler }: Patience,
) {
  // The SDK warns once per process on Node 20, which nobody can act on here; its version is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const keys = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return {
    ...(region && { region }),
    ...(keys && { credentials: sessionToken ? { ...keys, sessionToken } : keys }),
    maxAttempts,
    requestHandler,
  };
}
