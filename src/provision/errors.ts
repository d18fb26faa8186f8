import { type Advice, AwsError, adviceOn, codeOf } from '../aws/errors.ts';
import { messageOf, StarloadError } from '../errors.ts';

/** CloudFormation passes on other services' errors as text. */
const ADVICE: readonly Advice[] = [
  {
    pattern: /AccessDenied|not authorized/i,
    codes: ['AccessDenied', 'AccessDeniedException'],
    next: 'Give this identity the permission named above (docs/operations.md lists what provisioning needs).',
  },
  {
    pattern: /Unrecognized resource types?:.{0,2000}AWS::Redshift::UsageLimit/i,
    next: 'CloudFormation does not support usage limits in this region: run again with --usage-limits no.',
  },
  {
    pattern: /Unrecognized resource types?:.{0,2000}AWS::Budgets::Budget/i,
    next: 'CloudFormation does not support budgets in this region: run again with --budget-alarm no.',
  },
  {
    pattern: /Unrecognized resource types?:/i,
    next: 'CloudFormation does not support Redshift (Serverless) in this region: use another one with --region, or --engine cluster.',
  },
  {
    pattern: /Throttling|Rate exceeded|TooManyRequests/,
    codes: ['Throttling', 'ThrottlingException', 'TooManyRequestsException'],
    next: 'AWS is throttling requests: run again in a minute, and it continues from there.',
  },
];

/** What to do about the reason that AWS gives for a failure, if known. */
export function adviceFor(reason: string): string | undefined {
  return adviceOn(new Error(reason), ADVICE);
}

/** An AWS error for display: what was tried and what to do. Returns a StarloadError unchanged. */
export function explain(error: unknown, attempt: string): StarloadError {
  if (error instanceof StarloadError) return error;
  const said = messageOf(error).split('\n')[0] || codeOf(error);
  const next = adviceOn(error, ADVICE) ?? 'Fix the problem that AWS reports, and run again.';
  return new StarloadError(`cannot ${attempt}: ${said}`, { next, cause: new AwsError(error) });
}
