import { messageOf, StarloadError } from '../../errors.ts';

/** What was tried when S3 refused, and where. */
export interface Attempt {
  readonly action: Action;
  /** The file or folder, as people call it. */
  readonly uri: string;
  readonly bucket: string;
}

type Action = keyof typeof PERMISSIONS;

interface ServiceError {
  readonly name?: string;
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** For each thing the loader does, the IAM action and what it must be allowed on. */
const PERMISSIONS = {
  find: { iam: 's3:ListBucket', on: 'bucket' },
  list: { iam: 's3:ListBucket', on: 'bucket' },
  read: { iam: 's3:GetObject', on: 'key' },
  write: { iam: 's3:PutObject', on: 'key' },
  remove: { iam: 's3:DeleteObject', on: 'key' },
  copy: { iam: 's3:GetObject on the source and s3:PutObject', on: 'key' },
} as const;

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'];
const WRONG_KEYS = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'UnrecognizedClientException'];
const NO_KEYS = ['CredentialsProviderError', 'TokenProviderError', 'ProviderError', 'NoCredentials'];
const OTHER_REGION = [
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'TemporaryRedirect',
  'IllegalLocationConstraintException',
];
const BUSY = ['SlowDown', 'ServiceUnavailable', 'InternalError', 'ThrottlingException', 'RequestLimitExceeded'];
const NETWORK = [
  'ENOTFOUND',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
];

/** An S3 error for its reader: what was tried, where, and what to do. A StarloadError comes back as it is. */
export function explain(error: unknown, attempt: Attempt): StarloadError {
  if (error instanceof StarloadError) {
    return error;
  }
  const { what, next } = diagnose(error, attempt);
  return new StarloadError(`cannot ${attempt.action} ${attempt.uri}: ${what}`, { next, cause: withoutSecrets(error) });
}

/** Whether S3 said that something is not there. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Whether S3 said that a file is no longer the version asked for. */
export function isChanged(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** Whether S3 denied it. */
export function isDenied(error: unknown): boolean {
  return statusOf(error) === 403;
}

/** A file that is not what was listed: gone, or of another version. Nothing else than a new run helps. */
export function staleError(label: string, error: unknown): StarloadError {
  const what = isMissing(error) ? 'is gone' : 'changed';
  return new StarloadError(`${label} ${what} since it was listed`, {
    outcome: 'nothing was loaded',
    next: 'Run again once nobody writes to it.',
    cause: withoutSecrets(error),
  });
}

function statusOf(error: unknown): number | undefined {
  return (error as ServiceError).$metadata?.httpStatusCode;
}

interface Diagnosis {
  readonly what: string;
  readonly next: string;
}

function diagnose(error: unknown, attempt: Attempt): Diagnosis {
  const { name = '', Code = '', code = '' } = error as ServiceError;
  const isOneOf = (names: readonly string[]) => [name, Code, code].some((each) => names.includes(each));
  if (isOneOf(NO_KEYS)) return noCredentials(error);
  if (isOneOf(EXPIRED)) {
    return {
      what: 'the AWS credentials have expired',
      next: 'Renew them (`aws sso login`, or new temporary keys) and run again.',
    };
  }
  if (isOneOf(WRONG_KEYS)) return wrongKeys(name);
  if (isOneOf(['RequestTimeTooSkewed'])) {
    return {
      what: "this machine's clock differs from S3's by more than 15 minutes",
      next: 'Set the clock and run again.',
    };
  }
  if (isOneOf(['InvalidObjectState'])) {
    return {
      what: 'it is archived (a Glacier storage class)',
      next: 'Restore it in S3, or move it out of the source.',
    };
  }
  return diagnosePlace(error, attempt, isOneOf) ?? diagnoseService(error, isOneOf);
}

function diagnosePlace(
  error: unknown,
  { action, uri, bucket }: Attempt,
  isOneOf: (names: readonly string[]) => boolean,
): Diagnosis | undefined {
  if (isOneOf(['InvalidBucketName', 'NoSuchBucket']) || (action === 'find' && isMissing(error))) {
    return { what: `there is no bucket ${bucket}`, next: 'Correct the name of the bucket in dwh.cfg.' };
  }
  if (isOneOf(OTHER_REGION)) {
    return {
      what: `the bucket ${bucket} lies in another region than the one asked, and S3 does not say in which`,
      next: "Write the bucket's region as REGION into dwh.cfg.",
    };
  }
  if (isDenied(error)) {
    const { iam, on } = PERMISSIONS[action];
    const arn = on === 'bucket' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${uri.slice('s3://'.length)}`;
    return {
      what: `S3 denies it (${firstLine(error)})`,
      next: `Allow ${iam} on ${arn}. \`aws sts get-caller-identity\` says to whom; a file encrypted with a KMS key also needs kms:Decrypt.`,
    };
  }
  return undefined;
}

function diagnoseService(error: unknown, isOneOf: (names: readonly string[]) => boolean): Diagnosis {
  const said = firstLine(error) || 'no reason given';
  if (isOneOf(BUSY) || (statusOf(error) ?? 0) >= 500) {
    return { what: `S3 is too busy, even after several attempts (${said})`, next: 'Run again in a few minutes.' };
  }
  if (isOneOf([...NETWORK, 'TimeoutError']) || NETWORK.some((code) => said.includes(code))) {
    return { what: `S3 does not answer (${said})`, next: 'Look at the network, the region and AWS_ENDPOINT_URL.' };
  }
  const { name = 'Error' } = error as ServiceError;
  return { what: `${name}: ${said}`, next: 'Look the code up in the list of S3 error responses.' };
}

function noCredentials(error: unknown): Diagnosis {
  return {
    what: `there are no AWS credentials (${firstLine(error)})`,
    next: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`, or write KEY and SECRET under [AWS] in dwh.cfg.',
  };
}

function wrongKeys(name: string): Diagnosis {
  return {
    what: `S3 does not accept the AWS keys (${name})`,
    next: 'Compare AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or [AWS] in dwh.cfg, with those of the account; temporary keys need their session token.',
  };
}

/** What the SDK says, without its advice to programmers and its wrapping of errors from another realm. */
function firstLine(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  return line.replace(/^AWS SDK error wrapper for (\w{0,100}Error: )?/, '').trim();
}

/** The SDK's errors carry the request with its signature, and S3's name the key or the token: only text goes on. */
function withoutSecrets(error: unknown): Error {
  const copy = new Error(messageOf(error));
  copy.name = (error as ServiceError).name ?? 'Error';
  const stack = error instanceof Error ? error.stack : undefined;
  if (stack !== undefined) {
    copy.stack = stack;
  }
  return copy;
}
