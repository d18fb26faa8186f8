// The built command line really creates, changes and deletes a stack, on moto's server (see .ci/with-moto).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { S3 } from '@aws-sdk/client-s3';
import { readConfig } from '../dist/config/read.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const CLASSIC = [
  '# my warehouse',
  '[CLUSTER]',
  "HOST=''",
  "DB_NAME='sparkify'",
  "DB_USER='dwhuser'",
  "DB_PORT='5439'",
  '',
  '[IAM_ROLE]',
  "ARN=''",
  '[S3]',
  "LOG_DATA='s3://udacity-dend/log_data'  ",
  "LOG_JSONPATH='s3://udacity-dend/log_json_path.json'",
  "SONG_DATA='s3://udacity-dend/song_data'",
  '[MINE]',
  'other: thing',
].join('\r\n');

const folder = mkdtempSync(join(tmpdir(), 'starload-moto-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'dwh.cfg');
writeFileSync(file, CLASSIC);

function run(args, code = 0, config = file) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, '--config', config, '--json'], {
    encoding: 'utf8',
  });
  assert.equal(status, code, `${args.join(' ')} ended with ${status}:\n${stderr}`);
  console.log(`ok: ${args.join(' ')}`);
  return { ...JSON.parse(stdout), story: stderr };
}

// Without a terminal there is no confirmation: nothing is created, and no change set is left behind.
assert.match(run(['provision'], 1).error.next, /--yes/);
const planned = run(['provision', '--dry-run']);
assert.equal(planned.status, 'planned');
assert.deepEqual(planned.cost.least_per_run, 0.05);
assert.equal(run(['teardown', '--yes']).status, 'absent');
assert.equal(readFileSync(file, 'utf8'), CLASSIC);

const created = run(['provision', '--yes']);
assert.equal(created.status, 'created');
const added = ['Bucket', 'BucketPolicy', 'CopyRole', 'LoaderPolicy', 'Namespace', 'Workgroup'];
assert.deepEqual(created.changes.map(({ resource }) => resource).sort(), added);
assert.deepEqual(created.changes, planned.changes);
assert.match(created.story, /CREATE_COMPLETE/);
const { CopyRoleArn, Host, WorkPrefix, BucketName } = created.outputs;
const expected = CLASSIC.replace("HOST=''", `HOST='${Host}'`)
  .replace('DB_USER', '#DB_USER')
  .replace("ARN=''", `ARN='${CopyRoleArn}'`)
  .replace("song_data'\r\n", `song_data'\r\nWORK_PREFIX = ${WorkPrefix}\r\n`);
assert.equal(readFileSync(file, 'utf8'), expected);
const { target, workPrefix, warnings } = await readConfig(file, {});
assert.equal(target.workgroup, 'starload');
assert.equal(target.region, 'us-west-2');
assert.equal(target.database, 'sparkify');
assert.equal(workPrefix, WorkPrefix);
assert.deepEqual(warnings, []);

const again = run(['provision', '--yes']);
assert.deepEqual([again.status, again.changes, again.config.written], ['up_to_date', [], []]);
assert.equal(run(['provision', '--yes', '--work-days', '3']).status, 'changed');
assert.equal(run(['provision', '--yes', '--email', 'me@example.com']).changes[0].resource, 'Budget');
assert.match(run(['provision', '--yes', '--engine', 'cluster'], 1).error.message, /would destroy Namespace/);
assert.match(run(['provision', '--yes', '--max-capacity', '4'], 2).error.next, /--max-capacity 8/);

// moto ignores the template's VersioningConfiguration.
const s3 = new S3({ forcePathStyle: true });
await s3.putBucketVersioning({ Bucket: BucketName, VersioningConfiguration: { Status: 'Enabled' } });
for (const Body of ['old', 'new']) await s3.putObject({ Bucket: BucketName, Key: 'data/a.json', Body });
await s3.deleteObject({ Bucket: BucketName, Key: 'data/a.json' });
await s3.putObject({ Bucket: BucketName, Key: 'data/b.json', Body: '{}' });

assert.match(run(['teardown'], 1).error.next, /--yes/);
const removed = run(['teardown', '--yes']);
assert.deepEqual([removed.status, removed.bucket, removed.versions_deleted], ['removed', BucketName, 0]);
assert.deepEqual(removed.removed.map(({ resource }) => resource).sort(), [
  'Budget',
  'CopyRole',
  'LoaderPolicy',
  'Namespace',
  'Workgroup',
]);
assert.equal((await s3.getObject({ Bucket: BucketName, Key: 'data/b.json' })).ContentLength, 2);
assert.equal(run(['teardown', '--yes']).status, 'up_to_date');

const cluster = run(['provision', '--yes', '--engine', 'cluster', '--nodes', '2', '--price', '0.5']);
assert.equal(cluster.status, 'changed');
assert.equal(cluster.cost.most_per_hour, 1);
assert.equal(cluster.outputs.BucketName, BucketName);
assert.equal((await readConfig(file, {})).target.clusterIdentifier, 'starload');

const changedOf = ({ changes }) => changes.map(({ action, resource }) => `${action} ${resource}`).sort();
const limits = ['ConcurrencyScalingLimit', 'SpectrumLimit'];
assert.deepEqual(
  changedOf(run(['provision', '--yes', '--usage-limits', 'no'])),
  limits.map((name) => `Remove ${name}`),
);
const keys = 'arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555';
assert.equal(run(['provision', '--yes', '--kms-keys', keys]).status, 'changed');

const all = run(['teardown', '--yes', '--delete-data']);
assert.deepEqual([all.status, all.bucket, all.versions_deleted], ['removed', null, 4]);
await assert.rejects(s3.headBucket({ Bucket: BucketName }), { name: 'NotFound' });
assert.equal(run(['teardown', '--yes', '--delete-data']).status, 'absent');

// Without a dwh.cfg, one is created from the example.
const people = { me: { Type: 'AWS::IAM::User', Properties: { UserName: 'me' } } };
const cloudFormation = new CloudFormation();
await cloudFormation.createStack({ StackName: 'people', TemplateBody: JSON.stringify({ Resources: people }) });
const fresh = join(folder, 'new.cfg');
const other = run(['provision', '--yes', '--stack', 'other', '--users', 'me'], 0, fresh);
const example = readFileSync(new URL('../dwh.cfg.example', import.meta.url), 'utf8').split('\n');
const lines = readFileSync(fresh, 'utf8').split('\n');
assert.deepEqual(
  lines.filter((line) => !example.includes(line)),
  [
    `HOST = ${other.outputs.Host}`,
    'DB_NAME = dwh',
    `ARN = ${other.outputs.CopyRoleArn}`,
    `WORK_PREFIX = ${other.outputs.WorkPrefix}`,
  ].filter((line) => !example.includes(line)),
);
assert.equal((await readConfig(fresh, {})).target.workgroup, 'other');
run(['teardown', '--yes', '--delete-data', '--stack', 'other'], 0, fresh);

// A stack that Starload did not create is left alone.
const bucket = { Type: 'AWS::S3::Bucket' };
const TemplateBody = JSON.stringify({ Resources: { bucket } });
await cloudFormation.createStack({ StackName: 'foreign', TemplateBody });
assert.match(run(['provision', '--yes', '--stack', 'foreign'], 1).error.message, /which provision did not create/);
assert.match(run(['teardown', '--yes', '--delete-data', '--stack', 'foreign'], 1).error.next, /--stack/);
assert.equal((await s3.listBuckets({})).Buckets.length, 1);
