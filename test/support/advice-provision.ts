import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Server } from '../../standin/s3-server.ts';
import { type CloudFormation, parametersIn } from './cloudformation.ts';

/** CloudFormation, and the S3 that has its buckets. */
export type StackWorld = CloudFormation & { readonly s3: S3Server };

type Lines = readonly (readonly string[])[];

/** A command for stacks that fails with an advice, and what the advice says. */
export interface StackTrial {
  readonly advice: string;
  readonly code: number;
  readonly before?: Lines;
  /** What makes the command fail. */
  readonly spoil?: (aws: StackWorld, folder: string) => void;
  readonly fails: readonly string[];
  /** What the advice says to do outside Starload, or what has passed until then. */
  readonly follow?: (aws: StackWorld, folder: string) => void;
  /** The commands that must then succeed; the same one where none is said. */
  readonly leads?: Lines;
}

const IN = ['--region', 'us-west-2'];
const PLAN = ['provision', ...IN, '--dry-run'];
const PROVISION = ['provision', ...IN, '--yes'];

/** An option that is refused, and the one to write instead. */
function option(advice: string, wrong: readonly string[], right: readonly string[]): StackTrial {
  return { advice, code: 2, fails: [...PLAN, ...wrong], leads: [[...PLAN, ...right]] };
}

const OPTIONS: readonly StackTrial[] = [
  option('Use a name of lower-case letters', ['--stack', 'My_Stack'], ['--stack', 'my-stack']),
  option(
    'Use a longer name',
    ['--stack', 'ab', '--engine', 'serverless'],
    ['--stack', 'abc', '--engine', 'serverless'],
  ),
  option('Write serverless or cluster', ['--engine', 'postgres'], ['--engine', 'cluster']),
  option('Write a whole number of at least 1', ['--nodes', '0'], ['--nodes', '1']),
  option('Write 4, 8, 16, 24', ['--base-capacity', '7'], ['--base-capacity', '8']),
  option('Write one address', ['--email', 'nomail'], ['--email', 'me@example.com']),
  option('Write yes or no', ['--usage-limits', 'maybe'], ['--usage-limits', 'no']),
  option(
    'Write arn:aws:kms',
    ['--kms-keys', 'alias/mine'],
    ['--kms-keys', 'arn:aws:kms:us-west-2:123456789012:key/mrk-1'],
  ),
  option('Write one such as', ['--node-type', 'large'], ['--node-type', 'ra3.large']),
  option('Raise it: --max-capacity', ['--base-capacity', '64'], ['--base-capacity', '64', '--max-capacity', '64']),
  option('Write US dollars an hour', ['--price', '0'], ['--price', '0.375']),
  option('Write a region such as', ['--region', 'Oregon'], ['--region', 'us-west-2']),
  {
    advice: 'Name it: --region us-west-2',
    code: 2,
    fails: ['provision', '--dry-run'],
    leads: [['provision', '--dry-run', '--region', 'us-west-2']],
  },
];

const DENIED = { code: 'AccessDenied', message: 'User: me is not authorized to perform this', status: 403 };

/** Refuses change sets whose parameters are so. */
const unless =
  (type: string, isMissing: (parameters: Readonly<Record<string, string>>) => boolean) => (aws: StackWorld) => {
    const message = `Template format error: Unrecognized resource types: [${type}]`;
    aws.refuse = (action, form) =>
      action === 'CreateChangeSet' && isMissing(parametersIn(form)) ? { code: 'ValidationError', message } : undefined;
  };

const STACKS: readonly StackTrial[] = [
  {
    advice: 'Do that without indented lines',
    code: 2,
    spoil: (_, folder) => writeFileSync(join(folder, 'dwh.cfg'), '[CLUSTER]\n [S3]\n'),
    fails: PLAN,
    follow: (_, folder) => writeFileSync(join(folder, 'dwh.cfg'), '[CLUSTER]\n[S3]\n'),
  },
  {
    advice: 'Run the same command again, or edit it by hand',
    code: 1,
    spoil: (aws, folder) => {
      writeFileSync(join(folder, 'dwh.cfg'), '[CLUSTER]\n');
      aws.refuse = (action) => {
        if (action === 'ExecuteChangeSet') appendFileSync(join(folder, 'dwh.cfg'), '# mine\n');
        return undefined;
      };
    },
    fails: PROVISION,
  },
  {
    advice: 'Add --yes to do it.',
    code: 1,
    fails: ['provision', ...IN],
    leads: [PROVISION],
  },
  {
    advice: 'Use another name with --stack',
    code: 1,
    spoil: ({ stacks }) =>
      void stacks.set('starload', { status: 'CREATE_COMPLETE', parameters: { Vpc: 'mine' }, events: [] }),
    fails: PLAN,
    leads: [[...PLAN, '--stack', 'other']],
  },
  {
    advice: 'If that is what you want, run npm run teardown',
    code: 1,
    before: [PROVISION],
    fails: [...PROVISION, '--engine', 'cluster'],
    leads: [
      ['teardown', ...IN, '--stack', 'starload', '--yes'],
      [...PROVISION, '--engine', 'cluster'],
    ],
  },
  {
    advice: 'Give this identity the permission',
    code: 1,
    spoil: (aws) => {
      aws.refuse = (action) => (action === 'CreateChangeSet' ? DENIED : undefined);
    },
    fails: PLAN,
    follow: (aws) => {
      aws.refuse = () => undefined;
    },
  },
  {
    advice: 'CloudFormation does not support usage limits',
    code: 1,
    spoil: unless('AWS::Redshift::UsageLimit', ({ UsageLimits }) => UsageLimits === 'yes'),
    fails: PLAN,
    leads: [[...PLAN, '--usage-limits', 'no']],
  },
  {
    advice: 'CloudFormation does not support budgets',
    code: 1,
    spoil: unless('AWS::Budgets::Budget', ({ BudgetAlarm }) => BudgetAlarm === 'yes'),
    fails: PLAN,
    leads: [[...PLAN, '--budget-alarm', 'no']],
  },
  {
    advice: 'CloudFormation does not support Redshift (Serverless)',
    code: 1,
    spoil: unless('AWS::RedshiftServerless::Namespace', ({ Engine }) => Engine !== 'cluster'),
    fails: PLAN,
    leads: [[...PLAN, '--engine', 'cluster']],
  },
  {
    advice: 'AWS is throttling requests',
    code: 1,
    spoil: (aws) => {
      aws.reason = 'Rate exceeded';
    },
    fails: PLAN,
    follow: (aws) => {
      aws.reason = undefined;
    },
  },
  {
    advice: 'Nothing was changed. Fix the problem',
    code: 1,
    spoil: (aws) => {
      aws.reason = 'The role dwh is being deleted';
    },
    fails: PLAN,
    follow: (aws) => {
      aws.reason = undefined;
    },
  },
  {
    advice: 'Fix the problem that AWS reports',
    code: 1,
    spoil: (aws) => {
      aws.refuse = (action) =>
        action === 'CreateChangeSet'
          ? { code: 'OperationInProgressException', message: 'Somebody changes it' }
          : undefined;
    },
    fails: PLAN,
    follow: (aws) => {
      aws.refuse = () => undefined;
    },
  },
  {
    advice: 'Look at the events of the stack',
    code: 1,
    before: [PROVISION],
    spoil: ({ stacks }) => {
      const stack = stacks.get('starload');
      if (stack !== undefined) stack.status = 'UPDATE_ROLLBACK_FAILED';
    },
    fails: PROVISION,
    follow: ({ stacks }) => {
      const stack = stacks.get('starload');
      if (stack !== undefined) stack.status = 'UPDATE_ROLLBACK_COMPLETE';
    },
  },
];

const TEARDOWN = ['teardown', ...IN, '--delete-data', '--yes'];

const fill = ({ s3 }: StackWorld): void => void s3.put('wh-bucket', 'work/left.json', '{}');
const s3Works = ({ s3 }: StackWorld): void => {
  s3.faults = () => undefined;
};

const BUCKETS: readonly StackTrial[] = [
  {
    advice: 'Allow s3:DeleteObject and s3:DeleteObjectVersion',
    code: 1,
    before: [PROVISION],
    spoil: (world) => {
      fill(world);
      world.s3.faults = ({ operation }) =>
        operation === 'DeleteObject' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    },
    fails: TEARDOWN,
    follow: s3Works,
  },
  {
    advice: 'Run again; what is deleted stays deleted',
    code: 1,
    before: [PROVISION],
    spoil: (world) => {
      fill(world);
      world.s3.faults = ({ operation }) =>
        operation === 'ListObjectVersions' ? { kind: 'page', empty: true, token: 'same' } : undefined;
    },
    fails: TEARDOWN,
    follow: s3Works,
  },
];

/** Trials of provision and teardown. */
export const STACK_TRIALS: readonly StackTrial[] = [...OPTIONS, ...STACKS, ...BUCKETS];
