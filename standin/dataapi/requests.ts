import type {
  BatchExecuteStatementCommandInput,
  CancelStatementCommandInput,
  DescribeStatementCommandInput,
  DescribeTableCommandInput,
  ExecuteStatementCommandInput,
  GetStatementResultCommandInput,
  GetStatementResultV2CommandInput,
  ListDatabasesCommandInput,
  ListSchemasCommandInput,
  ListSessionsCommandInput,
  ListStatementsCommandInput,
  ListTablesCommandInput,
} from '@aws-sdk/client-redshift-data';
import { KNOWN } from './errors.ts';
import { flag, integer, list, type Rule, record, string } from './validate.ts';

export interface Requests {
  readonly ExecuteStatement: ExecuteStatementCommandInput;
  readonly BatchExecuteStatement: BatchExecuteStatementCommandInput;
  readonly DescribeStatement: DescribeStatementCommandInput;
  readonly GetStatementResult: GetStatementResultCommandInput;
  readonly GetStatementResultV2: GetStatementResultV2CommandInput;
  readonly CancelStatement: CancelStatementCommandInput;
  readonly ListStatements: ListStatementsCommandInput;
  readonly ListSessions: ListSessionsCommandInput;
  readonly ListDatabases: ListDatabasesCommandInput;
  readonly ListSchemas: ListSchemasCommandInput;
  readonly ListTables: ListTablesCommandInput;
  readonly DescribeTable: DescribeTableCommandInput;
}

export type Operation = keyof Requests;

/** The rules of one request: its members, and which of them are required. */
export interface RequestRules {
  readonly members: Readonly<Record<string, Rule>>;
  readonly required: readonly string[];
}

const WORKGROUP_ARN = 'arn:aws(-[a-z]+)*:redshift-serverless:[a-z]{2}(-gov)?-[a-z]+-\\d:\\d{12}:workgroup/[a-z0-9-]+';

const target = {
  ClusterIdentifier: string({ min: 1, max: 63, pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/ }),
  WorkgroupName: string({ min: 3, max: 128, pattern: new RegExp(`^([a-z0-9-]{3,63}|${WORKGROUP_ARN})$`) }),
  Database: string({}),
  DbUser: string({}),
  SecretArn: string({}),
};
// The pattern comes from the model, the message from the live service.
const Id = string({ pattern: /^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d{0,2})?$/, message: KNOWN.badId });
const SessionId = string({ pattern: /^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}$/ });
const WaitTimeSeconds = integer({ min: 1, max: 30 });
const NextToken = string({});
const parameter = record({
  members: { name: string({ pattern: /^[0-9a-zA-Z_]+$/ }), value: string({ min: 1 }) },
  required: ['name', 'value'],
});
const submission = {
  ...target,
  ClientToken: string({ min: 1, max: 64 }),
  Parameters: list(parameter, { min: 1 }),
  ResultFormat: string({ values: ['JSON', 'CSV'] }),
  SessionId,
  SessionKeepAliveSeconds: integer({ min: 0, max: 86_400 }),
  StatementName: string({ max: 2048 }),
  WithEvent: flag,
  WaitTimeSeconds,
};
const result = { members: { Id, NextToken, WaitTimeSeconds }, required: ['Id'] };
const paged = { MaxResults: integer({ min: 0, max: 100 }), NextToken };
const catalogue = { ...target, MaxResults: integer({ min: 0, max: 1000 }), NextToken, ConnectedDatabase: string({}) };

/**
 * The constraints of each request, from the service model (github.com/boto/botocore, data/redshift-data/2019-12-20) and,
 * where newer, from the JavaScript SDK 3.1169.0.
 */
export const RULES: Readonly<Record<Operation, RequestRules>> = {
  ExecuteStatement: { members: { ...submission, Sql: string({}) }, required: ['Sql'] },
  BatchExecuteStatement: {
    members: {
      ...submission,
      Sqls: list(string({}), { min: 1, max: 40 }),
      ExecutionMode: string({ values: ['TRANSACTION', 'AUTO_COMMIT'] }),
    },
    required: ['Sqls'],
  },
  DescribeStatement: { members: { Id, WaitTimeSeconds }, required: ['Id'] },
  GetStatementResult: result,
  GetStatementResultV2: result,
  CancelStatement: { members: { Id }, required: ['Id'] },
  ListStatements: {
    members: {
      ...paged,
      ...target,
      StatementName: string({ max: 2048 }),
      Status: string({ values: ['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'ABORTED', 'FAILED', 'ALL'] }),
      RoleLevel: flag,
    },
    required: [],
  },
  ListSessions: {
    members: {
      ...paged,
      ...target,
      SessionId,
      Status: string({ values: ['AVAILABLE', 'BUSY', 'CLOSED'] }),
      RoleLevel: flag,
    },
    required: [],
  },
  ListDatabases: { members: catalogue, required: [] },
  ListSchemas: { members: { ...catalogue, SchemaPattern: string({}) }, required: ['Database'] },
  ListTables: {
    members: { ...catalogue, SchemaPattern: string({}), TablePattern: string({}) },
    required: ['Database'],
  },
  DescribeTable: { members: { ...catalogue, Schema: string({}), Table: string({}) }, required: ['Database'] },
};
