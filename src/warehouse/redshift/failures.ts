import { messageOf } from '../../errors.ts';
import { lineAt } from '../../sql/written.ts';
import { WarehouseError } from '../errors.ts';

/** What to do about a failed call: the same call may succeed later, or never. */
export function isTransient(error: unknown): boolean {
  const name = nameOf(error);
  return (
    TRANSIENT.has(name) ||
    /Session is not available/.test(messageOf(error)) ||
    isServerFault(error) ||
    isBrokenConnection(error)
  );
}

/**
 * Beyond what the SDK retries by itself (5xx, throttling, broken connections), these are worth another try: too many
 * active statements, sessions or waiting requests (Data API, considerations).
 */
const TRANSIENT = new Set([
  'ActiveStatementsExceededException',
  'ActiveSessionsExceededException',
  'ActiveWaitingRequestsExceededException',
  'ThrottlingException',
  'TooManyRequestsException',
  'QueryTimeoutException',
  'TimeoutError',
]);

function isServerFault(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode ?? 0;
  return status >= 500;
}

function isBrokenConnection(error: unknown): boolean {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  return ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND'].includes(code);
}

/** The AWS name of an error, such as ValidationException. */
export function nameOf(error: unknown): string {
  return String((error as { name?: unknown } | undefined)?.name ?? '');
}

/** The caller's policies do not allow the call; asking again does not help. */
export function isDenied(error: unknown): boolean {
  return /AccessDenied|not authorized/i.test(`${nameOf(error)} ${messageOf(error)}`);
}

/** A failed call of the Data API as a WarehouseError that says what to do. */
export function sortedCall(error: unknown): WarehouseError {
  if (error instanceof WarehouseError) {
    return error;
  }
  const message = `${nameOf(error)}: ${messageOf(error)}`;
  return new WarehouseError('unreachable', `the Redshift Data API refused a call: ${message}`, {
    next:
      ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? 'Run again later; --debug shows where it came from.',
    cause: error,
  });
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /CredentialsProviderError|Could not load credentials/,
    'Give the AWS SDK credentials: AWS_PROFILE, the AWS_… variables, a role of the machine, or [AWS] in dwh.cfg.',
  ],
  [
    /ExpiredToken|expired/i,
    'Renew the credentials (aws sso login, a new session token) and run again; the ledger keeps what is loaded from being loaded twice.',
  ],
  [
    /UnrecognizedClient|InvalidSignature|security token.{0,300}invalid/i,
    'The access key or its secret is wrong: correct the credentials.',
  ],
  [
    /AccessDenied|not authorized/i,
    'Allow redshift-data:BatchExecuteStatement, ExecuteStatement, DescribeStatement, GetStatementResult, CancelStatement and ListStatements, and GetClusterCredentials(WithIAM) or GetCredentials or the secret; without a condition on redshift-data:statement-owner-iam-userid, which shuts a role out of what its earlier sessions submitted.',
  ],
  [
    /endpoint doesn't exist/,
    'Is the name of the cluster or workgroup right, and its region? HOST, CLUSTER_IDENTIFIER, WORKGROUP and REGION in dwh.cfg say.',
  ],
  [/ActiveStatements|Throttling|TooManyRequests/, 'The account is busy: run again later.'],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|TimeoutError|ETIMEDOUT/,
    'Is there a way from here to the Data API (network, proxy, AWS_ENDPOINT_URL_REDSHIFT_DATA)? Run again when there is.',
  ],
];

/** A code stands at the head; the same number in a DETAIL can be the query's. */
const CONFLICT =
  /^10(?:18|23)\b|Serializable isolation violation|conflict with concurrent transaction|deadlock detected/i;

/**
 * The error of a statement that failed, from the text DescribeStatement gives (`ERROR: …`). Errors that go away when the
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

/** Of the character of the statement, from 1; not every error has it (Management Guide, Data API). */
const POSITION = /\n\s{0,9}Position: (\d{1,9})$/;

const STATEMENT_ADVICE: readonly (readonly [RegExp, WarehouseError['kind'], string])[] = [
  [
    /^relation "[^"]{0,300}" does not exist|nonexistent table/i,
    'missing-table',
    'Run npm run create-tables first (with -- --missing where some tables are there), or correct the name.',
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
    'Allow the role of [IAM_ROLE] ARN s3:GetObject and s3:ListBucket on the sources and the work prefix (and kms:Decrypt where they are encrypted).',
  ],
  [
    /Mandatory url is not present|specified key does not exist|NoSuchKey/i,
    'refused',
    'A file was removed while it was being loaded. Run again: the load is planned anew.',
  ],
  [
    /S3 prefix.{0,2000}does not exist|NoSuchBucket/i,
    'refused',
    'Are LOG_DATA, SONG_DATA and WORK_PREFIX in dwh.cfg right, capitals included?',
  ],
  [
    /PermanentRedirect|Status 301/,
    'refused',
    'The files lie in another region than REGION of the COPY says: set REGION in dwh.cfg.',
  ],
  [
    /statement timeout|cancelled on user's request|canceled on user's request/i,
    'cancelled',
    'Run again when you like: nothing is loaded twice.',
  ],
  [/FATAL:.{0,300}(database|user|password)/i, 'unreachable', 'Correct DB_NAME and DB_USER in dwh.cfg.'],
  [/Database response exceeded|Packet for query is too large/i, 'refused', 'Ask for fewer or narrower rows.'],
  [/disk full/i, 'refused', 'The cluster has no space left: resize it or drop what is not needed.'],
];
