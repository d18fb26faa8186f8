import type { Fault, InjectedCall } from '../../standin/dataapi/faults.ts';
import type { Fault as S3Fault, S3Request } from '../../standin/s3-server.ts';
import type { Standin } from '../../standin/standin.ts';
import type { StsAnswer } from '../../standin/sts-server.ts';

/** What a trial on the stand-in may change. Every trial begins with a warehouse, sources and a dwh.cfg that work. */
export interface AwsWorld {
  readonly standin: Standin;
  /** The roles attached to the cluster. */
  readonly roles: string[];
  /** Environment variables beside the stand-in's; undefined removes one. */
  env: NodeJS.ProcessEnv;
  /** What happens to calls of the Data API. */
  fault: (call: InjectedCall) => Fault | undefined;
  /** Writes dwh.cfg with a part of it replaced; without arguments, as it was. */
  configure(from?: string | RegExp, to?: string): void;
  /** Uploads a log file that is not loaded yet. */
  upload(): void;
}

/** A command that fails on Redshift with an advice, and what the advice says. */
export interface AwsTrial {
  readonly advice: string;
  /** What it begins with, if `advice` has placeholders. */
  readonly says?: string;
  readonly spoil: (world: AwsWorld) => void | Promise<void>;
  readonly fails: readonly string[];
  /** 1 if not said; 0 for a warning of check. */
  readonly code?: number;
  readonly follow?: (world: AwsWorld) => void;
  /** What must then succeed; the same command if not said. */
  readonly leads?: readonly string[];
}

/** The credentials with which the stand-in reads for COPY. */
const ROLE_KEY = 'AKIAIOSFODNN7EXAMPLE';
const OTHER_ROLE = 'arn:aws:iam::123456789012:role/other';

const s3Fault =
  (matches: (request: S3Request) => boolean, status: number, code: string) =>
  ({ standin }: AwsWorld): void => {
    standin.s3.faults = (request): S3Fault | undefined =>
      matches(request) ? { kind: 'error', status, code, message: code } : undefined;
  };
const s3Works = ({ standin }: AwsWorld): void => {
  standin.s3.faults = () => undefined;
};
const lists = ({ operation }: S3Request) => operation === 'ListObjectsV2';
const isOfRole = ({ headers }: S3Request) => String(headers.authorization).includes(ROLE_KEY);

const stsSays =
  (answer: StsAnswer) =>
  ({ standin }: AwsWorld): void => {
    standin.sts.answer = answer;
  };

/** A statement that fails as on Redshift. */
export const statementFails =
  (pattern: RegExp, error: string) =>
  (world: AwsWorld): void => {
    world.fault = ({ body }) => {
      const at = [body['Sqls'] ?? body['Sql'] ?? []].flat().findIndex((sql) => pattern.test(String(sql)));
      return at < 0 ? undefined : { kind: 'fail', at: at + 1, error };
    };
  };
export const statementsWork = (world: AwsWorld): void => {
  world.fault = () => undefined;
};

const both =
  (...actions: readonly ((world: AwsWorld) => void)[]) =>
  (world: AwsWorld): void => {
    for (const action of actions) action(world);
  };
const upload = (world: AwsWorld): void => world.upload();
const configured =
  (from?: string | RegExp, to?: string) =>
  (world: AwsWorld): void =>
    world.configure(from, to);

const KEYS: readonly AwsTrial[] = [
  {
    advice: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID',
    spoil: (world) => {
      world.env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    },
    fails: ['plan'],
    follow: (world) => {
      world.env = {};
    },
  },
  { advice: 'Renew the credentials', spoil: s3Fault(lists, 400, 'ExpiredToken'), fails: ['plan'], follow: s3Works },
  {
    advice: 'Compare AWS_ACCESS_KEY_ID',
    spoil: s3Fault(lists, 403, 'InvalidAccessKeyId'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'A policy denies sts:GetCallerIdentity',
    spoil: stsSays({ refusal: { status: 403, code: 'AccessDenied', message: 'denied' } }),
    fails: ['check'],
    follow: stsSays({}),
  },
  {
    advice: 'Only this check needs STS',
    spoil: stsSays({ refusal: { status: 503, code: 'ServiceUnavailable', message: 'later' } }),
    fails: ['check'],
    code: 0,
    leads: ['etl'],
  },
];

const BUCKETS: readonly AwsTrial[] = [
  {
    advice: 'Restore it in S3',
    spoil: both(
      upload,
      s3Fault(({ operation }) => operation === 'GetObject', 403, 'InvalidObjectState'),
    ),
    fails: ['etl'],
    follow: s3Works,
  },
  {
    advice: 'Correct the name of the bucket',
    spoil: configured('s3://sources/log_data', 's3://sorces/log_data'),
    fails: ['plan'],
    follow: configured(),
  },
  {
    advice: 'Allow {iam} on',
    says: 'Allow s3:ListBucket on arn:aws:s3:::sources to',
    spoil: s3Fault(lists, 403, 'AccessDenied'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Look up the code',
    spoil: s3Fault(lists, 405, 'MethodNotAllowed'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Allow s3:DeleteObject on the work prefix',
    spoil: s3Fault(({ operation }) => operation === 'DeleteObject', 403, 'AccessDenied'),
    fails: ['check'],
    code: 0,
    follow: s3Works,
  },
  {
    advice: 'AWS is busy',
    spoil: s3Fault(lists, 503, 'SlowDown'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Look at the network, a proxy',
    spoil: (world) => {
      world.env = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' };
    },
    fails: ['plan'],
    follow: (world) => {
      world.env = {};
    },
  },
  {
    advice: "Write the bucket's region",
    spoil: both(
      ({ standin }) => standin.s3.createBucket('abroad', 'eu-west-1'),
      ({ standin }) => void standin.s3.put('abroad', 'log_data/a.json', '{"ts": 1}'),
      configured('s3://sources/log_data', 's3://abroad/log_data'),
      s3Fault(
        ({ operation, bucket }) => bucket === 'abroad' && /HeadBucket|Location/.test(operation),
        403,
        'AccessDenied',
      ),
    ),
    fails: ['plan'],
    follow: configured(/s3:..sources.log_data([\s\S]*)/, 's3://abroad/log_data$1[AWS]\nREGION=eu-west-1\n'),
  },
  {
    advice: 'Correct the location in dwh.cfg',
    spoil: configured('s3://sources/log_data', 's3://sources/Log_Data'),
    fails: ['plan'],
    follow: configured(),
  },
  {
    advice: 'Write the whole name of the folder',
    spoil: configured('s3://sources/log_data', 's3://sources/log_dat'),
    fails: ['plan'],
    follow: configured(),
  },
  {
    advice: 'Add WORK_PREFIX = s3://your-bucket/starload/',
    spoil: configured(/WORK_PREFIX.*\n/, ''),
    fails: ['etl', '--max-errors', '1'],
    code: 2,
    follow: configured(),
  },
];

const WAREHOUSE: readonly AwsTrial[] = [
  {
    advice: 'Allow redshift-data:BatchExecuteStatement',
    spoil: (world) => {
      const denied = { type: 'AccessDeniedException', status: 400, message: 'User: me is not authorized' };
      world.fault = () => ({ kind: 'error', when: 'before', ...denied });
    },
    fails: ['status'],
    follow: statementsWork,
  },
  {
    advice: 'Is the name of the cluster or workgroup right',
    spoil: configured('HOST=dwh.', 'HOST=dhw.'),
    fails: ['status'],
    follow: configured(),
  },
  {
    advice: 'Correct DB_NAME and DB_USER in dwh.cfg.',
    spoil: configured('DB_NAME=dev', 'DB_NAME=def'),
    fails: ['status'],
    follow: configured(),
  },
  {
    advice: 'Allow the role of [IAM_ROLE]',
    spoil: both(
      upload,
      s3Fault((request) => isOfRole(request) && request.operation === 'GetObject', 403, 'AccessDenied'),
    ),
    fails: ['etl'],
    follow: s3Works,
  },
  {
    advice: 'Attach the role of [IAM_ROLE]',
    spoil: both(upload, configured('role/dwhRole', 'role/other')),
    fails: ['etl'],
    follow: ({ roles }) => void roles.push(OTHER_ROLE),
  },
  {
    advice: 'The cluster has no space left',
    spoil: both(upload, statementFails(/^COPY/, 'ERROR: Disk Full')),
    fails: ['etl'],
    follow: statementsWork,
  },
  {
    advice: 'Grant the database user what it needs',
    spoil: statementFails(/songplays/, 'ERROR: permission denied for relation songplays'),
    fails: ['query', 'SELECT COUNT(*) FROM songplays'],
    follow: statementsWork,
  },
  {
    advice: 'Ask for fewer or narrower rows',
    spoil: () => {},
    fails: ['query', "SELECT REPEAT('x', 40000) AS a, REPEAT('x', 40000) AS b"],
    leads: ['query', "SELECT REPEAT('x', 40000) AS a"],
  },
  {
    advice: 'Create another one with CREATE DATABASE name COLLATE',
    spoil: async (world) => {
      const { engine } = world.standin;
      engine.addDatabase('folded');
      engine.addDatabase('exact');
      await engine.inspect(
        'folded',
        "CREATE OR REPLACE FUNCTION redshift.db_collation() RETURNS bpchar LANGUAGE sql STABLE AS $$SELECT 'case_insensitive'::bpchar$$",
      );
      world.configure('DB_NAME=dev', 'DB_NAME=folded');
    },
    fails: ['create-tables'],
    follow: configured('DB_NAME=dev', 'DB_NAME=exact'),
  },
];

/** What passes by itself, or is done outside; the same command then succeeds. */
const ONCE_MORE: readonly AwsTrial[] = [
  {
    advice: 'Run again when nobody writes to it',
    spoil: both(
      upload,
      s3Fault(({ operation }) => operation === 'GetObject', 412, 'PreconditionFailed'),
    ),
    fails: ['etl'],
    follow: s3Works,
  },
  {
    advice: 'Run again in a few minutes',
    spoil: s3Fault(lists, 529, 'Overloaded'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Set the clock and run again',
    spoil: s3Fault(lists, 403, 'RequestTimeTooSkewed'),
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Set the clock, and keep it in sync',
    spoil: stsSays({ aheadMilliseconds: 3_600_000 }),
    fails: ['check'],
    follow: stsSays({}),
  },
  {
    advice: 'Run again. If the error persists',
    spoil: ({ standin }) => {
      standin.s3.faults = (request) => (lists(request) ? { kind: 'page', empty: false, token: 'none' } : undefined);
    },
    fails: ['plan'],
    follow: s3Works,
  },
  {
    advice: 'Run again later; --debug',
    spoil: (world) => {
      const unknown = { type: 'StrangeException', status: 400, message: 'strange' };
      world.fault = () => ({ kind: 'error', when: 'before', ...unknown });
    },
    fails: ['status'],
    follow: statementsWork,
  },
  {
    advice: 'A file was deleted while it was being loaded',
    spoil: both(upload, statementFails(/^COPY/, 'ERROR: Mandatory url is not present in manifest file')),
    fails: ['etl'],
    follow: statementsWork,
  },
  {
    advice: 'Name a schema for the tables: DB_SCHEMA',
    spoil: async (world) => {
      world.standin.engine.addDatabase('bare');
      await world.standin.engine.inspect('bare', 'DROP SCHEMA public CASCADE');
      world.configure('DB_NAME=dev', 'DB_NAME=bare');
    },
    fails: ['create-tables'],
    follow: configured('DB_NAME=dev', 'DB_NAME=bare\nDB_SCHEMA=sparkify'),
  },
];

/** Trials of what AWS refuses, on the stand-in. */
export const AWS_TRIALS: readonly AwsTrial[] = [...KEYS, ...BUCKETS, ...WAREHOUSE, ...ONCE_MORE];
