import { type Advice, AwsError, adviceOn, codeOf, isDenied, statusOf, troubleOf } from '../../aws/errors.ts';
import { messageOf } from '../../errors.ts';
import { lineAt } from '../../sql/written.ts';
import { WarehouseError } from '../errors.ts';

/**
 * Whether a failed call may succeed later. The SDK itself retries 5xx, throttling and broken connections. These are
 * worth another try too: too many active statements, sessions or waiting requests (Data API, considerations).
 */
export function isTransient(error: unknown): boolean {
  return (
    ['busy', 'network'].includes(troubleOf(error) ?? '') ||
    FULL.includes(codeOf(error)) ||
    // This is a ValidationException, like many other errors.
    /Session is not available/.test(messageOf(error)) ||
    statusOf(error) >= 500
  );
}

const FULL = ['ActiveSessionsExceededException', 'ActiveWaitingRequestsExceededException', 'QueryTimeoutException'];

/** Whether the service refused a call, so that nothing was started. */
export function isRefusal(error: unknown): boolean {
  const isOfKeys = ['noKeys', 'expired', 'wrongKeys'].includes(troubleOf(error) ?? '');
  return isOfKeys || isDenied(error) || codeOf(error) === 'ValidationException';
}

/**
 * Whether the service does not know a statement. The code is the likely one; the words are certain (`Query does not
 * exist.`).
 */
export function isForgotten(error: unknown): boolean {
  return codeOf(error) === 'ResourceNotFoundException' || /does not exist/i.test(messageOf(error));
}

/**
 * Whether a statement could not be cancelled because it has ended. This is a ValidationException that only its words
 * identify.
 */
export function isOver(error: unknown): boolean {
  return isForgotten(error) || /already in|not running/i.test(messageOf(error));
}

/** Converts a failed call of the Data API to a WarehouseError that says what to do. */
export function sortedCall(error: unknown): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const { name = '' } = error as { readonly name?: string };
  return new WarehouseError('unreachable', `the Redshift Data API refused a call: ${name}: ${messageOf(error)}`, {
    next: adviceOn(error, ADVICE) ?? 'Run again later; --debug shows where it came from.',
    cause: new AwsError(error),
  });
}

const ADVICE: readonly Advice[] = [
  {
    pattern: /not authorized/i,
    codes: ['AccessDenied', 'AccessDeniedException'],
    next: 'Allow redshift-data:BatchExecuteStatement, ExecuteStatement, DescribeStatement, GetStatementResult, CancelStatement and ListStatements, and GetClusterCredentials(WithIAM) or GetCredentials or the secret; do not add a condition on redshift-data:statement-owner-iam-userid, which keeps a role from seeing statements of its earlier sessions.',
  },
  {
    pattern: /endpoint doesn't exist/,
    next: 'Is the name of the cluster or workgroup right, and its region? See HOST, CLUSTER_IDENTIFIER, WORKGROUP and REGION in dwh.cfg.',
  },
];

/** The code is at the beginning. The same number in a DETAIL can be the query's id. */
const CONFLICT =
  /^10(?:18|23)\b|Serializable isolation violation|conflict with concurrent transaction|deadlock detected/i;

/**
 * The error of a failed statement, from the text of DescribeStatement (`ERROR: …`). Errors that can disappear if the
 * whole batch is run again are `conflict`: 1023, a conflict with a concurrent transaction, 1018 (a table made after the
 * snapshot), deadlocks.
 */
export function sortedStatement(text: string, sql?: string): WarehouseError {
  const told = text
    .replace(/\s{0,9}\[ErrorId: [^\]]{0,100}\]\s{0,9}$/, '')
    .replace(/^Query #\d+ failed with /, '')
    .replace(/^ERROR:\s*/, '')
    .trim();
  const position = POSITION.exec(told)?.[1];
  const message = told.replace(POSITION, '');
  if (CONFLICT.test(message)) {
    return new WarehouseError('conflict', message);
  }
  const advice = STATEMENT_ADVICE.find(([pattern]) => pattern.test(message));
  const line = sql === undefined || position === undefined ? undefined : lineAt(sql, Number(position));
  return new WarehouseError(advice?.[1] ?? 'refused', message, { next: advice?.[2], line });
}

/**
 * The position of a character in the statement, counted from 1. Not every error has it (Management Guide, Data API).
 */
const POSITION = /\n\s{0,9}Position: (\d{1,9})$/;

const STATEMENT_ADVICE: readonly (readonly [RegExp, WarehouseError['kind'], string])[] = [
  [
    /^relation "[^"]{0,300}" does not exist|nonexistent table/i,
    'missing-table',
    'Run npm run create-tables first (npm run create-tables -- --missing where some tables are there), or correct the name.',
  ],
  [
    /permission denied/i,
    'refused',
    'Grant the database user what it needs: USAGE and CREATE on the schema, ownership of or rights on the tables, and TEMP on the database.',
  ],
  [
    /not authorized to assume|ASSUMEROLE|role.{0,300}(not attached|cannot be assumed)/i,
    'refused',
    'Attach the role of [IAM_ROLE] ARN to the cluster or namespace, and let redshift.amazonaws.com assume it.',
  ],
  [
    /Access ?Denied|Status 403/i,
    'refused',
    'Allow the role of [IAM_ROLE] ARN s3:GetObject and s3:ListBucket on the sources and the work prefix (and kms:Decrypt if they are encrypted).',
  ],
  [
    /Mandatory url is not present|specified key does not exist|NoSuchKey/i,
    'refused',
    'A file was deleted while it was being loaded. Run again: the load is planned again.',
  ],
  [
    /S3 prefix.{0,2000}does not exist|NoSuchBucket/i,
    'refused',
    'Are the sources and WORK_PREFIX under [S3] in dwh.cfg right, capitals included?',
  ],
  [
    /PermanentRedirect|Status 301/,
    'refused',
    'The files are in a different region from REGION of the COPY: set REGION under [AWS] in dwh.cfg, or WORK_PREFIX under [S3].',
  ],
  [
    /statement timeout|cancelled on user's request|canceled on user's request/i,
    'cancelled',
    'Run again at any time: nothing is loaded twice.',
  ],
  [/FATAL:.{0,300}(database|user|password)/i, 'unreachable', 'Correct DB_NAME and DB_USER in dwh.cfg.'],
  [/Database response exceeded|Packet for query is too large/i, 'refused', 'Ask for fewer or narrower rows.'],
  [/disk full/i, 'refused', 'The cluster has no space left: resize it or drop data that you do not need.'],
];
