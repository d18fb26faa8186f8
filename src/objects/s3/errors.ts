import { AwsError, adviceOn, awsErrorOf, codeOf, statusOf, troubleOf } from '../../aws/errors.ts';
import { messageOf, StarloadError } from '../../errors.ts';

/** What was tried when S3 refused, and where. */
export interface S3Attempt {
  readonly action: Action;
  /** The file or folder, in its display form. */
  readonly uri: string;
  readonly bucket: string;
}

type Action = keyof typeof PERMISSIONS;

/** For each of the loader's actions, the IAM action and the resource on which it must be allowed. */
const PERMISSIONS = {
  find: { iam: 's3:ListBucket', on: 'bucket' },
  list: { iam: 's3:ListBucket', on: 'bucket' },
  read: { iam: 's3:GetObject', on: 'key' },
  write: { iam: 's3:PutObject', on: 'key' },
  remove: { iam: 's3:DeleteObject', on: 'key' },
  copy: { iam: 's3:GetObject on the source and s3:PutObject', on: 'key' },
} as const;

const OTHER_REGION = [
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'TemporaryRedirect',
  'IllegalLocationConstraintException',
];

/** An S3 error for display: what was tried, where, and what to do. Returns a StarloadError unchanged. */
export function explain(error: unknown, attempt: S3Attempt): StarloadError {
  if (error instanceof StarloadError) {
    return error;
  }
  const { what, next } = diagnose(error, attempt);
  return new StarloadError(`cannot ${attempt.action} ${attempt.uri}: ${what}`, { next, cause: new AwsError(error) });
}

/**
 * Whether the bucket does not exist, from an answer about the whole bucket. For a region request, S3 returns only the
 * status.
 */
export function isBucketMissing(error: unknown): boolean {
  const { code, status } = awsErrorOf(error);
  return code === 'NoSuchBucket' || status === 404;
}

/** Whether S3 answered that something does not exist. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Whether S3 answered that a file is no longer the requested version. */
export function isChanged(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** Whether S3 denied access. */
export function isDenied(error: unknown): boolean {
  return statusOf(error) === 403;
}

/** The error for a file that is not the listed one: it is gone, or of another version. Only a new run helps. */
export function staleError(label: string, error: unknown): StarloadError {
  const what = isMissing(error) ? 'is gone' : 'changed';
  return new StarloadError(`${label} ${what} since it was listed`, {
    outcome: 'nothing was loaded',
    next: 'Run again when nobody writes to it.',
    cause: new AwsError(error),
  });
}

interface Diagnosis {
  readonly what: string;
  readonly next: string;
}

function diagnose(error: unknown, attempt: S3Attempt): Diagnosis {
  return diagnoseKeys(error) ?? diagnosePlace(error, attempt) ?? diagnoseService(error);
}

/** Diagnoses errors about the caller's credentials. */
function diagnoseKeys(error: unknown): Diagnosis | undefined {
  const next = adviceOn(error) as string;
  switch (troubleOf(error)) {
    case 'noKeys':
      return { what: `there are no AWS credentials (${firstLine(error)})`, next };
    case 'expired':
      return { what: 'the AWS credentials have expired', next };
    case 'wrongKeys':
      return { what: `S3 does not accept the AWS keys (${codeOf(error)})`, next };
    default:
      return undefined;
  }
}

function diagnosePlace(error: unknown, { action, uri, bucket }: S3Attempt): Diagnosis | undefined {
  const code = codeOf(error);
  if (code === 'RequestTimeTooSkewed') {
    return {
      what: "this machine's clock differs from S3's by more than 15 minutes",
      next: 'Set the clock and run again.',
    };
  }
  if (code === 'InvalidObjectState') {
    return {
      what: 'it is archived (a Glacier storage class)',
      next: 'Restore it in S3, or move it out of the source.',
    };
  }
  if (['InvalidBucketName', 'NoSuchBucket'].includes(code) || (action === 'find' && isMissing(error))) {
    return { what: `there is no bucket ${bucket}`, next: 'Correct the name of the bucket in dwh.cfg.' };
  }
  if (OTHER_REGION.includes(code)) {
    return {
      what: `the bucket ${bucket} is in a different region, and S3 does not say which`,
      next: "Write the bucket's region as REGION under [AWS] in dwh.cfg.",
    };
  }
  if (isDenied(error)) {
    const { iam, on } = PERMISSIONS[action];
    const arn = on === 'bucket' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${uri.slice('s3://'.length)}`;
    return {
      what: `S3 denies it (${firstLine(error)})`,
      next: `Allow ${iam} on ${arn} to the identity shown by \`aws sts get-caller-identity\`; a file encrypted with a KMS key also needs kms:Decrypt.`,
    };
  }
  return undefined;
}

function diagnoseService(error: unknown): Diagnosis {
  const said = firstLine(error) || 'no reason given';
  const next = adviceOn(error);
  if (troubleOf(error) === 'busy' || statusOf(error) >= 500) {
    return {
      what: `S3 is too busy, even after several attempts (${said})`,
      next: next ?? 'Run again in a few minutes.',
    };
  }
  if (next !== undefined) return { what: `S3 does not answer (${said})`, next };
  return { what: `${codeOf(error)}: ${said}`, next: 'Look up the code in the list of S3 error responses.' };
}

/** The SDK's message, without its advice to programmers and its wrapping of errors from another realm. */
function firstLine(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  return line.replace(/^AWS SDK error wrapper for (\w{0,100}Error: )?/, '').trim();
}
