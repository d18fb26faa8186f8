import { bytesOf, type Part, type Progress, type Statement } from './statement.ts';
import { timestamp, type Wire } from './wire.ts';

/** Whether any part is of a kind that returns rows, even if it returned none (service model: HasResultSet). */
export function hasResultSet(parts: readonly Part[]): boolean {
  return parts.some(({ outcome }) => outcome?.columns !== undefined);
}

/**
 * A statement as DescribeStatement shows it. Counters of a batch are -1, -1 and 0 and it has no QueryString (tests of
 * ballerina-platform/module-ballerinax-aws.redshiftdata against a live cluster).
 */
export function describeStatement(statement: Statement): Wire {
  const { submission, parts } = statement;
  const [first] = parts;
  return {
    ...common(statement),
    Id: statement.id,
    ...progress(statement),
    HasResultSet: hasResultSet(parts),
    QueryParameters: submission.parameters?.map(({ name, value }) => ({ name, value })),
    ...(submission.kind === 'single' && first !== undefined
      ? { QueryString: first.sql, ...counters(first) }
      : {
          ...counters(undefined),
          ExecutionMode: submission.mode,
          SubStatements: parts.map((part, index) => describePart(statement, part, index + 1)),
        }),
  };
}

/** A sub-statement requested by its own Id. */
export function describeSubStatement(statement: Statement, part: Part): Wire {
  const own = describePart(statement, part, statement.parts.indexOf(part) + 1);
  return { ...common(statement), ...own };
}

/** A statement in ListStatements: no Error and no counters. */
export function listedStatement(statement: Statement): Wire {
  const { submission, parts } = statement;
  const batch = submission.kind === 'batch';
  return {
    Id: statement.id,
    Status: statement.status,
    StatementName: submission.name,
    CreatedAt: timestamp(statement.createdAt),
    UpdatedAt: timestamp(statement.updatedAt),
    IsBatchStatement: batch,
    QueryString: batch ? undefined : parts[0]?.sql,
    QueryStrings: batch ? parts.map(({ sql }) => sql) : undefined,
    QueryParameters: submission.parameters?.map(({ name, value }) => ({ name, value })),
    ResultFormat: submission.format,
    SecretArn: submission.target.members.SecretArn,
    SessionId: submission.session?.id,
  };
}

function common({ submission, pid }: Statement): Readonly<Record<string, Wire>> {
  const { target, session, format } = submission;
  return { ...target.members, RedshiftPid: pid, ResultFormat: format, SessionId: session?.id };
}

function describePart(statement: Statement, part: Part, n: number): Readonly<Record<string, Wire>> {
  return {
    Id: `${statement.id}:${n}`,
    QueryString: part.sql,
    ...progress(part),
    HasResultSet: hasResultSet([part]),
    ...counters(part),
  };
}

function progress({ status, error, duration, createdAt, updatedAt }: Progress): Readonly<Record<string, Wire>> {
  return {
    Status: status,
    Error: error,
    Duration: duration,
    CreatedAt: timestamp(createdAt),
    UpdatedAt: timestamp(updatedAt),
  };
}

// Before a statement has run: -1, -1 and 0 (a sample in github.com/awslabs/amazon-redshift-utils issue 515).
function counters(part: Part | undefined): Readonly<Record<string, Wire>> {
  const outcome = part?.outcome;
  if (outcome === undefined) {
    return { ResultRows: -1, ResultSize: -1, RedshiftQueryId: part?.failedQueryId ?? 0 };
  }
  return {
    ResultRows: outcome.columns === undefined ? outcome.affected : outcome.rows.length,
    ResultSize: outcome.rows.reduce((sum, row) => sum + bytesOf(row), 0),
    RedshiftQueryId: outcome.queryId,
  };
}
