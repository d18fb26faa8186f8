import * as sdk from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, HeadBucketCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { InterruptedError } from '../../src/errors.ts';
import { S3Clients } from '../../src/objects/s3/client.ts';
import { emptyBucket } from '../../src/provision/bucket.ts';
import type { StackEvent, StackState } from '../../src/provision/outcome.ts';
import { Stacks } from '../../src/provision/stacks.ts';

const aws: AwsStub<sdk.ServiceInputTypes, sdk.ServiceOutputTypes, sdk.CloudFormationClientResolvedConfig> = mockClient(
  sdk.CloudFormationClient,
);
afterEach(() => void aws.reset());

const CURRENT: StackState = {
  name: 'wh',
  id: 'arn:wh',
  status: 'CREATE_COMPLETE',
  parameters: { Engine: 'serverless', BaseCapacity: '16' },
  outputs: {},
};

function open() {
  const told: StackEvent[] = [];
  const stop = new AbortController();
  const client = new sdk.CloudFormationClient({ region: 'us-west-2' });
  const options = { emit: (event: StackEvent) => told.push(event), signal: stop.signal, pollMilliseconds: 1 };
  return { stacks: new Stacks({ sdk, client }, options), told, stop };
}

const missing = () => Object.assign(new Error('Stack with id wh does not exist'), { name: 'ValidationError' });

/** A stack that stands so, one status after another. */
function answerOf(StackStatus: string): sdk.DescribeStacksCommandOutput {
  const stack = { StackName: 'wh', StackId: 'arn:wh', StackStatus, CreationTime: new Date() } as sdk.Stack;
  return { $metadata: {}, Stacks: [stack] };
}

function statuses(...all: string[]): void {
  const stub = aws.on(sdk.DescribeStacksCommand);
  for (const [at, StackStatus] of all.entries()) {
    const answer = answerOf(StackStatus);
    if (at === all.length - 1) stub.resolves(answer);
    else stub.resolvesOnce(answer);
  }
}

type Told = readonly [resource: string, status: string, reason?: string];

/** Events as CloudFormation lists them, given oldest first. */
function listed(all: readonly Told[]): sdk.StackEvent[] {
  const oldestFirst = all.map(([resource, status, reason], at) => ({
    StackId: 'arn:wh',
    StackName: 'wh',
    EventId: `e${at}`,
    Timestamp: new Date(at),
    LogicalResourceId: resource,
    ResourceType: resource === 'wh' ? 'AWS::CloudFormation::Stack' : 'AWS::IAM::Role',
    ResourceStatus: status as sdk.ResourceStatus,
    ResourceStatusReason: reason,
  }));
  return oldestFirst.reverse();
}

function events(...all: readonly Told[]): void {
  aws.on(sdk.DescribeStackEventsCommand).resolves({ StackEvents: listed(all) });
}

const sent = (command: Parameters<typeof aws.commandCalls>[0]) =>
  aws.commandCalls(command).map(({ args }) => args[0].input);

describe('a stack', () => {
  test('is found with its parameters and outputs', async () => {
    aws.on(sdk.DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackName: 'wh',
          StackId: 'arn:wh',
          StackStatus: 'UPDATE_COMPLETE',
          CreationTime: new Date(),
          Parameters: [{ ParameterKey: 'Engine', ParameterValue: 'cluster' }],
          Outputs: [{ OutputKey: 'Host', OutputValue: 'h' }],
        },
      ],
    });
    const parts = { parameters: { Engine: 'cluster' }, outputs: { Host: 'h' } };
    expect(await open().stacks.find('wh')).toEqual({ name: 'wh', id: 'arn:wh', status: 'UPDATE_COMPLETE', ...parts });
  });

  test('that is not there, or deleted, is none; other refusals are errors', async () => {
    aws.on(sdk.DescribeStacksCommand).rejectsOnce(missing());
    expect(await open().stacks.find('wh')).toBeUndefined();
    statuses('DELETE_COMPLETE');
    expect(await open().stacks.find('wh')).toBeUndefined();
    aws
      .on(sdk.DescribeStacksCommand)
      .rejects(Object.assign(new Error('x is not authorized'), { name: 'AccessDenied' }));
    await expect(open().stacks.find('wh')).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot look for/),
      exitCode: 1,
    });
  });

  test('that somebody is changing is followed to the end of that', async () => {
    statuses('UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE');
    events(['wh', 'UPDATE_IN_PROGRESS'], ['Role', 'UPDATE_COMPLETE']);
    const { stacks, told } = open();
    expect(await stacks.settle({ ...CURRENT, status: 'UPDATE_IN_PROGRESS' })).toMatchObject({
      status: 'UPDATE_COMPLETE',
    });
    expect(told.map(({ resource }) => resource)).toEqual(['wh', 'Role']);
  });
});

describe('a change', () => {
  const wish = { stack: 'wh', template: 'T', parameters: { Warehouse: 'present', BaseCapacity: '32' } };
  const created = { Id: 'arn:cs', StackId: 'arn:wh' };

  test('of a stack keeps the parameters nobody names, and is listed page by page', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    aws
      .on(sdk.DescribeChangeSetCommand)
      .resolvesOnce({ Status: 'CREATE_PENDING' })
      .resolvesOnce({ Status: 'CREATE_COMPLETE' })
      .resolvesOnce({
        Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'T' } }],
        NextToken: 'more',
      })
      .resolves({
        Changes: [
          { ResourceChange: { Action: 'Modify', LogicalResourceId: 'B', ResourceType: 'T', Replacement: 'True' } },
        ],
      });
    const proposal = await open().stacks.propose({ ...wish, current: CURRENT });
    expect(proposal).toEqual({
      id: 'arn:cs',
      stackId: 'arn:wh',
      stack: 'wh',
      isNew: false,
      changes: [
        { action: 'Add', resource: 'A', type: 'T', replacement: undefined },
        { action: 'Modify', resource: 'B', type: 'T', replacement: 'True' },
      ],
    });
    expect(sent(sdk.CreateChangeSetCommand)).toEqual([
      expect.objectContaining({
        ChangeSetType: 'UPDATE',
        TemplateBody: 'T',
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: [
          { ParameterKey: 'Warehouse', ParameterValue: 'present' },
          { ParameterKey: 'BaseCapacity', ParameterValue: '32' },
          { ParameterKey: 'Engine', UsePreviousValue: true },
        ],
      }),
    ]);
  });

  test.each([undefined, { ...CURRENT, status: 'REVIEW_IN_PROGRESS' }])(
    'where there is no stack yet makes one: %#',
    async (current) => {
      aws.on(sdk.CreateChangeSetCommand).resolves(created);
      aws.on(sdk.DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE' });
      const { stacks } = open();
      const proposal = await stacks.propose({ ...wish, current });
      expect(sent(sdk.CreateChangeSetCommand)[0]).toMatchObject({ ChangeSetType: 'CREATE', Parameters: { length: 2 } });
      if (proposal === undefined) throw new Error('no proposal');
      await stacks.discard(proposal);
      expect(sent(sdk.DeleteChangeSetCommand)).toEqual([{ ChangeSetName: 'arn:cs' }]);
      expect(sent(sdk.DeleteStackCommand)).toEqual([{ StackName: 'arn:wh' }]);
    },
  );

  test('without changes is none, and leaves no change set behind', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    aws.on(sdk.DescribeChangeSetCommand).resolves({
      Status: 'FAILED',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    expect(await open().stacks.propose({ ...wish, current: CURRENT })).toBeUndefined();
    expect(sent(sdk.DeleteChangeSetCommand)).toHaveLength(1);
    expect(sent(sdk.DeleteStackCommand)).toEqual([]);
  });

  test('that CloudFormation refuses is told with its reason, and leaves nothing behind', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    aws.on(sdk.DescribeChangeSetCommand).resolves({ Status: 'FAILED', StatusReason: 'Unrecognized resource types' });
    await expect(open().stacks.propose({ ...wish, current: undefined })).rejects.toThrow(
      /refuses .* wh: Unrecognized resource types/,
    );
    expect(sent(sdk.DeleteChangeSetCommand)).toHaveLength(1);
    expect(sent(sdk.DeleteStackCommand)).toHaveLength(1);
  });

  test('without a template goes by the one the stack has', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    aws.on(sdk.DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE' });
    await open().stacks.propose({ stack: 'wh', current: CURRENT, parameters: { Warehouse: 'absent' } });
    expect(sent(sdk.CreateChangeSetCommand)[0]).toMatchObject({ UsePreviousTemplate: true });
  });

  test('by a newer template does not name the parameters it has no more', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    aws.on(sdk.DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE' });
    const current = { ...CURRENT, parameters: { Engine: 'cluster', Bygone: 'x' } };
    await open().stacks.propose({ ...wish, current, parameters: {} });
    await open().stacks.propose({ stack: 'wh', current, parameters: {} });
    const names = aws
      .commandCalls(sdk.CreateChangeSetCommand)
      .map(({ args }) => args[0].input.Parameters?.map(({ ParameterKey }) => ParameterKey));
    expect(names).toEqual([['Engine'], ['Engine', 'Bygone']]);
  });

  test('that is interrupted while it is worked out leaves nothing behind', async () => {
    aws.on(sdk.CreateChangeSetCommand).resolves(created);
    const { stacks, stop } = open();
    aws.on(sdk.DescribeChangeSetCommand).callsFake(() => {
      stop.abort(new InterruptedError('SIGINT', ''));
      return { Status: 'CREATE_PENDING' };
    });
    await expect(stacks.propose({ ...wish, current: CURRENT })).rejects.toMatchObject({ exitCode: 130 });
    expect(sent(sdk.DeleteChangeSetCommand)).toHaveLength(1);
  });
});

describe('carrying a change out', () => {
  const proposal = { id: 'arn:cs', stackId: 'arn:wh', stack: 'wh', isNew: true, changes: [] };

  /** What the stack tells once the change set is executed; before, it has only been made. */
  function executes(...all: readonly Told[]): void {
    events(['wh', 'REVIEW_IN_PROGRESS']);
    aws.on(sdk.ExecuteChangeSetCommand).callsFake(() => {
      events(['wh', 'REVIEW_IN_PROGRESS'], ...all);
      return {};
    });
  }

  test('does not take the stack as it stood before for the end', async () => {
    const told: Told[] = [['wh', 'CREATE_COMPLETE']];
    let asked = 0;
    aws.on(sdk.ExecuteChangeSetCommand).resolves({});
    aws.on(sdk.DescribeStackEventsCommand).callsFake(() => {
      asked += 1;
      if (asked === 4) told.push(['wh', 'UPDATE_IN_PROGRESS'], ['wh', 'UPDATE_COMPLETE']);
      return { StackEvents: listed(told) };
    });
    statuses('CREATE_COMPLETE', 'CREATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE');
    expect(await open().stacks.execute({ ...proposal, isNew: false })).toMatchObject({ status: 'UPDATE_COMPLETE' });
  });

  test('tells each event once, and none of earlier operations', async () => {
    executes(['wh', 'CREATE_IN_PROGRESS'], ['Role', 'CREATE_COMPLETE'], ['wh', 'CREATE_COMPLETE']);
    statuses('CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE');
    const { stacks, told } = open();
    expect(await stacks.execute(proposal)).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(told.map(({ resource, status }) => `${resource} ${status}`)).toEqual([
      'wh CREATE_IN_PROGRESS',
      'Role CREATE_COMPLETE',
      'wh CREATE_COMPLETE',
    ]);
  });

  test('that fails tells the resource, the reason and the cure', async () => {
    executes(
      ['wh', 'CREATE_IN_PROGRESS'],
      ['Role', 'CREATE_FAILED', 'User: me is not authorized to perform: iam:CreateRole'],
      ['wh', 'ROLLBACK_IN_PROGRESS'],
      ['wh', 'ROLLBACK_COMPLETE'],
    );
    statuses('REVIEW_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE');
    await expect(open().stacks.execute(proposal)).rejects.toMatchObject({
      message: expect.stringMatching(
        /was not created \(ROLLBACK_COMPLETE\):\n {2}Role .* CREATE_FAILED: User: me is not authorized/,
      ),
      next: expect.stringMatching(/permission.*npm run teardown -- --stack wh/),
    });
  });

  test('that is interrupted says that CloudFormation goes on', async () => {
    executes(['wh', 'CREATE_IN_PROGRESS']);
    const { stacks, stop } = open();
    aws.on(sdk.DescribeStacksCommand).callsFake(() => {
      stop.abort(new InterruptedError('SIGTERM', ''));
      return answerOf('CREATE_IN_PROGRESS');
    });
    await expect(stacks.execute(proposal)).rejects.toMatchObject({
      exitCode: 143,
      message: 'stopped by SIGTERM; CloudFormation continues what it has started',
      next: expect.stringMatching(/Run the same command again/),
    });
  });
});

describe('deleting', () => {
  test('a stack ends with it, whether CloudFormation still names it or not', async () => {
    events(['wh', 'DELETE_IN_PROGRESS']);
    aws.on(sdk.DeleteStackCommand).resolves({});
    statuses('CREATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE');
    await open().stacks.remove(CURRENT);
    aws.on(sdk.DescribeStacksCommand).rejects(missing());
    await open().stacks.remove(CURRENT);
    expect(sent(sdk.DeleteStackCommand)).toEqual([{ StackName: 'arn:wh' }, { StackName: 'arn:wh' }]);
  });

  test('a stack that stays tells what stays', async () => {
    events(['wh', 'DELETE_IN_PROGRESS'], ['Bucket', 'DELETE_FAILED', 'The bucket you tried to delete is not empty']);
    aws.on(sdk.DeleteStackCommand).resolves({});
    statuses('DELETE_FAILED');
    await expect(open().stacks.remove(CURRENT)).rejects.toMatchObject({
      message: expect.stringMatching(/was not deleted \(DELETE_FAILED\):\n {2}Bucket/),
      next: expect.stringMatching(/--delete-data.*npm run teardown -- --stack wh again/),
    });
  });

  test('lists all resources before, but for those that are gone', async () => {
    const summary = (LogicalResourceId: string, ResourceStatus: sdk.ResourceStatus) => ({
      LogicalResourceId,
      ResourceStatus,
      ResourceType: 'T',
      LastUpdatedTimestamp: new Date(),
    });
    aws
      .on(sdk.ListStackResourcesCommand)
      .resolvesOnce({
        StackResourceSummaries: [summary('A', 'CREATE_COMPLETE'), summary('B', 'DELETE_COMPLETE')],
        NextToken: 'x',
      })
      .resolves({ StackResourceSummaries: [summary('C', 'UPDATE_COMPLETE')] });
    expect((await open().stacks.resources(CURRENT)).map(({ resource }) => resource)).toEqual(['A', 'C']);
  });
});

describe('emptying a bucket', () => {
  const s3 = mockClient(S3Client);
  afterEach(() => void s3.reset());
  const clients = () => new S3Clients({ region: 'us-west-2', accessKeyId: 'k', secretAccessKey: 's' });

  test('deletes every version and every delete marker, until nothing is listed', async () => {
    s3.on(HeadBucketCommand).resolves({ BucketRegion: 'us-west-2' });
    s3.on(ListObjectVersionsCommand)
      .resolvesOnce({ Versions: [{ Key: 'a', VersionId: '1' }], DeleteMarkers: [{ Key: 'a', VersionId: '2' }] })
      .resolvesOnce({ Versions: [{ Key: 'b', VersionId: 'null' }] })
      .resolves({});
    s3.on(DeleteObjectsCommand).resolves({});
    const told: number[] = [];
    expect(await emptyBucket(clients(), 'b', (count) => told.push(count))).toBe(3);
    expect(told).toEqual([2, 3]);
    expect(s3.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects)).toEqual([
      [
        { Key: 'a', VersionId: '1' },
        { Key: 'a', VersionId: '2' },
      ],
      [{ Key: 'b', VersionId: 'null' }],
    ]);
  });

  test('goes on behind an empty page that is not the last, and not for ever', async () => {
    s3.on(HeadBucketCommand).resolves({ BucketRegion: 'us-west-2' });
    const empty = { IsTruncated: true, NextKeyMarker: 'a', NextVersionIdMarker: '1' };
    s3.on(ListObjectVersionsCommand)
      .resolvesOnce(empty)
      .resolvesOnce({ Versions: [{ Key: 'b', VersionId: '2' }] })
      .resolvesOnce({})
      .resolves(empty);
    s3.on(DeleteObjectsCommand).resolves({});
    expect(await emptyBucket(clients(), 'b', () => {})).toBe(1);
    expect(s3.commandCalls(ListObjectVersionsCommand)[1]?.args[0].input).toMatchObject({ KeyMarker: 'a' });
    await expect(emptyBucket(clients(), 'b', () => {})).rejects.toThrow('makes no progress');
  });

  test('that is gone already is done', async () => {
    s3.on(HeadBucketCommand).rejects(Object.assign(new Error('NotFound'), { $metadata: { httpStatusCode: 404 } }));
    expect(await emptyBucket(clients(), 'b', () => {})).toBe(0);
  });

  test('where one may not delete says what to allow, and ends', async () => {
    s3.on(HeadBucketCommand).resolves({ BucketRegion: 'us-west-2' });
    s3.on(ListObjectVersionsCommand).resolves({ Versions: [{ Key: 'a', VersionId: '1' }] });
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'AccessDenied', Message: 'Access Denied' }] });
    await expect(emptyBucket(clients(), 'b', () => {})).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot remove s3:\/\/b\/a .*AccessDenied/),
      next: expect.stringMatching(/s3:DeleteObjectVersion on b/),
    });
  });
});
