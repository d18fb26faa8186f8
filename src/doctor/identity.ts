import { messageOf, StarloadError } from '../errors.ts';

/** Who the credentials belong to, and what AWS says the time is. */
export interface Answer {
  readonly arn: string;
  readonly account: string;
  readonly serverTime: Date | undefined;
}

/** Keys and region where dwh.cfg gives them; absent ones leave it to the SDK's default chain. */
export interface StsOptions {
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** STS did not answer: no reason to think that the credentials are wrong. */
export class StsUnreachable extends StarloadError {}

const FIRST_REGION = 'us-east-1';
const TIMEOUT_MILLISECONDS = 5_000;

/** Asks STS, which answers every identity. Throws StarloadError when there are no credentials or STS refuses them. */
export async function askWhoAmI(options: StsOptions): Promise<Answer> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { STS } = await import('@aws-sdk/client-sts');
  const client = new STS({ ...(await configOf(options, new STS({}))), maxAttempts: 2 });
  let serverTime: Date | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      serverTime = dateOf(output.response);
      return output;
    },
    { step: 'deserialize', priority: 'low', name: 'readDate' },
  );
  try {
    const { Arn = 'unknown', Account = 'unknown' } = await client.getCallerIdentity({});
    return { arn: Arn, account: Account, serverTime };
  } catch (error) {
    throw explained(error);
  } finally {
    client.destroy();
  }
}

async function configOf(
  { region, accessKeyId, secretAccessKey, sessionToken }: StsOptions,
  probe: import('@aws-sdk/client-sts').STS,
): Promise<import('@aws-sdk/client-sts').STSClientConfig> {
  const keys = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return {
    region: region ?? (await probe.config.region().catch(() => FIRST_REGION)),
    ...(keys && { credentials: sessionToken ? { ...keys, sessionToken } : keys }),
    requestHandler: { connectionTimeout: TIMEOUT_MILLISECONDS, requestTimeout: TIMEOUT_MILLISECONDS },
  };
}

function dateOf(response: unknown): Date | undefined {
  const text = (response as { headers?: Readonly<Record<string, string>> } | undefined)?.headers?.['date'];
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /CredentialsProviderError|Could not load credentials/,
    'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`, or write KEY and SECRET under [AWS] in dwh.cfg.',
  ],
  [/Expired/, 'Renew them (`aws sso login`, or new temporary keys).'],
  [
    /InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|InvalidAccessKeyId|IncompleteSignature/,
    'Compare AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or [AWS] in dwh.cfg, with those of the account; temporary keys need their session token. Is the clock right?',
  ],
  [/AccessDenied/, 'A policy denies sts:GetCallerIdentity: look for one of the organisation.'],
];

/** The error keeps no cause: the SDK's holds the request with its signature. */
function explained(error: unknown): StarloadError {
  const name = String((error as { name?: unknown }).name ?? 'Error');
  const said = `${name}: ${messageOf(error).split('\n')[0]}`;
  const advice = ADVICE.find(([pattern]) => pattern.test(said));
  return advice === undefined
    ? new StsUnreachable(`STS does not answer (${said}), so nobody knows who the credentials belong to`, {
        next: 'Nothing needs STS but this check. In a network without a way to it, go by the checks below.',
      })
    : new StarloadError(`the AWS credentials are of no use (${said})`, { next: advice[1] });
}
