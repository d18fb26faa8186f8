import type { Wire } from './wire.ts';

/** An error answer of the service. `type` is the name that the SDK uses for its exception class. */
export class ApiError extends Error {
  readonly type: string;
  readonly status: number;
  readonly members: Readonly<Record<string, Wire>>;

  constructor(type: string, status: number, members: Readonly<Record<string, Wire>>) {
    super(`${type}: ${String(members['Message'] ?? members['message'] ?? '')}`);
    this.type = type;
    this.status = status;
    this.members = members;
  }
}

/** Messages seen from the real service. */
export const KNOWN = {
  /** ballerina-platform/module-ballerinax-aws.redshiftdata, tests against a live cluster. */
  unknownEndpoint: "Redshift endpoint doesn't exist in this region.",
  /** The same tests (beginning) and getmoto/moto (whole). */
  badId: 'id must satisfy regex pattern: ^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\\d+)?$',
  unknownId: 'Query does not exist.',
  noResult: 'Query does not have result. Please check query status with DescribeStatement.',
  /** github.com/apache/airflow issue 40427. */
  batchResult: 'BatchExecuteStatement result can only be retrieved with sub-statement id.',
  /** getmoto/moto and grafana/redshift-datasource. */
  terminal: (state: string, id: string) => `Could not cancel a query that is already in ${state} state with ID: ${id}`,
  activeStatements: (quota: number) => `Active statements exceeded the allowed quota (${quota}).`,
  /** github.com/awslabs/mcp issues 4375 and 4587. */
  sessionBusy: 'Session is not available',
  throttled: 'Rate exceeded',
  /** AWS page "Troubleshooting Data API issues": result size. */
  resultTooBig: 'Database response exceeded size limit',
} as const;

/**
 * Texts and codes that have not been seen from the real service: a client must not depend on any of them. Choices of
 * behaviour that are open too are `UncertainChoices` in options.ts.
 */
export const UNCERTAIN = {
  violation: (at: string, constraint: string) =>
    `1 validation error detected: Value at '${at}' failed to satisfy constraint: Member must ${constraint}`,
  noTarget: 'Either ClusterIdentifier, WorkgroupName or SessionId must be provided.',
  noDatabase: 'Database must be provided.',
  twoTargets: 'ClusterIdentifier and WorkgroupName cannot be provided together.',
  twoUsers: 'DbUser and SecretArn cannot be provided together.',
  workgroupUser: 'DbUser cannot be provided with WorkgroupName.',
  sessionAndTarget:
    'ClusterIdentifier, WorkgroupName, Database, DbUser and SecretArn cannot be provided together with SessionId.',
  sessionListFilters: 'SessionId cannot be provided together with other filters.',
  unknownSession: (id: string) => `Session with Id: ${id} is invalid`,
  activeSessions: (quota: number) => `Active sessions exceeded the allowed quota (${quota}).`,
  activeWaiting: (quota: number) => `Active waiting requests exceeded the allowed quota (${quota}).`,
  sqlTooLong: (quota: number) => `SQL statement exceeds the maximum length of ${quota} bytes.`,
  rowTooBig: (size: number, quota: number) => `Packet for query is too large (${size} > ${quota}).`,
  unusedParameter: 'Parameters list contains unused parameters.',
  missingParameter: (name: string) => `Cannot find parameter: ${name}`,
  repeatedParameter: (name: string) => `Duplicate parameter: ${name}`,
  tokenReused: 'ClientToken was already used with a different request.',
  badNextToken: 'Invalid NextToken.',
  jsonOfCsv: 'The result format of the statement is CSV, use GetStatementResultV2.',
  csvOfJson: 'The result format of the statement is JSON, use GetStatementResult.',
  cancelSubStatement: 'A sub-statement cannot be cancelled, cancel its batch.',
  cancelled: "ERROR: Query (0) cancelled on user's request",
  connectionFailed: (text: string) => `Unable to connect to the database: ${text}`,
  catalogueFailed: (text: string) => `Catalogue query failed: ${text}`,
  missingAuthentication: 'Missing Authentication Token',
  expiredToken: 'The security token included in the request is expired',
  internal: 'Internal server error.',
} as const;

/** The request breaks a rule of the API. */
export const validation = (message: string) => new ApiError('ValidationException', 400, { Message: message });

/** HTTP 400, seen in live tests, although the model says 404. */
export const notFound = (message: string, id: string) =>
  new ApiError('ResourceNotFoundException', 400, { Message: message, ResourceId: id });

/** A quota of statements, sessions or waiting requests is used up. The SDK does not retry these. */
export const exceeded = (what: 'Statements' | 'Sessions' | 'WaitingRequests', message: string) =>
  new ApiError(`Active${what}ExceededException`, 400, { Message: message });

/** The SDK retries it. */
export const internal = (message: string = UNCERTAIN.internal) =>
  new ApiError('InternalServerException', 500, { Message: message });

/** The database refused the connection of a catalogue operation; 500, so the SDK retries it. */
export const connectionFailed = (text: string) =>
  new ApiError('DatabaseConnectionException', 500, { Message: UNCERTAIN.connectionFailed(text) });

/** Too many calls per second of an operation (AWS page "Calling the Data API": 400, retried by the SDK). */
export const throttled = () => new ApiError('ThrottlingException', 400, { message: KNOWN.throttled });

/** Expired credentials; 403, as on the common errors page of newer services. */
export const expiredToken = () => new ApiError('ExpiredTokenException', 403, { message: UNCERTAIN.expiredToken });

/** No Authorization header (AWS page "Common Errors" of Amazon Redshift: 403). */
export const missingAuthentication = () =>
  new ApiError('MissingAuthenticationTokenException', 403, { message: UNCERTAIN.missingAuthentication });

/** X-Amz-Target names an operation that does not exist here. */
export const unknownOperation = () => new ApiError('UnknownOperationException', 400, {});

/** The body is not JSON, or a member has the wrong type. */
export const serialization = (message: string) => new ApiError('SerializationException', 400, { Message: message });
