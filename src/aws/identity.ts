import { messageOf, StarloadError } from '../errors.ts';
import { type AwsOptions, clientConfig } from './client.ts';
import { type Advice, adviceOn, codeOf, troubleOf } from './errors.ts';

/** The owner of the credentials, and the time according to AWS. */
export interface CallerIdentity {
  readonly arn: string;
  readonly account: string;
  readonly serverTime: Date | undefined;
}

/** STS did not answer. The credentials may still be right. */
export class StsUnreachable extends StarloadError {}

const FIRST_REGION = 'us-east-1';
const PATIENCE = { maxAttempts: 2, connectionTimeout: 5_000, requestTimeout: 5_000 };

/** Queries STS, which answers every identity. Throws StarloadError if there are no credentials or STS refuses them. */
export async function askWhoAmI(options: AwsOptions): Promise<CallerIdentity> {
  const config = clientConfig(options, PATIENCE);
  const { STS } = await import('@aws-sdk/client-sts');
  const region = options.region ?? (await new STS({}).config.region().catch(() => FIRST_REGION));
  const client = new STS({ ...config, region });
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

function dateOf(response: unknown): Date | undefined {
  const text = (response as { headers?: Readonly<Record<string, string>> } | undefined)?.headers?.['date'];
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const DENIED: Advice = {
  codes: ['AccessDenied', 'AccessDeniedException'],
  next: 'A policy denies sts:GetCallerIdentity: check the policies of the organisation.',
};

/** The error has no cause: the SDK's error holds the request with its signature. */
function explained(error: unknown): StarloadError {
  const said = `${codeOf(error)}: ${messageOf(error).split('\n')[0]}`;
  const isAway = ['busy', 'network'].includes(troubleOf(error) ?? '');
  const next = isAway ? undefined : adviceOn(error, [DENIED]);
  return next === undefined
    ? new StsUnreachable(`STS does not answer (${said}), so it is not known whose credentials these are`, {
        next: 'Only this check needs STS. If your network cannot reach it, rely on the checks below.',
      })
    : new StarloadError(`the AWS credentials do not work (${said})`, { next });
}
