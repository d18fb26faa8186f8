import type {
  CancelStatementCommandInput,
  DescribeStatementCommandInput,
  ListSessionsCommandInput,
  ListStatementsCommandInput,
} from '@aws-sdk/client-redshift-data';
import { KNOWN, notFound, UNCERTAIN, validation } from './errors.ts';
import { pageOf } from './paging.ts';
import type { Call, Service } from './service.ts';
import type { Session } from './sessions.ts';
import { isTerminal, type Statement } from './statement.ts';
import { namesTarget, type TargetMembers } from './target.ts';
import { describeStatement as describe, describeSubStatement, listedStatement } from './views.ts';
import { timestamp, type Wire } from './wire.ts';

/** DescribeStatement of a statement, a batch or a sub-statement. */
export async function describeStatement(
  service: Service,
  { Id = '', WaitTimeSeconds }: DescribeStatementCommandInput,
  call: Call,
): Promise<Wire> {
  const { statement, part } = service.statements.find(Id);
  await service.wait(statement, part ?? statement, WaitTimeSeconds, call);
  return part === undefined ? describe(statement) : describeSubStatement(statement, part);
}

/**
 * CancelStatement: answers at once. The state becomes ABORTED when the backend has stopped, unless the statement ends
 * first.
 */
export function cancelStatement(service: Service, { Id = '' }: CancelStatementCommandInput): Wire {
  const { statement, part } = service.statements.find(Id);
  if (part !== undefined) {
    throw validation(UNCERTAIN.cancelSubStatement);
  }
  if (isTerminal(statement.status)) {
    throw validation(KNOWN.terminal(statement.status, Id));
  }
  statement.cancel();
  return { Status: true };
}

/** ListStatements, the newest first: only finished ones, unless the request gives a Status (service model). */
export function listStatements(service: Service, request: ListStatementsCommandInput): Wire {
  const { MaxResults, NextToken, StatementName = '', Status = 'FINISHED' } = request;
  checkOneTarget(request);
  const wanted = service.statements.all.filter(
    ({ status, submission }: Statement) =>
      (Status === 'ALL' || status === Status) &&
      (submission.name ?? '').startsWith(StatementName) &&
      matches(submission.target.members, request),
  );
  const page = pageOf(wanted.toReversed(), MaxResults || service.settings.quotas.listPage, NextToken, 'statements');
  return { Statements: page.items.map(listedStatement), NextToken: page.next };
}

/**
 * ListSessions: those that are not closed, unless the request gives a Status (AWS page "Calling the Data API",
 * list-sessions).
 */
export function listSessions(service: Service, request: ListSessionsCommandInput): Wire {
  const { MaxResults, NextToken, SessionId, Status } = request;
  checkOneTarget(request);
  if (SessionId !== undefined && (Status !== undefined || namesTarget(request))) {
    throw validation(UNCERTAIN.sessionListFilters);
  }
  const wanted = service.sessions.all.filter(({ id, status, target }) =>
    SessionId === undefined
      ? (Status === undefined ? status !== 'CLOSED' : status === Status) && matches(target.members, request)
      : id === SessionId,
  );
  if (SessionId !== undefined && wanted.length === 0) {
    throw notFound(UNCERTAIN.unknownSession(SessionId), SessionId);
  }
  const page = pageOf(wanted.toReversed(), MaxResults || service.settings.quotas.listPage, NextToken, 'sessions');
  return { Sessions: page.items.map((session) => listedSession(service, session)), NextToken: page.next };
}

function listedSession({ sessions }: Service, session: Session): Wire {
  const { Database, DbUser, ClusterIdentifier, WorkgroupName } = session.target.members;
  return {
    SessionId: session.id,
    Status: session.status,
    CreatedAt: timestamp(session.createdAt),
    UpdatedAt: timestamp(session.updatedAt),
    Database,
    DbUser,
    ClusterIdentifier,
    WorkgroupName,
    SessionAliveSeconds: session.keepAlive,
    SessionTtl: timestamp(sessions.endOf(session)),
    CurrentStatementId: session.statementId,
  };
}

function checkOneTarget({ ClusterIdentifier, WorkgroupName }: TargetMembers): void {
  if (ClusterIdentifier !== undefined && WorkgroupName !== undefined) {
    throw validation(UNCERTAIN.twoTargets);
  }
}

function matches(members: TargetMembers, wanted: TargetMembers): boolean {
  const names = ['ClusterIdentifier', 'WorkgroupName', 'Database'] as const;
  return names.every((name) => wanted[name] === undefined || wanted[name] === members[name]);
}
