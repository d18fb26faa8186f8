import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { understandingLines } from '../../src/cli/understanding.ts';
import type { ConfigOrigin } from '../../src/config/parse.ts';
import { CLUSTER_HOST, LOCAL, parse, postgresFile, ROLE, redshiftFile, S3, type Sections } from './config-support.ts';

/** Each thing as `name = value (origin)`. */
function understood(file: string | Sections, env?: ConfigOrigin['env']): string[] {
  return parse(file, env).understood.map((each) => {
    const origin =
      each.from === 'file' ? `${each.key}:${each.line}` : each.from === 'environment' ? each.variable : '-';
    return `${each.name} = ${each.value} (${origin})`;
  });
}

const SCHEMA = 'schema = the one in which the database makes tables (-)';
const NAMES = 'none: as the model says';
const HOME = '/home/me';

describe('how a file is understood', () => {
  test('names each thing of a classic file with its line', () => {
    const text = [
      '[CLUSTER]',
      `HOST='${CLUSTER_HOST}:5439/dev'`,
      'DB_USER="dwhuser"',
      'DB_PASSWORD = hush-hush',
      '[IAM_ROLE]',
      `ARN=${ROLE}`,
      '[S3]',
      'LOG_DATA=s3://udacity-dend/log_data',
      'LOG_JSONPATH: s3://udacity-dend/log_json_path.json',
      'song_data=s3://udacity-dend/song_data',
    ].join('\n');
    expect(understood(text)).toEqual([
      'engine = redshift (HOST:2)',
      'cluster = dwh (HOST:2)',
      'region = us-west-2 (HOST:2)',
      'database = dev (HOST:2)',
      'user = dwhuser (DB_USER:3)',
      `role = ${ROLE} (ARN:6)`,
      SCHEMA,
      'LOG_DATA = s3://udacity-dend/log_data (LOG_DATA:8)',
      'LOG_JSONPATH = s3://udacity-dend/log_json_path.json (LOG_JSONPATH:9)',
      'SONG_DATA = s3://udacity-dend/song_data (SONG_DATA:10)',
      `SONG_JSONPATH = ${NAMES} (-)`,
      'WORK_PREFIX = none: whole folders are loaded (-)',
      "AWS keys = those of the AWS SDK's default chain (-)",
    ]);
  });

  test('names a workgroup by its name, the identity, and what other names of keys say', () => {
    const file = {
      DWH: { DWH_WORKGROUP: 'night', DWH_DB: 'dwh', DWH_ROLE_ARN: ROLE },
      AWS: { REGION: 'eu-west-1' },
      S3: { ...S3, WORK_PREFIX: 's3://mine/work' },
      LOAD: { MAX_ERRORS: '3' },
    };
    const lines = understood(file, { HOME, AWS_PROFILE: 'me' });
    expect(lines.slice(0, 6)).toEqual([
      'engine = redshift (DWH_WORKGROUP:2)',
      'workgroup = night (DWH_WORKGROUP:2)',
      'region = eu-west-1 (REGION:7)',
      'database = dwh (DWH_DB:3)',
      'user = your IAM identity (-)',
      `role = ${ROLE} (DWH_ROLE_ARN:4)`,
    ]);
    expect(lines.slice(-4)).toEqual([
      'WORK_PREFIX = s3://mine/work/ (WORK_PREFIX:12)',
      'AWS keys = those of the profile me (AWS_PROFILE)',
      'region of the data = eu-west-1 (REGION:7)',
      'MAX_ERRORS = 3 (MAX_ERRORS:15)',
    ]);
  });

  test('names the secret instead of a user', () => {
    const SECRET_ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:dwh-AbCdEf';
    expect(understood(redshiftFile({ SECRET_ARN }))).toContain(`user = the one in ${SECRET_ARN} (SECRET_ARN:6)`);
  });

  test.each<[string, Sections[string], ConfigOrigin['env'], string[]]>([
    ['its line', { DB_PORT: '5433' }, {}, ['port = 5433 (DB_PORT:6)', 'password = set (DB_PASSWORD:5)']],
    [
      'HOST',
      { HOST: 'db.example.org:5434/star', DB_NAME: undefined },
      {},
      ['port = 5434 (HOST:2)', 'database = star (HOST:2)'],
    ],
    ['the default', {}, {}, ['port = 5432 (-)', 'SSL mode = verify-full, except for a server on this machine (-)']],
    ['the environment', {}, { STARLOAD_DB_PASSWORD: 'x' }, ['password = set (STARLOAD_DB_PASSWORD)']],
    ['PGPASSWORD', { DB_PASSWORD: undefined }, { PGPASSWORD: 'x' }, ['password = set (PGPASSWORD)']],
    ['nowhere', { DB_PASSWORD: undefined }, {}, ['password = not set (-)']],
  ])('names what PostgreSQL takes from %s', (_, cluster, env, lines) => {
    expect(understood(postgresFile(cluster), { HOME, ...env })).toEqual(expect.arrayContaining(lines));
  });

  test('names the file of DuckDB, and nothing of AWS where nothing is there', () => {
    expect(understood({ S3: { ...LOCAL, LOG_JSONPATH: 'auto' } })).toEqual([
      'engine = duckdb (-)',
      'file = /project/sparkify.duckdb (-)',
      SCHEMA,
      'LOG_DATA = /project/data/log_data (LOG_DATA:2)',
      'LOG_JSONPATH = none: keys are matched by name (LOG_JSONPATH:4)',
      'SONG_DATA = /project/data/song_data (SONG_DATA:3)',
      `SONG_JSONPATH = ${NAMES} (-)`,
    ]);
  });

  test('names AWS keys of the file and of the environment as set', () => {
    const AWS = { KEY: 'AKIAIOSFODNN7EXAMPLE', SECRET: 'wJalrXUtnFEMI' };
    expect(understood(redshiftFile({}, { AWS }))).toContain('AWS keys = set (KEY:15)');
    const env = { AWS_ACCESS_KEY_ID: 'AKIA2', AWS_SECRET_ACCESS_KEY: 'x' };
    expect(understood(redshiftFile({}, { AWS }), env)).toContain('AWS keys = set (AWS_ACCESS_KEY_ID)');
  });
});

describe('a secret', () => {
  // Legal in every place that is shown, and unlike any other text.
  const secret = fc.stringMatching(/^zq[a-z0-9]{8,16}zq$/);

  test('is not shown, wherever else in the file it is', () => {
    fc.assert(
      fc.property(secret, fc.boolean(), (DB_PASSWORD, isRedshift) => {
        const places = {
          LOG_DATA: `s3://bucket/${DB_PASSWORD}/log`,
          LOG_JSONPATH: `s3://${DB_PASSWORD}/p.json`,
          SONG_DATA: `~/${DB_PASSWORD}`,
          WORK_PREFIX: `s3://work/${DB_PASSWORD}`,
        };
        const cluster = { DB_PASSWORD, DB_NAME: DB_PASSWORD, DB_USER: DB_PASSWORD, DB_SCHEMA: DB_PASSWORD };
        const file = isRedshift
          ? redshiftFile(cluster, { S3: places, IAM_ROLE: { ARN: `${ROLE}${DB_PASSWORD}` } })
          : postgresFile({ ...cluster, HOST: `${DB_PASSWORD}.example.org` }, { S3: places });
        const config = parse(file, { HOME, AWS_PROFILE: DB_PASSWORD });
        expect(JSON.stringify(config.understood)).not.toContain(DB_PASSWORD);
        expect(understandingLines(config).join('\n')).not.toContain(DB_PASSWORD);
      }),
    );
  });

  test('that is part of a place is not shown either, and a place with an @ is shown whole', () => {
    const lines = understood({
      S3: { LOG_DATA: 's3://bucket/a@b/user:hush@host', SONG_DATA: 's3://bucket/exports@2018/key=5' },
    });
    expect(lines).toContain('LOG_DATA = s3://bucket/a@b/user:***@host (LOG_DATA:2)');
    expect(lines).toContain('SONG_DATA = s3://bucket/exports@2018/key=*** (SONG_DATA:3)');
  });

  test('with %% is not shown with % either, unless little is left of it', () => {
    expect(understood(postgresFile({ DB_PASSWORD: 'hush%%hush', DB_NAME: 'hush%hush' }))).toContain(
      'database = ***, the same as a secret (DB_NAME:3)',
    );
    expect(understood(postgresFile({ DB_PASSWORD: '%%%%', DB_NAME: 'a%%b' }))).toContain('database = a%%b (DB_NAME:3)');
  });
});

test('a value is one line, however long it is, and is cut where it is longer than any place', () => {
  const long = parse({ S3: { ...LOCAL, LOG_DATA: `/data/${'x'.repeat(500_000)}` } });
  const lines = understandingLines(long);
  expect(lines.join('\n').length).toBeLessThan(5000);
  expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true);
});
