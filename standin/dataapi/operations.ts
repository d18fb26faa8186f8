import { describeTable, listDatabases, listSchemas, listTables } from './catalogue.ts';
import { cancelStatement, describeStatement, listSessions, listStatements } from './inspect.ts';
import { type Operation, type Requests, RULES } from './requests.ts';
import { getStatementResult, getStatementResultV2 } from './results.ts';
import type { Call, Service } from './service.ts';
import { batchExecuteStatement, executeStatement } from './submit.ts';
import { record } from './validate.ts';
import type { Wire } from './wire.ts';

type Handlers = {
  readonly [O in Operation]: (service: Service, request: Requests[O], call: Call) => Wire | Promise<Wire>;
};

const HANDLERS: Handlers = {
  ExecuteStatement: executeStatement,
  BatchExecuteStatement: batchExecuteStatement,
  DescribeStatement: describeStatement,
  GetStatementResult: getStatementResult,
  GetStatementResultV2: getStatementResultV2,
  CancelStatement: cancelStatement,
  ListStatements: listStatements,
  ListSessions: listSessions,
  ListDatabases: listDatabases,
  ListSchemas: listSchemas,
  ListTables: listTables,
  DescribeTable: describeTable,
};

/** Checks a request against the rules of its operation and serves it. Throws ApiError. */
export async function perform<O extends Operation>(
  service: Service,
  operation: O,
  body: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<Wire> {
  record(known(operation, service))(body, '');
  // The rules have already checked what the type says.
  return HANDLERS[operation](service, body as unknown as Requests[O], call);
}

// Without long polling WaitTimeSeconds is an unknown member, so it is not checked either.
function known(operation: Operation, { settings: { longPolling } }: Service) {
  const { members, required } = RULES[operation];
  const { WaitTimeSeconds, ...rest } = members;
  return { members: longPolling || WaitTimeSeconds === undefined ? members : rest, required };
}
