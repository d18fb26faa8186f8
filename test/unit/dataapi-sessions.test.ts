import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListSessionsCommand,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, test } from '@jest/globals';
import { makeGate } from '../support/gate.ts';
import { until } from '../support/until.ts';
import { CLUSTER, type Setup, withDataApi } from './dataapi-support.ts';

const NOT_AVAILABLE = { name: 'ValidationException', message: 'Session is not available' };

/** Opens a session with one statement, and waits until that is over. */
async function openSession({ client, ended }: Setup, seconds: number): Promise<string> {
  const { Id = '', SessionId = '' } = await client.send(
    new ExecuteStatementCommand({ Sql: 'insert', ...CLUSTER, SessionKeepAliveSeconds: seconds }),
  );
  await ended(Id);
  return SessionId;
}

async function statusOf({ client }: Setup, SessionId: string): Promise<string | undefined> {
  return (await client.send(new ListSessionsCommand({ SessionId }))).Sessions?.[0]?.Status;
}

describe('a session', () => {
  test('keeps one connection for several statements, and says where it goes', () =>
    withDataApi({}, async (setup) => {
      const { client, ended, execute, engine } = setup;
      const SessionId = await openSession(setup, 100);
      const Id = await execute('select 1', { SessionId });
      expect(await ended(Id)).toMatchObject({ SessionId, ...CLUSTER });
      expect(engine.log).toEqual(['connect dev as loader', 'insert', 'select 1']);
      const { Sessions } = await client.send(new ListSessionsCommand({}));
      expect(Sessions).toMatchObject([
        { SessionId, Status: 'AVAILABLE', SessionAliveSeconds: 100, CreatedAt: expect.any(Date), ...CLUSTER },
      ]);
    }));

  test('takes one statement at a time, and a batch as well', () =>
    withDataApi({}, async (setup) => {
      const { client, ended, execute } = setup;
      const SessionId = await openSession(setup, 100);
      const Id = await execute('block', { SessionId });
      await expect(execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
      const busy = await client.send(new ListSessionsCommand({ Status: 'BUSY' }));
      expect(busy.Sessions).toMatchObject([{ SessionId, CurrentStatementId: Id }]);
      await client.send(new CancelStatementCommand({ Id }));
      expect((await ended(Id)).Status).toBe('ABORTED');
      const batch = await client.send(new BatchExecuteStatementCommand({ Sqls: ['insert'], SessionId }));
      expect(await ended(batch.Id ?? '')).toMatchObject({ Status: 'FINISHED', SessionId });
    }));

  test('stays busy for a while after its statement, where that is set', () => {
    const released = makeGate();
    return withDataApi({ pauses: { released: released.opened } }, async (setup) => {
      const SessionId = await openSession(setup, 100);
      await expect(setup.execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
      released.open();
      await until(async () => (await statusOf(setup, SessionId)) === 'AVAILABLE');
      await setup.execute('select 1', { SessionId });
    });
  });

  test('closes when it was idle for its time', () =>
    withDataApi({}, async (setup) => {
      const SessionId = await openSession(setup, 1);
      await until(async () => (await statusOf(setup, SessionId)) === 'CLOSED');
      await expect(setup.execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
      expect(setup.engine.open).toBe(0);
      const all = await setup.client.send(new ListSessionsCommand({}));
      expect(all.Sessions).toEqual([]);
      const one = await setup.client.send(new ListSessionsCommand({ SessionId }));
      expect(one.Sessions).toMatchObject([{ Status: 'CLOSED' }]);
    }));

  test('closes after 24 hours', () => {
    let now = Date.now();
    return withDataApi({ clock: () => now }, async (setup) => {
      const SessionId = await openSession(setup, 86_400);
      now += 24 * 3_600_000;
      await expect(setup.execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
    });
  });

  test('is reclaimed at any time, what runs in it is aborted', () =>
    withDataApi({}, async (setup) => {
      const SessionId = await openSession(setup, 100);
      const Id = await setup.execute('block', { SessionId });
      await setup.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }));
      setup.api.reclaimSession(SessionId);
      expect((await setup.ended(Id)).Status).toBe('ABORTED');
      await expect(setup.execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
    }));

  test('is reclaimed by a fault just before it is used', () =>
    withDataApi(
      { faults: ({ body }) => (body['SessionId'] ? { kind: 'reclaim-session' } : undefined) },
      async (setup) => {
        const SessionId = await openSession(setup, 100);
        await expect(setup.execute('select 1', { SessionId })).rejects.toMatchObject(NOT_AVAILABLE);
      },
    ));

  test('ends with its first statement when it cannot connect', () =>
    withDataApi({}, async ({ client, ended }) => {
      const { Id = '', SessionId } = await client.send(
        new ExecuteStatementCommand({ Sql: 'insert', ...CLUSTER, Database: 'nowhere', SessionKeepAliveSeconds: 100 }),
      );
      expect((await ended(Id)).Status).toBe('FAILED');
      const { Sessions } = await client.send(new ListSessionsCommand({ SessionId }));
      expect(Sessions).toMatchObject([{ Status: 'CLOSED' }]);
    }));

  test('is refused over the quota, and is not listed when it never was', () =>
    withDataApi({ quotas: { sessions: 1 } }, async (setup) => {
      await openSession(setup, 100);
      await expect(openSession(setup, 100)).rejects.toMatchObject({ name: 'ActiveSessionsExceededException' });
      const SessionId = '00000000-0000-0000-0000-000000000000';
      await expect(setup.client.send(new ListSessionsCommand({ SessionId }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      await expect(setup.client.send(new ListSessionsCommand({ SessionId, Status: 'BUSY' }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }));
});

describe('long polling', () => {
  test('answers the submission when the statement is over, with its state', () =>
    withDataApi({ pauses: { picked: 20 }, second: 1000 }, async ({ client }) => {
      const input = { Sql: 'select 1', ...CLUSTER, WaitTimeSeconds: 30 };
      expect(await client.send(new ExecuteStatementCommand(input))).toMatchObject({
        Status: 'FINISHED',
        HasResultSet: true,
        RedshiftPid: 101,
      });
    }));

  test('answers with the state so far when the wait is over first, and refuses a result', () =>
    withDataApi({}, async ({ client }) => {
      const submitted = await client.send(
        new ExecuteStatementCommand({ Sql: 'block', ...CLUSTER, WaitTimeSeconds: 1 }),
      );
      expect(submitted).toMatchObject({ Status: 'STARTED', HasResultSet: false });
      const { Id } = submitted;
      expect((await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }))).Status).toBe('STARTED');
      await expect(client.send(new GetStatementResultCommand({ Id, WaitTimeSeconds: 1 }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    }));

  test('is refused when as many requests wait already', () =>
    withDataApi({ quotas: { waitingRequests: 1 }, second: 1000 }, async ({ client, execute, api }) => {
      const Id = await execute('block');
      const waiting = client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }));
      await until(() => api.statements[0]?.waiting === 1);
      await expect(client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }))).rejects.toMatchObject({
        name: 'ActiveWaitingRequestsExceededException',
      });
      api.statements[0]?.cancel();
      expect((await waiting).Status).toBe('ABORTED');
    }));

  test('that is off leaves WaitTimeSeconds unknown: no wait, no state, no check', () =>
    withDataApi({ longPolling: false, second: 1000 }, async ({ client }) => {
      const input = { Sql: 'block', ...CLUSTER, WaitTimeSeconds: 99 };
      const submitted = await client.send(new ExecuteStatementCommand(input));
      expect(submitted).not.toHaveProperty('Status');
      const { Id } = submitted;
      const description = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }));
      expect(description.Status).not.toBe('ABORTED');
    }));

  test('ends when the stand-in stops', () =>
    withDataApi({ second: 1000 }, async ({ client, execute, api }) => {
      const Id = await execute('block');
      const waiting = client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 })).catch(() => undefined);
      await until(() => api.statements[0]?.waiting === 1);
      await api.stop();
      await waiting;
    }));
});

describe('cancelling', () => {
  test('a statement that is over is refused', () =>
    withDataApi({}, async ({ client, execute, ended }) => {
      const Id = await execute('select 1');
      await ended(Id);
      await expect(client.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({
        name: 'ValidationException',
        message: `Could not cancel a query that is already in FINISHED state with ID: ${Id}`,
      });
    }));

  test('a statement that nobody picked yet keeps it from the engine', () =>
    withDataApi({ pauses: { submitted: 5000 } }, async ({ client, execute, ended, engine }) => {
      const Id = await execute('insert');
      await client.send(new CancelStatementCommand({ Id }));
      expect(await ended(Id)).toMatchObject({ Status: 'ABORTED', Duration: -1 });
      expect(engine.log).toEqual([]);
    }));

  test('a sub-statement is refused', () =>
    withDataApi({}, async ({ client }) => {
      const { Id } = await client.send(new BatchExecuteStatementCommand({ Sqls: ['block'], ...CLUSTER }));
      await expect(client.send(new CancelStatementCommand({ Id: `${Id}:1` }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
      const sub = await client.send(new DescribeStatementCommand({ Id: `${Id}:1` }));
      expect(sub).toMatchObject({ Id: `${Id}:1`, QueryString: 'block' });
    }));
});
