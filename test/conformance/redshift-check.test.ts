import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { withExamination } from '../../src/cli/examination.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { CheckResult } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Fault, InjectedCall } from '../../standin/dataapi/faults.ts';
import type { Fault as S3Fault, S3Request } from '../../standin/s3-server.ts';
import { CLUSTER, REGION, ROLE, type Standin } from '../../standin/standin.ts';
import { ARN, type StsAnswer } from '../../standin/sts-server.ts';
import { starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { clusterSections } from '../support/redshift-config.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY, SONG } from '../support/trials.ts';
import { OF_MODEL } from '../unit/config-support.ts';

let standin: Standin;
let fault: (call: InjectedCall) => Fault | undefined = () => undefined;

const PATHS = [
  'artist auth firstName gender itemInSession lastName length level location method page registration sessionId song status',
  'ts userAgent userId',
]
  .join(' ')
  .split(' ')
  .map((key) => `$['${key}']`);

const CONFIG = `${clusterSections('DB_SCHEMA=doctor')}[S3]
LOG_DATA=s3://sources/log_data
LOG_JSONPATH=s3://sources/paths.json
SONG_DATA=s3://sources/song_data
WORK_PREFIX=s3://work/doctor/
`;

beforeAll(async () => {
  standin = await sharedStandin({ dataApi: { faults: (call) => fault(call) } });
  standin.s3.createBucket('sources', REGION);
  standin.s3.createBucket('elsewhere', 'eu-west-1');
  standin.s3.put('sources', 'log_data/a.json', linesOf([PLAY]));
  standin.s3.put('sources', 'song_data/a.json', linesOf([SONG]));
  standin.s3.put('sources', 'paths.json', JSON.stringify({ jsonpaths: PATHS }));
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), CONFIG);
    const { code, stderr } = await starload(['create-tables'], { cwd: folder, env: standin.environment });
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
});
afterEach(() => {
  fault = () => undefined;
  standin.s3.faults = () => undefined;
  standin.sts.answer = {};
});
afterAll(stopSharedStandin);

/** What the doctor says of a configuration, through the real SDK clients. */
async function diagnose(text = CONFIG, deep = false): Promise<Record<string, CheckResult>> {
  const found = await withFolder((folder) => {
    const config = parseConfig(text, { file: join(folder, 'dwh.cfg'), directory: folder, env: {}, sources: OF_MODEL });
    return withExamination(config, { deep }, (examination) => examine(examination, () => {}));
  });
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

const deny =
  (matches: (request: S3Request) => boolean) =>
  (request: S3Request): S3Fault | undefined =>
    matches(request) ? { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } : undefined;

describe('the doctor on Redshift', () => {
  test('finds nothing wrong where nothing is, COPY and role included, and leaves the work prefix as it was', async () => {
    const found = await diagnose(CONFIG, true);
    const statuses = Object.entries(found).map(([name, { status }]) => [name, status]);
    expect(statuses).toEqual(Object.keys(found).map((name) => [name, 'ok']));
    expect(Object.keys(found)).toEqual(
      'credentials,clock,region,list LOG_DATA,jsonpaths LOG_DATA,read LOG_DATA,keys LOG_DATA,list SONG_DATA,read SONG_DATA,keys SONG_DATA,work prefix,run journal,connect,tables,privileges,stamps,ledger,budget,statements,role LOG_DATA,copy LOG_DATA,role SONG_DATA,copy SONG_DATA'.split(
        ',',
      ),
    );
    expect(found['credentials']?.reason).toContain(ARN);
    expect(found['connect']?.reason).toContain(': redshift 1.0.10936, as ');
    expect(found['role LOG_DATA']?.reason).toContain(`s3://sources/log_data/a.json as ${ROLE}: 1`);
    expect(standin.s3.list('work')).toEqual([]);
    expect((await diagnose())['role']).toMatchObject({ status: 'skipped', reason: expect.stringContaining('--deep') });
  });

  test.each<[string, StsAnswer, string, Partial<CheckResult>]>([
    [
      'a wrong key',
      { refusal: { status: 403, code: 'InvalidClientTokenId', message: 'The security token is invalid.' } },
      'credentials',
      { status: 'failed', next: expect.stringContaining('AWS_ACCESS_KEY_ID') as unknown as string },
    ],
    [
      'expired keys',
      { refusal: { status: 403, code: 'ExpiredToken', message: 'The security token has expired' } },
      'credentials',
      { status: 'failed', next: expect.stringContaining('Renew') as unknown as string },
    ],
    [
      'an STS that does not answer',
      { refusal: { status: 503, code: 'ServiceUnavailable', message: 'later' } },
      'credentials',
      { status: 'warning' },
    ],
    [
      'a clock that is far behind',
      { aheadMilliseconds: 3_600_000 },
      'clock',
      { status: 'failed', next: 'Set the clock, and keep it in sync with NTP.' },
    ],
    ['a clock that is a little ahead', { aheadMilliseconds: -100_000 }, 'clock', { status: 'warning' }],
  ])('names %s', async (_, answer, check, expected) => {
    standin.sts.answer = answer;
    const found = await diagnose();
    expect(found[check]).toMatchObject(expected);
    expect(found['list LOG_DATA']).toMatchObject({ status: 'ok' });
    expect(found['connect']?.status).toBe(check === 'credentials' && expected.status === 'failed' ? 'skipped' : 'ok');
    standin.sts.answer = {};
    expect((await diagnose())[check]).toMatchObject({ status: 'ok' });
  });

  test.each<[string, (request: S3Request) => S3Fault | undefined, Record<string, string>, RegExp]>([
    [
      'a listing that is denied',
      deny(({ operation, query }) => operation === 'ListObjectsV2' && query.get('prefix') === 'song_data/'),
      { 'list SONG_DATA': 'failed', 'read SONG_DATA': 'skipped', 'list LOG_DATA': 'ok' },
      /s3:ListBucket on arn:aws:s3:::sources/,
    ],
    [
      'a file that may not be read',
      deny(({ operation, key }) => operation === 'GetObject' && key === 'log_data/a.json'),
      { 'list LOG_DATA': 'ok', 'read LOG_DATA': 'failed' },
      /s3:GetObject on arn:aws:s3:::sources\/log_data\/a.json/,
    ],
    [
      'a work prefix that may not be written to',
      deny(({ operation, bucket }) => operation === 'PutObject' && bucket === 'work'),
      { 'work prefix': 'failed', connect: 'ok' },
      /s3:PutObject on arn:aws:s3:::work\/doctor/,
    ],
    [
      'a work prefix that may not be cleaned',
      deny(({ operation }) => operation === 'DeleteObjects'),
      { 'work prefix': 'warning' },
      /s3:DeleteObject/,
    ],
  ])('names %s', async (_, faults, statuses, next) => {
    standin.s3.faults = faults;
    const found = await diagnose();
    expect(Object.fromEntries(Object.keys(statuses).map((name) => [name, found[name]?.status]))).toEqual(statuses);
    expect(Object.values(found).filter((finding) => next.test(finding.next ?? ''))).toHaveLength(1);
  });

  test.each<[string, (text: string) => string, string, Partial<CheckResult>]>([
    [
      'a jsonpaths file that is not there',
      (text) => text.replace('paths.json', 'none.json'),
      'jsonpaths LOG_DATA',
      { status: 'failed', reason: expect.stringContaining('none.json') as unknown as string },
    ],
    [
      'a jsonpaths file of another table',
      (text) => text.replace('SONG_DATA=', 'SONG_JSONPATH=s3://sources/paths.json\nSONG_DATA='),
      'jsonpaths SONG_DATA',
      { status: 'failed', reason: expect.stringContaining('18 expressions for 10 columns') as unknown as string },
    ],
    [
      'a folder without data',
      (text) => text.replace('sources/log_data', 'elsewhere/'),
      'list LOG_DATA',
      { status: 'failed', reason: expect.stringContaining('nothing is at s3://elsewhere') as unknown as string },
    ],
    [
      'a bucket of another region',
      (text) => text.replace('work/doctor', 'elsewhere/doctor'),
      'region',
      { status: 'warning', reason: expect.stringContaining('eu-west-1') as unknown as string },
    ],
    [
      'that there is no work prefix',
      (text) => text.replace(/WORK_PREFIX.*\n/, ''),
      'work prefix',
      { status: 'warning' },
    ],
    [
      'a cluster that is not there',
      (text) => text.replace(`${CLUSTER}.abc`, 'nowhere.abc'),
      'connect',
      { status: 'failed', next: expect.stringContaining('cluster') as unknown as string },
    ],
    [
      'a schema that is not there yet',
      (text) => text.replace('=doctor\n', '=nobody\n'),
      'tables',
      { status: 'warning', next: expect.stringContaining('create-tables') as unknown as string },
    ],
  ])('names %s', async (_, edit, check, expected) => {
    expect((await diagnose(edit(CONFIG)))[check]).toMatchObject(expected);
  });

  test('names a role that Redshift may not use, with and without a work prefix', async () => {
    fault = ({ operation, body }) => {
      const at = ((body['Sqls'] ?? []) as readonly string[]).findIndex((sql) => sql.startsWith('COPY')) + 1;
      return operation === 'BatchExecuteStatement' && at > 0
        ? {
            kind: 'fail',
            at,
            error: `ERROR: User arn:aws:redshift:us-west-2:1:dbuser:dwh/x is not authorized to assume IAM Role ${ROLE}`,
          }
        : undefined;
    };
    for (const text of [CONFIG, CONFIG.replace(/WORK_PREFIX.*\n/, '')]) {
      expect((await diagnose(text, true))['role LOG_DATA']).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining(ROLE),
        next: expect.stringContaining('Attach the role'),
      });
    }
  });

  test('reads a file of each source without a work prefix', async () => {
    expect(await diagnose(CONFIG.replace(/WORK_PREFIX.*\n/, ''), true)).toMatchObject({
      'role LOG_DATA': { status: 'ok' },
      'role SONG_DATA': { status: 'ok' },
      'copy LOG_DATA': { status: 'skipped' },
    });
  });
});
