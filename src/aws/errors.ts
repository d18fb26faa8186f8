import { messageOf } from '../errors.ts';

/** The members of SDK errors that are read here. S3 and network errors have an additional code. */
interface SdkError {
  readonly name?: string;
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The refusal of a call by AWS or the network, as the cause of a Starload error. It holds only text: the SDK's own
 * errors carry the request with its signature, and S3's name the key or the token.
 */
export class AwsError extends Error {
  /** For example `AccessDenied`, `ThrottlingException` or `ECONNRESET`. */
  readonly code: string;
  /** The HTTP status of the answer; 0 if there was none. */
  readonly status: number;

  constructor(error: unknown) {
    super(messageOf(error));
    this.code = codeIn(error);
    this.status = statusOf(error);
    this.name = (error as SdkError).name ?? 'Error';
    if (error instanceof Error && error.stack !== undefined) this.stack = error.stack;
  }
}

/** What to do about a refusal, identified by its code or, if a service has no code for it, by its words. */
export interface Advice {
  readonly codes?: readonly string[];
  readonly pattern?: RegExp;
  readonly next: string;
}

/** The common reasons for which every service refuses calls. */
const TROUBLES = {
  noKeys: {
    codes: ['CredentialsProviderError', 'TokenProviderError', 'ProviderError', 'NoCredentials'],
    next: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`, or write KEY and SECRET under [AWS] in dwh.cfg.',
  },
  expired: {
    codes: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'],
    next: 'Renew the credentials, which have expired (`aws sso login`, or new temporary keys), and run again.',
  },
  wrongKeys: {
    codes: [
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'IncompleteSignature',
      'InvalidToken',
    ],
    next: 'Compare AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or [AWS] in dwh.cfg, with those of the account; temporary keys need their session token. Is the clock right?',
  },
  busy: {
    codes: [
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'ActiveStatementsExceededException',
      'SlowDown',
      'ServiceUnavailable',
      'InternalError',
    ],
    next: 'AWS is busy, or this account sends too many requests: run again in a minute or two.',
  },
  network: {
    codes: [
      'ENOTFOUND',
      'ECONNREFUSED',
      'ECONNRESET',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ETIMEDOUT',
      'EPIPE',
      'TimeoutError',
    ],
    next: 'Look at the network, a proxy, the region and AWS_ENDPOINT_URL, and run again.',
  },
} as const satisfies Record<string, Advice>;

export type Trouble = keyof typeof TROUBLES;

/** The refusal by AWS, from an SDK error or from a Starload error that was made from it. */
export function awsErrorOf(error: unknown): AwsError {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof AwsError) return each;
  return new AwsError(error);
}

/** The code of a refusal, from either kind of error; '' if there is none. */
export function codeOf(error: unknown): string {
  return awsErrorOf(error).code;
}

function codeIn(error: unknown): string {
  const { name = '', Code, code } = (error ?? {}) as SdkError;
  if (Code !== undefined) return Code;
  if (!['', 'Error', 'AggregateError'].includes(name)) return name;
  // An error from another realm has its code only in its message.
  return code ?? TROUBLES.network.codes.find((one) => messageOf(error).includes(one)) ?? name;
}

/** The HTTP status of an SDK error; 0 if there was no answer. */
export function statusOf(error: unknown): number {
  return (error as SdkError | undefined)?.$metadata?.httpStatusCode ?? 0;
}

/** Whether the caller's policies do not allow a call. Repeating it does not help. */
export function isDenied(error: unknown): boolean {
  return /^AccessDenied/.test(codeOf(error));
}

/** The common reason for a refusal, if it is one of those. */
export function troubleOf(error: unknown): Trouble | undefined {
  const code = codeOf(error);
  return (Object.keys(TROUBLES) as Trouble[]).find((one) => (TROUBLES[one].codes as readonly string[]).includes(code));
}

/** What to do about a refusal. The service's own advice comes first. */
export function adviceOn(error: unknown, own: readonly Advice[] = []): string | undefined {
  const [code, said] = [codeOf(error), messageOf(error)];
  const rows: readonly Advice[] = [...own, ...Object.values(TROUBLES)];
  return rows.find(({ codes, pattern }) => codes?.includes(code) || pattern?.test(said))?.next;
}
