import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandOutput,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  ExecuteStatementException,
  InternalServerException,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, test } from '@jest/globals';
import type { Fault, FaultInjector } from '../../standin/dataapi/faults.ts';
import type { UncertainChoices } from '../../standin/dataapi/options.ts';
import { CLUSTER, FakeEngine, type Setup, withDataApi } from './dataapi-support.ts';

/** Injects a fault into the first submission. */
function once(fault: Fault | readonly Fault[]): FaultInjector {
  return ({ operation, count }) => (operation.endsWith('ExecuteStatement') && count === 1 ? fault : undefined);
}

describe('a fault of the request', () => {
  const select = new ExecuteStatementCommand({ Sql: 'insert', ...CLUSTER });
  const refusals: readonly (readonly [string, Fault, object])[] = [
    ['throttles', { kind: 'throttle' }, { name: 'ThrottlingException' }],
    ['expires the token', { kind: 'expired-token' }, { name: 'ExpiredTokenException' }],
    ['fails the service', { kind: 'internal-error', when: 'before' }, { name: 'InternalServerException' }],
    ['cuts the connection', { kind: 'reset', when: 'before' }, { message: expect.stringContaining('socket hang up') }],
    [
      'answers with any error',
      { kind: 'error', when: 'before', type: 'AccessDeniedException', status: 400, message: 'no' },
      { name: 'AccessDeniedException', message: 'no' },
    ],
  ];
  test.each(refusals)('%s, and nothing is run', (_what, fault, error) =>
    withDataApi({ faults: once(fault) }, async ({ client, api }) => {
      await expect(client.send(select)).rejects.toMatchObject(error);
      expect(api.statements).toEqual([]);
      await client.send(select);
    }),
  );

  const lost: readonly (readonly [string, Fault])[] = [
    ['a cut connection', { kind: 'reset', when: 'after' }],
    ['an internal error', { kind: 'internal-error', when: 'after' }],
  ];
  test.each(lost)('loses the answer by %s, and the SDK finds its statement again by the token', (_how, fault) =>
    withDataApi({ faults: once(fault), attempts: 3 }, async ({ client, api, engine, ended }) => {
      const { Id = '' } = await client.send(select);
      await ended(Id);
      expect(api.statements.map(({ id }) => id)).toEqual([Id]);
      expect(api.calls.filter(({ operation }) => operation === 'ExecuteStatement')).toHaveLength(2);
      expect(engine.log.filter((entry) => entry === 'insert')).toHaveLength(1);
    }),
  );

  test('is the class the SDK knows it by', async () => {
    const fault: Fault = {
      kind: 'error',
      when: 'before',
      type: 'ExecuteStatementException',
      status: 500,
      message: 'x',
    };
    await withDataApi({ faults: once(fault) }, async ({ client }) => {
      await expect(client.send(select)).rejects.toBeInstanceOf(ExecuteStatementException);
    });
    await withDataApi({ faults: once({ kind: 'internal-error', when: 'before' }) }, async ({ client }) => {
      await expect(client.send(select)).rejects.toBeInstanceOf(InternalServerException);
    });
  });

  test('delays the answer', () =>
    withDataApi({ faults: once({ kind: 'delay', milliseconds: 40 }) }, async ({ client }) => {
      const start = performance.now();
      await client.send(select);
      expect(performance.now() - start).toBeGreaterThanOrEqual(38);
    }));
});

type Sent = BatchExecuteStatementCommandOutput;

/** Sends a batch of two, lets the test act while it runs, and describes its end. */
async function batch(
  { client, ended }: Setup,
  meanwhile: (sent: Sent) => Promise<void> = async () => {},
): Promise<DescribeStatementCommandOutput> {
  const sent = await client.send(new BatchExecuteStatementCommand({ Sqls: ['insert', 'select 1'], ...CLUSTER }));
  await meanwhile(sent);
  return ended(sent.Id ?? '');
}

const states = ({ SubStatements }: DescribeStatementCommandOutput) => SubStatements?.map(({ Status }) => Status);

describe('a fault of a statement', () => {
  const conflict =
    'ERROR: 1023 Detail: Serializable isolation violation on table - 108, transactions forming the cycle';

  test('fails it with the text of an engine, and rolls its batch back', () =>
    withDataApi({ faults: once({ kind: 'fail', at: 2, error: conflict }) }, async (setup) => {
      const end = await batch(setup);
      expect(end).toMatchObject({ Status: 'FAILED', Error: `Query #2 failed with ${conflict}` });
      expect(states(end)).toEqual(['FINISHED', 'FAILED']);
      expect(setup.engine.log.slice(1)).toEqual(['begin', 'insert', 'rollback', 'close']);
    }));

  test('keeps it SUBMITTED until it is cancelled, and nothing is connected', () =>
    withDataApi({ faults: once({ kind: 'stuck', at: 'start' }) }, async (setup) => {
      const end = await batch(setup, async ({ Id }) => {
        const described = await setup.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }));
        expect(described.Status).toBe('SUBMITTED');
        setup.api.statements[0]?.cancel();
      });
      expect([end.Status, states(end)]).toEqual(['ABORTED', ['ABORTED', 'ABORTED']]);
      expect(setup.engine.log).toEqual([]);
    }));

  test('fails the commit, after every statement FINISHED', () =>
    withDataApi({ faults: once({ kind: 'fail', at: 'commit', error: conflict }) }, async (setup) => {
      const end = await batch(setup);
      expect(end).toMatchObject({ Status: 'FAILED', Error: conflict });
      expect(states(end)).toEqual(['FINISHED', 'FINISHED']);
      expect(setup.engine.log).not.toContain('commit');
    }));

  test('holds it for a while with the transaction open', () =>
    withDataApi({ faults: once({ kind: 'slow', at: 'commit', milliseconds: 40 }) }, async (setup) => {
      const start = performance.now();
      expect(await batch(setup)).toMatchObject({ Status: 'FINISHED' });
      expect(performance.now() - start).toBeGreaterThanOrEqual(38);
    }));

  test('holds it until it is cancelled', () =>
    withDataApi({ faults: once({ kind: 'stuck', at: 2 }) }, async (setup) => {
      const end = await batch(setup, async ({ Id }) => {
        const described = await setup.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }));
        expect([described.Status, states(described)]).toEqual(['STARTED', ['FINISHED', 'STARTED']]);
        setup.api.statements[0]?.cancel();
      });
      expect([end.Status, states(end)]).toEqual(['ABORTED', ['FINISHED', 'ABORTED']]);
      expect(setup.engine.log).toContain('rollback');
    }));

  test('is over when the stand-in stops', () =>
    withDataApi({ faults: once({ kind: 'stuck', at: 1 }) }, async ({ execute }) => {
      await execute('select 1');
    }));

  test('aborts it though nobody cancelled, with an error or without', async () => {
    const run = (uncertain: Partial<UncertainChoices>, check: (end: DescribeStatementCommandOutput) => void) =>
      withDataApi({ uncertain, faults: once({ kind: 'abort', at: 1 }) }, async (setup) => check(await batch(setup)));
    await run({}, (end) => expect(end).toMatchObject({ Status: 'ABORTED', Error: expect.any(String) }));
    await run({ abortedError: false }, (end) => {
      expect(end.Status).toBe('ABORTED');
      expect(end).not.toHaveProperty('Error');
    });
  });

  test('comes together with one of the request', () =>
    withDataApi(
      {
        attempts: 2,
        faults: once([
          { kind: 'fail', at: 1, error: 'ERROR: x' },
          { kind: 'reset', when: 'after' },
        ]),
      },
      async (setup) => {
        expect(await batch(setup)).toMatchObject({ Status: 'FAILED', Error: 'Query #1 failed with ERROR: x' });
        expect(setup.api.statements).toHaveLength(1);
      },
    ));
});

describe('what nobody knows has a choice', () => {
  const failing = new BatchExecuteStatementCommand({ Sqls: ['insert', 'wrong', 'select 1'], ...CLUSTER });
  const apart = new BatchExecuteStatementCommand({ ...failing.input, ExecutionMode: 'AUTO_COMMIT' });

  test('of the text and of the rest of a failed batch', () =>
    withDataApi({ uncertain: { batchError: 'plain', afterFailure: 'SUBMITTED' } }, async ({ client, ended }) => {
      const end = await ended((await client.send(failing)).Id ?? '');
      expect(end.Error).toBe('ERROR: syntax error at or near "wrong"');
      expect(states(end)).toEqual(['FINISHED', 'FAILED', 'SUBMITTED']);
    }));

  test.each(['FAILED', 'FINISHED'] as const)('of an AUTO_COMMIT batch in part failed: %s', (autoCommitFailure) =>
    withDataApi({ uncertain: { autoCommitFailure }, engine: new FakeEngine() }, async ({ client, ended, engine }) => {
      const end = await ended((await client.send(apart)).Id ?? '');
      expect(end).toMatchObject({ Status: autoCommitFailure, ExecutionMode: 'AUTO_COMMIT' });
      expect(states(end)).toEqual(['FINISHED', 'FAILED', 'FINISHED']);
      expect(engine.log.slice(1)).toEqual(['insert', 'wrong', 'select 1', 'close']);
    }),
  );
});
