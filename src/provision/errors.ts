import { messageOf, StarloadError } from '../errors.ts';

interface Advice {
  readonly pattern: RegExp;
  readonly next: string;
}

const ADVICE: readonly Advice[] = [
  {
    pattern: /CredentialsProviderError|TokenProviderError|Could not load credentials/,
    next: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`.',
  },
  {
    pattern: /ExpiredToken|TokenRefreshRequired|RequestExpired/,
    next: 'The AWS credentials have expired: renew them and run again.',
  },
  {
    pattern: /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId/,
    next: 'AWS does not know these keys: compare them with those of the account; temporary keys need their session token.',
  },
  {
    pattern: /AccessDenied|not authorized/i,
    next: 'Give this identity the permission named above (docs/operations.md lists what provisioning needs).',
  },
  {
    pattern: /Unrecognized resource types?:.{0,2000}AWS::Redshift::UsageLimit/i,
    next: 'CloudFormation does not know usage limits in this region: run again with --usage-limits no.',
  },
  {
    pattern: /Unrecognized resource types?:.{0,2000}AWS::Budgets::Budget/i,
    next: 'CloudFormation does not know budgets in this region: run again with --budget-alarm no.',
  },
  {
    pattern: /Unrecognized resource types?:/i,
    next: 'CloudFormation does not know Redshift (Serverless) in this region: take another, with --region, or --engine cluster.',
  },
  {
    pattern: /Throttling|Rate exceeded|TooManyRequests/,
    next: 'AWS is asked too much at the moment: run again in a minute, it goes on where it was.',
  },
  {
    pattern: /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|TimeoutError/,
    next: 'Look at the network, the region and AWS_ENDPOINT_URL, and run again.',
  },
];

/** What to do about something AWS says, where that is known. */
export function adviceFor(text: string): string | undefined {
  return ADVICE.find(({ pattern }) => pattern.test(text))?.next;
}

/** An AWS error for its reader: what was tried and what to do. A StarloadError comes back as it is. */
export function explain(error: unknown, attempt: string): StarloadError {
  if (error instanceof StarloadError) return error;
  const { name = '', code = '' } = error as { name?: string; code?: string };
  const said = messageOf(error).split('\n')[0] ?? '';
  const text = `${name} ${code} ${said}`;
  const next = adviceFor(text) ?? 'Mend what AWS says, and run again.';
  // The SDK's errors carry the request with its signature: only text goes on.
  return new StarloadError(`cannot ${attempt}: ${said || name}`, { next, cause: new Error(`${name}: ${said}`) });
}
