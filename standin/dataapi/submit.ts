import type { BatchExecuteStatementCommandInput, ExecuteStatementCommandInput } from '@aws-sdk/client-redshift-data';
import { exceeded, KNOWN, UNCERTAIN, validation } from './errors.ts';
import { bindParameters } from './parameters.ts';
import type { Call, Service } from './service.ts';
import type { Session } from './sessions.ts';
import { Part, Statement, type Submission } from './statement.ts';
import { namesTarget, type Target, targetOf } from './target.ts';
import { hasResultSet } from './views.ts';
import { timestamp, type Wire } from './wire.ts';

type Request = Omit<ExecuteStatementCommandInput, 'Sql'>;
type Shape = Pick<Submission, 'kind' | 'mode'>;

/** ExecuteStatement: accepts one statement; it runs in the background. */
export function executeStatement(service: Service, request: ExecuteStatementCommandInput, call: Call): Promise<Wire> {
  const { Sql = '', ...rest } = request;
  return submit(service, [Sql], rest, { kind: 'single', mode: 'AUTO_COMMIT' }, call);
}

/** BatchExecuteStatement: accepts up to 40 statements that run in order on one connection. */
export function batchExecuteStatement(
  service: Service,
  request: BatchExecuteStatementCommandInput,
  call: Call,
): Promise<Wire> {
  const { Sqls = [], ExecutionMode, ...rest } = request;
  return submit(service, Sqls, rest, { kind: 'batch', mode: ExecutionMode ?? 'TRANSACTION' }, call);
}

async function submit(service: Service, sqls: readonly string[], request: Request, shape: Shape, call: Call) {
  const asked = { ...request, ...shape, sqls };
  const statement = service.tokens.once(request.ClientToken, asked, () => start(service, sqls, request, shape, call));
  await service.wait(statement, statement, request.WaitTimeSeconds, call);
  return submitted(statement, service.settings.longPolling && request.WaitTimeSeconds !== undefined);
}

function start(service: Service, sqls: readonly string[], request: Request, shape: Shape, call: Call): Statement {
  const parts = partsOf(service, sqls, request);
  const { target, session } = placeOf(service, request);
  const submission: Submission = {
    ...shape,
    target,
    session,
    name: request.StatementName,
    format: request.ResultFormat ?? 'JSON',
    parameters: request.Parameters,
    faults: call.faults,
  };
  const statement = new Statement(submission, parts, service.settings.clock);
  if (session !== undefined) {
    session.statementId = statement.id;
  }
  service.statements.add(statement);
  service.runner.start(statement);
  return statement;
}

function partsOf({ settings }: Service, sqls: readonly string[], request: Request): readonly Part[] {
  const { sqlBytes } = settings.quotas;
  if (sqls.some((sql) => Buffer.byteLength(sql) > sqlBytes)) {
    throw validation(UNCERTAIN.sqlTooLong(sqlBytes));
  }
  const parameters = bindParameters(sqls, request.Parameters);
  return sqls.map((sql, index) => new Part(sql, parameters[index], settings.clock));
}

/** Chooses where the submission runs. Claims or opens its session last, so that a refused request leaves none behind. */
function placeOf(service: Service, request: Request): { target: Target; session: Session | undefined } {
  const { SessionId, SessionKeepAliveSeconds } = request;
  if (SessionId !== undefined) {
    if (namesTarget(request)) {
      throw validation(UNCERTAIN.sessionAndTarget);
    }
    const { target } = service.sessions.find(SessionId);
    checkActive(service, target);
    return { target, session: service.sessions.claim(SessionId, SessionKeepAliveSeconds) };
  }
  const target = targetOf(request, service.settings);
  checkActive(service, target);
  const session =
    SessionKeepAliveSeconds === undefined ? undefined : service.sessions.open(target, SessionKeepAliveSeconds);
  return { target, session };
}

function checkActive({ statements, settings: { quotas } }: Service, { endpoint }: Target): void {
  if (statements.active(endpoint) >= quotas.activeStatements) {
    throw exceeded('Statements', KNOWN.activeStatements(quotas.activeStatements));
  }
}

/** The answer. Status, RedshiftPid and HasResultSet are for long polling only. */
function submitted(statement: Statement, waited: boolean): Wire {
  const { target, session } = statement.submission;
  const state = { Status: statement.status, RedshiftPid: statement.pid, HasResultSet: hasResultSet(statement.parts) };
  return {
    ...target.members,
    Id: statement.id,
    CreatedAt: timestamp(statement.createdAt),
    SessionId: session?.id,
    ...(waited ? state : {}),
  };
}
