import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  ListStatementsCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, test } from '@jest/globals';
import { CLUSTER, FakeEngine, rows, withDataApi } from './dataapi-support.ts';

const ABSENT = '00000000-0000-0000-0000-000000000000';
const invalid = (message: string | RegExp) => ({
  name: 'ValidationException',
  message: expect.stringMatching(message),
  $metadata: expect.objectContaining({ httpStatusCode: 400, attempts: 1 }),
});

describe('a submission is refused at once', () => {
  const to = (more: Partial<ExecuteStatementCommandInput>): ExecuteStatementCommandInput => ({
    Sql: 'select 1',
    ...more,
  });
  const dev = { Database: 'dev' };
  const cases: readonly (readonly [string, ExecuteStatementCommandInput, string | RegExp])[] = [
    ['without a cluster, workgroup or session', to(dev), 'Either ClusterIdentifier, WorkgroupName or SessionId'],
    ['without a database', to({ ClusterIdentifier: 'dwh' }), 'Database'],
    ['with cluster and workgroup', to({ ...CLUSTER, WorkgroupName: 'dwh' }), 'WorkgroupName'],
    ['with user and secret', to({ ...CLUSTER, SecretArn: 'secret' }), 'SecretArn'],
    ['with a user of a workgroup', to({ ...dev, WorkgroupName: 'dwh', DbUser: 'x' }), 'DbUser'],
    ['with a session and a target', to({ ...CLUSTER, SessionId: ABSENT }), 'SessionId'],
    ['in a session that never was', to({ SessionId: ABSENT }), `Session with Id: ${ABSENT} is invalid`],
    ['to a cluster that is not there', to({ ...CLUSTER, ClusterIdentifier: 'x' }), /^Redshift endpoint doesn't exist/],
    ['to a workgroup that is not there', to({ ...dev, WorkgroupName: 'other' }), /^Redshift endpoint doesn't exist/],
    ['with a bad cluster name', to({ ...CLUSTER, ClusterIdentifier: 'Dwh' }), 'regular expression'],
    ['without SQL', { ...CLUSTER, Sql: undefined }, 'Sql'],
    ['with SQL over 100 KB', to({ ...CLUSTER, Sql: 'x'.repeat(102_401) }), 'maximum length'],
    ['with an empty token', to({ ...CLUSTER, ClientToken: '' }), 'ClientToken'],
    ['with a wait over 30 s', to({ ...CLUSTER, WaitTimeSeconds: 31 }), 'WaitTimeSeconds'],
    [
      'with an empty parameter',
      to({ ...CLUSTER, Parameters: [{ name: 'a', value: '' }] }),
      'Parameters.1.member.value',
    ],
    ['with a parameter named @a', to({ ...CLUSTER, Parameters: [{ name: '@a', value: '1' }] }), 'regular expression'],
    ['with an unused parameter', to({ ...CLUSTER, Parameters: [{ name: 'a', value: '1' }] }), 'unused'],
    ['with a parameter twice', to({ ...CLUSTER, Parameters: Array(2).fill({ name: 'a', value: '1' }) }), 'Duplicate'],
    ['without a parameter it names', to({ ...CLUSTER, Sql: 'select :a' }), 'Cannot find parameter: a'],
  ];
  test.each(cases)('%s', (_case, input, message) =>
    withDataApi({}, async ({ client, api }) => {
      await expect(client.send(new ExecuteStatementCommand(input))).rejects.toMatchObject(invalid(message));
      expect(api.statements).toEqual([]);
    }),
  );

  test.each([[0], [41]])('with a batch of %p statements', (count) =>
    withDataApi({}, async ({ client }) => {
      const input: BatchExecuteStatementCommandInput = { ...CLUSTER, Sqls: Array(count).fill('select 1') };
      await expect(client.send(new BatchExecuteStatementCommand(input))).rejects.toBeInstanceOf(ValidationException);
    }),
  );
});

describe('a submission is accepted', () => {
  const cases: readonly (readonly [string, Partial<ExecuteStatementCommandInput>, string])[] = [
    ['for a workgroup', { WorkgroupName: 'dwh', Database: 'dev' }, 'IAMR:loader'],
    ['with a secret', { ClusterIdentifier: 'dwh', Database: 'dev', SecretArn: 'secret' }, 'awsuser'],
    ['with a secret alone, which names its cluster', { Database: 'dev', SecretArn: 'secret' }, 'awsuser'],
    ['as an IAM identity', { ClusterIdentifier: 'dwh', Database: 'dev' }, 'IAMR:loader'],
  ];
  test.each(cases)('%s', (_case, target, user) =>
    withDataApi({}, async ({ execute, ended, engine }) => {
      expect(await ended(await execute('select 1', target))).toMatchObject({ ...target, Status: 'FINISHED' });
      expect(engine.log[0]).toBe(`connect dev as ${user}`);
    }),
  );

  test('for a database that is not there, and FAILS', () =>
    withDataApi({}, async ({ execute, ended }) => {
      expect(await ended(await execute('select 1', { ...CLUSTER, Database: 'nowhere' }))).toMatchObject({
        Status: 'FAILED',
        Error: 'FATAL: database "nowhere" does not exist',
        RedshiftPid: 0,
      });
    }));

  test('with parameters, which reach the statements that name them', () => {
    const seen: unknown[] = [];
    const echo = (parameters: unknown) => {
      seen.push(parameters);
      return { columns: undefined, rows: [], affected: 0, queryId: 1 };
    };
    const Sqls = ['select :a', 'select :a, :b', 'select 1'];
    return withDataApi(
      { engine: new FakeEngine({ 'select :a': echo, 'select :a, :b': echo, 'select 1': echo }) },
      async ({ client, ended }) => {
        const Parameters = [
          { name: 'a', value: '1' },
          { name: 'b', value: 'x' },
        ];
        const { Id = '' } = await client.send(new BatchExecuteStatementCommand({ ...CLUSTER, Sqls, Parameters }));
        expect(await ended(Id)).toMatchObject({
          QueryParameters: Parameters,
          SubStatements: Sqls.map((QueryString) => ({ QueryString })),
        });
        expect(seen).toEqual([{ a: '1' }, { a: '1', b: 'x' }, undefined]);
      },
    );
  });
});

describe('an Id', () => {
  test('of the wrong form breaks the pattern of the service', () =>
    withDataApi({}, async ({ client }) => {
      await expect(client.send(new DescribeStatementCommand({ Id: 'x' }))).rejects.toMatchObject(
        invalid(/^id must satisfy regex pattern: /),
      );
    }));

  test.each([[ABSENT], [`${ABSENT}:1`]])('%p that nobody was given does not exist', (Id) =>
    withDataApi({}, async ({ client }) => {
      const refused = expect(client.send(new DescribeStatementCommand({ Id }))).rejects;
      await refused.toBeInstanceOf(ResourceNotFoundException);
      await expect(client.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({
        message: 'Query does not exist.',
        ResourceId: Id,
        $metadata: { httpStatusCode: 400 },
      });
    }),
  );
});

describe('a client token', () => {
  const ClientToken = 'token';

  test('seen within eight hours returns the first statement and runs nothing', () => {
    let now = Date.now();
    return withDataApi({ clock: () => now }, async ({ execute, ended, engine }) => {
      const first = await execute('insert', { ...CLUSTER, ClientToken });
      await ended(first);
      now += 7 * 3_600_000;
      expect(await execute('insert', { ...CLUSTER, ClientToken, WaitTimeSeconds: 1 })).toBe(first);
      expect(engine.log.filter((entry) => entry === 'insert')).toHaveLength(1);
      now += 3_600_001;
      expect(await execute('insert', { ...CLUSTER, ClientToken })).not.toBe(first);
    });
  });

  test('with another statement is refused, or returns the first: nobody knows', async () => {
    await withDataApi({}, async ({ execute }) => {
      await execute('insert', { ...CLUSTER, ClientToken });
      await expect(execute('select 1', { ...CLUSTER, ClientToken })).rejects.toBeInstanceOf(ValidationException);
    });
    await withDataApi({ uncertain: { sameTokenOtherRequest: 'reuse' } }, async ({ execute }) => {
      const first = await execute('insert', { ...CLUSTER, ClientToken });
      expect(await execute('select 1', { ...CLUSTER, ClientToken })).toBe(first);
    });
  });
});

describe('quotas', () => {
  test('refuse a statement when as many are active, and do not count those that ended', () =>
    withDataApi({ quotas: { activeStatements: 1 } }, async ({ client, execute, ended }) => {
      const Id = await execute('block');
      const refused = execute('select 1');
      await expect(refused).rejects.toMatchObject({
        name: 'ActiveStatementsExceededException',
        message: 'Active statements exceeded the allowed quota (1).',
        $metadata: { httpStatusCode: 400 },
      });
      await client.send(new CancelStatementCommand({ Id }));
      await ended(Id);
      await execute('select 1');
    }));

  test('refuse calls over the rate of an operation', () => {
    let now = 0;
    return withDataApi({ throttling: true, clock: () => now }, async ({ client }) => {
      const list = () => client.send(new ListStatementsCommand({}));
      await Promise.all([list(), list(), list()]);
      await expect(list()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
      now = 1001;
      await list();
    });
  });
});

test('two stand-ins share nothing', () =>
  withDataApi({}, (one) =>
    withDataApi({ engine: new FakeEngine({ 'select 2': rows(['int4'], ['2']) }) }, async (other) => {
      const Id = await one.execute('select 1');
      await expect(other.client.send(new DescribeStatementCommand({ Id }))).rejects.toThrow('Query does not exist.');
    }),
  ));
