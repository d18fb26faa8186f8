import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, test } from '@jest/globals';
import { makeGate } from '../support/gate.ts';
import { until } from '../support/until.ts';
import { CLUSTER, withDataApi } from './dataapi-support.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a statement', () => {
  test('is accepted at once, runs on a connection of its own and gives its result', () =>
    withDataApi({}, async ({ client, engine, ended, api }) => {
      const accepted = await client.send(new ExecuteStatementCommand({ Sql: 'select 1', ...CLUSTER }));
      expect(accepted).toMatchObject({ Id: expect.stringMatching(UUID), ...CLUSTER });
      expect(accepted.CreatedAt?.getTime()).toBeGreaterThan(Date.now() - 10_000);
      expect(accepted).not.toHaveProperty('Status');
      expect(accepted).not.toHaveProperty('SessionId');
      const Id = accepted.Id;
      const end = await ended(String(Id));
      expect(end).toMatchObject({
        ...CLUSTER,
        Status: 'FINISHED',
        HasResultSet: true,
        QueryString: 'select 1',
        RedshiftPid: 101,
        RedshiftQueryId: 7,
        ResultRows: 1,
        ResultSize: 1,
      });
      expect(end.Duration).toBeGreaterThan(0);
      expect(end).not.toHaveProperty('Error');
      const result = await client.send(new GetStatementResultCommand({ Id }));
      expect(result.Records).toEqual([[{ longValue: 1 }]]);
      expect(result.TotalNumRows).toBe(1);
      expect(engine.log).toEqual(['connect dev as loader', 'select 1', 'close']);
      expect(api.calls.map(({ operation }) => operation)).toContain('GetStatementResult');
    }));

  test('shows each state on its way, with counters that say that nothing ran yet', () => {
    const [submitted, picked] = [makeGate(), makeGate()];
    const pauses = { submitted: submitted.opened, picked: picked.opened };
    return withDataApi({ pauses }, async ({ client, execute, ended }) => {
      const Id = await execute('insert');
      const describe = () => client.send(new DescribeStatementCommand({ Id }));
      expect(await describe()).toMatchObject({
        Status: 'SUBMITTED',
        Duration: -1,
        ResultRows: -1,
        ResultSize: -1,
        RedshiftPid: 0,
        RedshiftQueryId: 0,
      });
      submitted.open();
      await until(async () => (await describe()).Status !== 'SUBMITTED');
      expect(await describe()).toMatchObject({ Status: 'PICKED', ResultRows: -1 });
      picked.open();
      expect(await ended(Id)).toMatchObject({ Status: 'FINISHED', HasResultSet: false, ResultRows: 3, ResultSize: 0 });
    });
  });
});

describe('a batch', () => {
  test('is one transaction, whose parent has no counters and no text', () =>
    withDataApi({}, async ({ client, engine, ended }) => {
      const { Id = '' } = await client.send(
        new BatchExecuteStatementCommand({ Sqls: ['insert', 'select 1'], ...CLUSTER }),
      );
      const end = await ended(Id);
      expect(end).toMatchObject({
        Status: 'FINISHED',
        HasResultSet: true,
        ResultRows: -1,
        ResultSize: -1,
        RedshiftQueryId: 0,
      });
      expect(end).not.toHaveProperty('QueryString');
      expect(end.SubStatements).toMatchObject([
        { Id: `${Id}:1`, QueryString: 'insert', Status: 'FINISHED', HasResultSet: false, ResultRows: 3 },
        { Id: `${Id}:2`, QueryString: 'select 1', Status: 'FINISHED', HasResultSet: true, ResultRows: 1 },
      ]);
      expect(engine.log.slice(1)).toEqual(['begin', 'insert', 'select 1', 'commit', 'close']);
      expect((await client.send(new GetStatementResultCommand({ Id: `${Id}:2` }))).Records).toHaveLength(1);
    }));

  test('that fails keeps what ran FINISHED, gives the failing statement the error and ABORTS the rest', () =>
    withDataApi({}, async ({ client, engine, ended }) => {
      const { Id = '' } = await client.send(
        new BatchExecuteStatementCommand({ Sqls: ['insert', 'wrong', 'select 1'], ...CLUSTER }),
      );
      const end = await ended(Id);
      expect(end).toMatchObject({
        Status: 'FAILED',
        Error: 'Query #2 failed with ERROR: syntax error at or near "wrong"',
      });
      expect(end.SubStatements?.map(({ Status, Error: text }) => [Status, text])).toEqual([
        ['FINISHED', undefined],
        ['FAILED', 'ERROR: syntax error at or near "wrong"'],
        ['ABORTED', undefined],
      ]);
      expect(engine.log.slice(1)).toEqual(['begin', 'insert', 'wrong', 'rollback', 'close']);
    }));
});

describe('cancelling', () => {
  test('ends a running statement as ABORTED, and rolls its batch back', () =>
    withDataApi({}, async ({ client, engine, ended }) => {
      const { Id = '' } = await client.send(
        new BatchExecuteStatementCommand({ Sqls: ['insert', 'block'], ...CLUSTER }),
      );
      while (!engine.log.includes('block')) {
        await client.send(new DescribeStatementCommand({ Id }));
      }
      expect((await client.send(new CancelStatementCommand({ Id }))).Status).toBe(true);
      expect(await ended(Id)).toMatchObject({
        Status: 'ABORTED',
        Error: "ERROR: Query (9) cancelled on user's request",
      });
      expect(engine.log).toContain('rollback');
    }));
});
