import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { estimate } from '../../src/provision/cost.ts';
import { explain } from '../../src/provision/errors.ts';
import { assertChangeable, assertOurs, failed } from '../../src/provision/failure.ts';
import {
  cureFor,
  destroyedBy,
  failuresOf,
  isChangeable,
  isRemnant,
  isSettled,
  leftBehind,
  type StackEvent,
} from '../../src/provision/outcome.ts';
import { DEFAULTS, effective, mistakesIn, nameMistakes, sourceParameters } from '../../src/provision/parameters.ts';
import { missingIn, regionParameters } from '../../src/provision/regions.ts';
import { OUTPUTS } from '../../src/provision/settings.ts';

const TEMPLATE = readFileSync(new URL('../../infra/warehouse.yaml', import.meta.url), 'utf8');

describe('the template', () => {
  test('has the parameters and defaults the code goes by', () => {
    const [, section = ''] = /^Parameters:\n([\s\S]*?)^\S/m.exec(TEMPLATE) ?? [];
    const declared = [...section.matchAll(/^ {2}(\w+):\n(?: {4}.*\n)*? {4}Default: (.*)\n/gm)];
    expect(Object.fromEntries(declared.map(([, name = '', value = '']) => [name, value.replaceAll("'", '')]))).toEqual(
      DEFAULTS,
    );
  });

  test('gives out what dwh.cfg needs, and the name of the bucket', () => {
    const [, section = ''] = /^Outputs:\n([\s\S]*)/m.exec(TEMPLATE) ?? [];
    const names = [...section.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining([...OUTPUTS, 'BucketName', 'LoaderPolicyArn']));
  });

  test('is small enough to be sent, opens nothing to the public and holds no password', () => {
    expect(Buffer.byteLength(TEMPLATE)).toBeLessThan(51_200);
    expect(TEMPLATE.match(/PubliclyAccessible: false/g)).toHaveLength(2);
    expect(TEMPLATE).not.toMatch(/PubliclyAccessible: true|AdminUserPassword|MasterUserPassword/);
    expect(TEMPLATE.match(/Manage\w+Password: true/g)).toHaveLength(2);
  });

  test("lets a role's later sessions look at what its earlier ones submitted", () => {
    expect(TEMPLATE).not.toContain('redshift-data:statement-owner-iam-userid');
  });

  test("allows no action on everything, but looking at and cancelling statements of one's own role", () => {
    const everything = TEMPLATE.match(/Resource: '\*'/g);
    expect(everything).toHaveLength(1);
    expect(TEMPLATE).toMatch(
      /Action:(\n\s+- redshift-data:(DescribeStatement|GetStatementResult|CancelStatement|ListStatements)){4}\n\s+Resource: '\*'/,
    );
    expect(TEMPLATE.match(/Action: .*\*/g)).toEqual(['Action: s3:*']);
    expect(TEMPLATE).toMatch(/Effect: Deny\n\s+Principal: '\*'\n\s+Action: s3:\*/);
  });
});

describe('parameters', () => {
  test('are what is asked for, else what the stack has, else the defaults', () => {
    expect(effective({ BaseCapacity: '16' }, { BaseCapacity: '24', MaxCapacity: '64' })).toEqual({
      ...DEFAULTS,
      BaseCapacity: '16',
      MaxCapacity: '64',
    });
  });

  test('name exactly the sources in S3', () => {
    const sources = [
      's3://udacity-dend/log_data',
      's3://udacity-dend/paths.json',
      's3://udacity-dend/days.NDJSON.gz',
      's3://songs/',
      's3://odd/a,b',
      's3://songs/',
    ];
    expect(sourceParameters(sources, 'us-west-2')).toEqual({
      SourceBuckets: 'arn:aws:s3:::odd,arn:aws:s3:::songs,arn:aws:s3:::udacity-dend',
      SourceObjects:
        'arn:aws:s3:::odd/a?b/*,arn:aws:s3:::songs/*,arn:aws:s3:::udacity-dend/days.NDJSON.gz,arn:aws:s3:::udacity-dend/log_data/*,arn:aws:s3:::udacity-dend/paths.json',
    });
    expect(sourceParameters([], 'cn-north-1')).toEqual({ SourceBuckets: '', SourceObjects: '' });
    expect(sourceParameters(['s3://b'], 'cn-north-1').SourceObjects).toBe('arn:aws-cn:s3:::b/*');
    expect(sourceParameters(['s3://b'], 'us-gov-west-1').SourceBuckets).toBe('arn:aws-us-gov:s3:::b');
  });

  test.each([
    [{ Engine: 'postgres' }, /not a kind of warehouse/],
    [{ NodeCount: '0' }, /--nodes 0 is not a number/],
    [{ BaseCapacity: '8.5' }, /--base-capacity 8.5 is not a number/],
    [{ BaseCapacity: '7' }, /--base-capacity 7 is not a size of Redshift Serverless/],
    [{ AlarmEmail: 'nomail' }, /--email nomail is not an e-mail address/],
    [{ AlarmEmail: 'a@example.com,b@example.com' }, /is not an e-mail address/],
    [{ BaseCapacity: '64' }, /maximum capacity of 32 RPUs is below/],
    [{ UsageLimits: 'maybe' }, /--usage-limits maybe is neither yes nor no/],
    [{ Database: 'My-DB' }, /--database My-DB is not possible/],
    [{ NodeType: 'large' }, /--node-type large is not possible/],
    [{ SourceKeys: 'alias/mine' }, /--kms-keys alias\/mine is not the ARN of a KMS key/],
  ])('that cannot be are refused: %o', (asked, message) => {
    expect(mistakesIn({ ...DEFAULTS, ...asked })).toEqual([
      { message: expect.stringMatching(message), next: expect.any(String) },
    ]);
  });

  test('that can be are not', () => {
    expect(mistakesIn({ ...DEFAULTS, AlarmEmail: 'me@example.com', BaseCapacity: '4' })).toEqual([]);
    expect(mistakesIn(DEFAULTS)).toEqual([]);
    expect(mistakesIn({ ...DEFAULTS, Engine: 'cluster', BaseCapacity: '64' })).toEqual([]);
    const key = 'arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1';
    expect(mistakesIn({ ...DEFAULTS, SourceKeys: `${key},${key}` })).toEqual([]);
  });
});

describe('a name', () => {
  test('of fewer than three characters is no namespace, but a cluster', () => {
    expect(nameMistakes('ab', DEFAULTS)).toMatchObject([{ message: expect.stringMatching(/--stack ab is too short/) }]);
    expect(nameMistakes('abc', DEFAULTS)).toEqual([]);
    expect(nameMistakes('ab', { Engine: 'cluster' })).toEqual([]);
  });
});

describe('a region', () => {
  test('decides on usage limits and budget, and what is missing is said', () => {
    expect(regionParameters('us-west-2')).toEqual({ UsageLimits: 'yes', BudgetAlarm: 'yes' });
    expect(regionParameters('eu-west-1')).toEqual({ UsageLimits: 'no', BudgetAlarm: 'yes' });
    expect(regionParameters('eu-north-1')).toEqual({ UsageLimits: 'no', BudgetAlarm: 'no' });
    const all = { ...DEFAULTS, ...regionParameters('eu-north-1'), Engine: 'cluster', AlarmEmail: 'me@example.com' };
    expect(missingIn(all)).toEqual([
      expect.stringMatching(/no usage limits/),
      expect.stringMatching(/no budget, and so no mail about costs/),
    ]);
    expect(missingIn({ ...all, Engine: 'serverless', AlarmEmail: '' })).toEqual([]);
    expect(missingIn({ ...all, ...regionParameters('us-east-1') })).toEqual([]);
  });

  test.each([
    ['AWS::Redshift::UsageLimit', '--usage-limits no'],
    ['AWS::Budgets::Budget', '--budget-alarm no'],
    ['AWS::RedshiftServerless::Namespace', '--engine cluster'],
  ])('that does not know %s is answered with %s', (type, advice) => {
    const error = Object.assign(new Error(`Template format error: Unrecognized resource types: [${type}]`), {
      name: 'ValidationError',
    });
    expect(explain(error, 'plan the stack starload').next).toContain(advice);
  });

  test('has each of the two types only where its parameter says so', () => {
    expect(TEMPLATE.match(/Type: AWS::Redshift::UsageLimit\n {4}Condition: HasLimits/g)).toHaveLength(2);
    expect(TEMPLATE.match(/Type: AWS::Redshift::UsageLimit/g)).toHaveLength(2);
    expect(TEMPLATE).toMatch(/Type: AWS::Budgets::Budget\n {4}Condition: HasAlarm/);
    expect(TEMPLATE).toMatch(/HasLimits: .*UsageLimits, 'yes'/);
    expect(TEMPLATE).toMatch(/HasAlarm: .*BudgetAlarm, 'yes'/);
  });
});

describe('the cost', () => {
  test('of Serverless: a run of 60 s at least, an hour at the maximum', () => {
    expect(estimate(DEFAULTS)).toMatchObject({ price: 0.375, leastPerRun: 0.05, mostPerHour: 12, perMonth: null });
    expect(estimate({ ...DEFAULTS, BaseCapacity: '128', MaxCapacity: '128' })).toMatchObject({
      leastPerRun: 0.8,
      mostPerHour: 48,
    });
  });

  test('of a cluster: its nodes, by the hour and the month', () => {
    const cluster = { ...DEFAULTS, Engine: 'cluster', NodeCount: '2' };
    expect(estimate(cluster)).toMatchObject({ price: 0.543, leastPerRun: null, mostPerHour: 1.086, perMonth: 792.78 });
    expect(estimate({ ...cluster, NodeType: 'rg.large' })).toMatchObject({
      price: null,
      mostPerHour: null,
      perMonth: null,
    });
    expect(estimate({ ...cluster, NodeType: 'rg.large' }, 1.5)).toMatchObject({
      mostPerHour: 3,
      basis: 'the price given',
    });
  });

  test('is dated where it is from the list', () => {
    expect(estimate(DEFAULTS).basis).toMatch(/list prices of us-east-1, \w+ 20\d\d/);
  });
});

let count = 0;
function event(resource: string, status: string, reason?: string, type = 'AWS::IAM::Role'): StackEvent {
  count += 1;
  return { id: `${count}`, at: new Date(count), resource, type, status, reason };
}
const ofStack = (status: string, reason?: string) => event('starload', status, reason, 'AWS::CloudFormation::Stack');

const CREATION = [
  ofStack('REVIEW_IN_PROGRESS'),
  ofStack('CREATE_IN_PROGRESS'),
  event('Bucket', 'CREATE_COMPLETE'),
  event('Workgroup', 'CREATE_FAILED', 'You need at least 3 subnets in different Availability Zones'),
  event('CopyRole', 'CREATE_FAILED', 'Resource creation cancelled'),
  ofStack('ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [Workgroup].'),
  event('Bucket', 'DELETE_COMPLETE'),
  ofStack('ROLLBACK_COMPLETE'),
];

describe('a failure', () => {
  test('is told by the resource it began with, not by what was cancelled or what the stack says of it', () => {
    expect(failuresOf(CREATION).map(({ resource }) => resource)).toEqual(['Workgroup']);
  });

  test('of an earlier operation does not count', () => {
    const later = [
      ...CREATION,
      ofStack('DELETE_IN_PROGRESS'),
      event('Bucket', 'DELETE_FAILED', 'The bucket is not empty'),
    ];
    expect(failuresOf(later).map(({ resource }) => resource)).toEqual(['Bucket']);
    expect(failuresOf([...CREATION, ofStack('UPDATE_IN_PROGRESS')])).toEqual([]);
  });

  test('of the stack alone is told by the stack', () => {
    expect(failuresOf([ofStack('CREATE_IN_PROGRESS'), ofStack('CREATE_FAILED', 'no')])).toHaveLength(1);
  });

  test('comes with its cure, and what to run then', () => {
    const error = failed({ name: 'starload', status: 'ROLLBACK_COMPLETE' }, CREATION, 'created');
    expect(error.message).toBe(
      'the stack starload was not created (ROLLBACK_COMPLETE):\n  Workgroup (AWS::IAM::Role) CREATE_FAILED: You need at least 3 subnets in different Availability Zones',
    );
    expect(error.next).toMatch(
      /--subnets.*; then npm run teardown -- --stack starload, .* npm run provision -- --stack starload\.$/,
    );
  });

  test.each([
    ['UPDATE_ROLLBACK_COMPLETE', 'changed', /npm run provision -- --stack s again; the stack is unchanged/],
    ['UPDATE_ROLLBACK_FAILED', 'changed', /Continue update rollback/],
    ['DELETE_FAILED', 'deleted', /npm run teardown -- --stack s again/],
  ] as const)('that ends in %s says what to run then', (status, done, next) => {
    expect(failed({ name: 's', status }, [], done).next).toMatch(next);
  });

  test.each([
    ['User: x is not authorized to perform: iam:CreateRole', /permission/],
    ['starload already exists', /--stack/],
    ['LimitExceeded', /quota/],
    ['The bucket you tried to delete is not empty', /--delete-data/],
    ['Invalid node type: ra3.tiny', /--node-type/],
    ['something new', /Fix the problem that the reason describes/],
  ])('%s has a cure', (reason, cure) => {
    const events = [ofStack('CREATE_IN_PROGRESS'), event('X', 'CREATE_FAILED', reason)];
    expect(failed({ name: 's', status: 'ROLLBACK_COMPLETE' }, events, 'created').next).toMatch(cure);
  });
});

test('what could not be deleted in the end is left behind, not what was at the second try', () => {
  const events = [
    event('Old', 'DELETE_FAILED', 'earlier'),
    ofStack('UPDATE_IN_PROGRESS'),
    event('Policy', 'DELETE_FAILED', 'Cannot delete a policy attached to entities.'),
    event('Group', 'DELETE_FAILED', 'in use'),
    event('Policy', 'DELETE_FAILED', 'Cannot delete a policy attached to entities.'),
    event('Group', 'DELETE_COMPLETE'),
    ofStack('UPDATE_COMPLETE'),
  ];
  expect(leftBehind(events).map(({ resource }) => resource)).toEqual(['Policy']);
  expect(leftBehind(events).map(cureFor)).toEqual([expect.stringMatching(/^Detach the policy/)]);
});

describe('how a stack stands', () => {
  test('tells what can be done with it', () => {
    const can = (status: string) => [isSettled(status), isChangeable(status), isRemnant(status)];
    expect(can('CREATE_COMPLETE')).toEqual([true, true, false]);
    expect(can('UPDATE_ROLLBACK_COMPLETE')).toEqual([true, true, false]);
    expect(can('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toEqual([false, false, false]);
    expect(can('REVIEW_IN_PROGRESS')).toEqual([true, false, true]);
    expect(can('ROLLBACK_COMPLETE')).toEqual([true, false, true]);
    expect(can('UPDATE_ROLLBACK_FAILED')).toEqual([true, false, false]);
  });

  test('is an error where it takes no change, with the failure that brought it there', () => {
    expect(() => assertChangeable({ name: 's', status: 'UPDATE_COMPLETE' }, [])).not.toThrow();
    expect(() => assertChangeable({ name: 's', status: 'ROLLBACK_COMPLETE' }, CREATION)).toThrow(
      /is in ROLLBACK_COMPLETE and takes no changes:\n {2}Workgroup/,
    );
  });
});

test('a stack of that name that somebody else made is left alone', () => {
  const stack = { name: 's', id: 'i', status: 'CREATE_COMPLETE', outputs: {} };
  expect(() => assertOurs({ ...stack, parameters: DEFAULTS })).not.toThrow();
  expect(() => assertOurs({ ...stack, parameters: { Engine: 'diesel' } })).toThrow(
    /a stack s, which provision did not create/,
  );
  expect(() => assertOurs({ ...stack, status: 'REVIEW_IN_PROGRESS', parameters: {} })).not.toThrow();
});

test('a change that loses data is known: removed or made anew, not altered', () => {
  const change = (action: string, type: string, replacement?: string) => ({ action, resource: 'R', type, replacement });
  expect(destroyedBy([change('Remove', 'AWS::Redshift::Cluster')])).toEqual(['R (AWS::Redshift::Cluster)']);
  expect(destroyedBy([change('Modify', 'AWS::RedshiftServerless::Namespace', 'True')])).toHaveLength(1);
  expect(destroyedBy([change('Modify', 'AWS::S3::Bucket', 'False'), change('Remove', 'AWS::Budgets::Budget')])).toEqual(
    [],
  );
});

describe('what AWS says', () => {
  test.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers', /AWS_PROFILE/],
    ['ExpiredToken', 'The security token included in the request is expired', /expired/],
    ['AccessDenied', 'User: x is not authorized to perform: cloudformation:DescribeStacks', /permission/],
    ['Throttling', 'Rate exceeded', /in a minute/],
    ['Error', 'getaddrinfo ENOTFOUND cloudformation.moon-1.amazonaws.com', /network/],
    ['ValidationError', 'odd', /Fix the problem that AWS reports/],
  ])('%s comes with what to do', (name, message, next) => {
    const error = explain(Object.assign(new Error(message), { name, $response: { secret: 'AKIA' } }), 'look');
    expect(error.message).toBe(`cannot look: ${message}`);
    expect(error.next).toMatch(next);
    expect(JSON.stringify(error.cause)).not.toContain('AKIA');
  });
});
