import { describe, expect, test } from '@jest/globals';
import { isPlaceholder } from '../../src/config/placeholder.ts';
import { isWithin } from '../../src/edits.ts';
import {
  ALL_SETTINGS,
  CLUSTER_HOST,
  errorOf,
  LOCAL,
  messageOf,
  mistakesOf,
  parse,
  placeOf,
  postgresFile,
  ROLE,
  redshift,
  redshiftFile,
  S3,
  type Sections,
} from './config-support.ts';

const local = (S3: Sections[string]): Sections => ({ S3: { ...LOCAL, ...S3 } });

describe('another name', () => {
  test.each<[section: string, key: string, id: string | undefined]>([
    ['CLUSTER', 'host', 'host'],
    ['cluster', 'dwh_host', 'host'],
    ['ANY', 'dwh_endpoint', 'host'],
    ['REDSHIFT_CLUSTER', 'host', 'host'],
    ['SPARK', 'host', undefined],
    ['DWH', 'dwh_db', 'dbName'],
    ['DWH', 'dwh_db_user', 'dbUser'],
    ['DWH', 'dwh_db_password', 'dbPassword'],
    ['DWH', 'dwh_port', 'dbPort'],
    ['DWH', 'dwh_cluster_identifier', 'clusterIdentifier'],
    ['DWH', 'dwh_iam_role_name', undefined],
    ['DWH', 'dwh_region', 'region'],
    ['DWH', 'region', 'region'],
    ['S3', 'region', 'awsRegion'],
    ['GEO', 'region_name', 'awsRegion'],
    ['AWS', 'aws_default_region', 'awsRegion'],
    ['IAM_ROLE', 'arn', 'arn'],
    ['IAM_ROLE', 'arn_role', 'arn'],
    ['IAM_ROLE', 'role', 'arn'],
    ['IAM_ROLE', 'iam_arn', 'arn'],
    ['S3', 'redshift_role_arn', 'arn'],
    ['S3', 's3_role_arn', 'arn'],
    ['CLUSTER', 'name', 'dbName'],
    ['SONG', 'name', undefined],
    ['DB', 'database_name', 'dbName'],
    ['S3', 's3_log_data', 'folder LOG_DATA'],
    ['S3', 'log_data_path', 'folder LOG_DATA'],
    ['S3', 's3_song_data', 'folder SONG_DATA'],
    ['S3', 'songs_jsonpath', 'jsonpaths SONG_DATA'],
    ['IAM_ROLE', 'key', 'awsKey'],
    ['IAM_ROLE', 'secret', 'awsSecret'],
    ['ARN', 'arn', 'arn'],
    ['SNS', 'arn', undefined],
    ['CLUSTER', 'dwh_role_arn', 'arn'],
    ['CLUSTER', 'dwh_arn', 'arn'],
    ['SECURITY', 'role_arn', 'arn'],
    ['IAM_ROLE', 'arn_s3_redshift', 'arn'],
    ['CLUSTER', 'iam_role', 'arn'],
    ['S3', 'log_json_path', 'jsonpaths LOG_DATA'],
    ['AWS', 'key', 'awsKey'],
    ['AWS_Admin', 'secret', 'awsSecret'],
    ['SPOTIFY', 'key', undefined],
    ['SPOTIFY', 'secret', undefined],
    ['S3', 'aws_access_key_id', 'awsKey'],
    ['S3', 'aws_secret_access_key', 'awsSecret'],
    ['AWS', 'session_token', 'awsSessionToken'],
    ['DUCKDB', 'path', 'duckdbPath'],
    ['PATH', 'path', undefined],
    ['DEFAULT', 'db_name', 'dbName'],
  ])('[%s] %s is the setting %p', (section, key, id) => {
    expect(ALL_SETTINGS.idOf(section, key)).toBe(id);
  });

  test('works as well as the setting’s own', () => {
    const file = {
      DWH: { DWH_ENDPOINT: CLUSTER_HOST, DWH_DB: 'dwh', DWH_DB_USER: 'dwhuser', DWH_ROLE_ARN: ROLE },
      PATHS: { ...S3, LOG_JSON_PATH: 's3://udacity-dend/log_json_path.json' },
    };
    expect(redshift(file)).toEqual(redshift(redshiftFile()));
    expect(parse(file).sources['LOG_DATA']?.jsonpaths).toBe('s3://udacity-dend/log_json_path.json');
  });

  test('yields to the setting’s own where both are filled in, and serves where that is blank', () => {
    expect(redshift(redshiftFile({}, { DWH: { DWH_DB: 'other' } })).database).toBe('dwh');
    expect(redshift(redshiftFile({ DB_NAME: '' }, { DWH: { DWH_DB: 'other' } })).database).toBe('other');
    expect(redshift(redshiftFile({ DB_NAME: 'xxxx' }, { DWH: { DWH_DB: 'other' } })).database).toBe('other');
  });

  test('that is a placeholder says more than the setting’s own left blank', () => {
    const { problems } = errorOf(redshiftFile({ DB_NAME: '' }, { DWH: { DWH_DB: 'xxxx' } }));
    expect(problems.map(placeOf)).toEqual(['DWH.DWH_DB']);
  });

  test('with a value that was misread is refused, whatever the setting’s own says', () => {
    expect(mistakesOf(redshiftFile({}, { DWH: { DWH_DB: "'half" } }))).toEqual(['DWH.DWH_DB']);
    expect(mistakesOf(redshiftFile({ DB_NAME: '' }, { DWH: { DWH_DB: "'half" } }))).toEqual(['DWH.DWH_DB']);
  });

  test('may repeat the value, but not contradict it', () => {
    const roles = (second: string) => redshiftFile({}, { IAM_ROLE: { ROLE_ARN: ROLE, DWH_ROLE_ARN: second } });
    expect(redshift(roles(ROLE)).iamRole).toBe(ROLE);
    expect(messageOf(roles('default'))).toBe(
      '[IAM_ROLE] ROLE_ARN in line 8 and [IAM_ROLE] DWH_ROLE_ARN in line 9 disagree: delete one, or write ARN under [IAM_ROLE], which overrides both',
    );
  });

  test('is the one a message names', () => {
    const { problems } = errorOf({ ...redshiftFile(), IAM_ROLE: { DWH_ROLE_ARN: '' } });
    expect(problems).toEqual([
      {
        section: 'IAM_ROLE',
        key: 'DWH_ROLE_ARN',
        line: 8,
        message: expect.stringMatching(/^DWH_ROLE_ARN is not filled in: write the role/),
      },
    ]);
  });

  test('belongs to one setting only', () => {
    const names = ALL_SETTINGS.ids.flatMap((id) => ALL_SETTINGS.of(id).names);
    expect(new Set(names).size).toBe(names.length);
    for (const id of ALL_SETTINGS.ids)
      expect(ALL_SETTINGS.idOf(ALL_SETTINGS.of(id).section, ALL_SETTINGS.of(id).key.toLowerCase())).toBe(id);
  });
});

describe('a placeholder', () => {
  test.each([
    '<ENTER VALUE>',
    '<some-value-here>',
    's3://<bucket>/log_data',
    'YOUR_HOST',
    'YOUR REDSHIFT CLUSTER HOST',
    'arn:aws:iam::YOUR_ACCOUNT_ID:role/YOUR_ROLE',
    's3://your-bucket/log_data',
    'your_password',
    'xxxxx',
    'XXXX_XXX',
    'XXXX XXXXXXXX',
    '*****',
    '...',
    '…',
    'FILL_OUT',
    'fill in',
    'CHANGEME',
    'change_me',
    'TODO',
    'TBD',
    'Not specified',
    'not_specified',
    'not filled in',
    'None',
    'ENTER_YOUR_KEY',
    'enter your host',
    'paste-key-here',
    '{your cluster endpoint}',
    '[ENTER JSONPATH]',
    '{{ host }}',
    '????',
    'arn:aws:iam::<ACCOUNT_ID>:role/<ROLE>',
    'arn:aws:iam::xxxxxxxxxxxx:role/dwhRole',
    'arn:aws:iam::123456789012:role/xxxx',
    '<cluster>.abc123def456.us-west-2.redshift.amazonaws.com',
    'dwh.xxxxxxxxxxxx.us-west-2.redshift.amazonaws.com',
    's3://xxxx/log_data',
    'HOST',
    'AWS_SECRET_ACCESS_KEY',
  ])('is %s', (value) => {
    expect(isPlaceholder(value)).toBe(true);
  });

  test.each([
    '',
    'x',
    'dwh',
    'your_music',
    'yourself',
    'exxon',
    'localhost',
    'host <G>',
    'data/x',
    '../..',
    'do_not_set',
    'dwh_your_host',
    'CENTER_1',
    'allnone',
    'change_items',
    'exchange_me',
    'not_setter',
    'AKIAXXXXXXXXXXXXXXXX',
    'enterprise',
    'todos',
    'a...b',
    'enter',
    'putnam',
    'type_b',
    'DWH',
    'DWH_PROD',
    '[a-z]{8}',
    '{secret}',
    'a<b>c',
    'arn:aws:iam::123456789012:role/xxl',
    'xxl.abc123def456.us-west-2.redshift.amazonaws.com',
    's3://xxx-data/log_data',
  ])('is not %p', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });

  test('in a setting that is optional may as well be deleted', () => {
    expect(messageOf(postgresFile({ DB_SCHEMA: '<schema>' }))).toBe(
      'DB_SCHEMA is not filled in ("<schema>" is a placeholder): write the database schema of the tables, such as sparkify, or delete the line',
    );
  });

  test('in a setting the engine does not read is passed over', () => {
    expect(redshift(redshiftFile({ SSL_MODE: '<mode>' }, { DUCKDB: { PATH: 'YOUR_PATH' } })).database).toBe('dwh');
  });

  test('is blank in a way, but not a wish for DuckDB', () => {
    expect(mistakesOf({ CLUSTER: { HOST: 'YOUR_HOST' }, S3: LOCAL })).toEqual([
      'CLUSTER.HOST',
      'CLUSTER.DB_NAME',
      'CLUSTER.DB_USER',
    ]);
  });
});

describe('AWS keys', () => {
  const AWS = { KEY: 'AKIAIOSFODNN7EXAMPLE', SECRET: 'wJalrXUtnFEMI/K7MDENG' };

  test('of the file go to the SDK, with a warning', () => {
    const { aws, warnings } = parse({ S3, AWS });
    expect(aws).toEqual({ accessKeyId: AWS.KEY, secretAccessKey: AWS.SECRET });
    expect(warnings).toEqual([
      { section: 'AWS', key: 'KEY', line: 6, message: expect.stringContaining('default chain') },
    ]);
  });

  test.each([
    ['AWS', 'KEY', 'SECRET'],
    ['AWS', 'key', 'secret'],
    ['AWS_CREDS', 'ACCESS_KEY', 'SECRET_KEY'],
    ['CREDENTIALS', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'],
    ['CREDS', 'KEY', 'SECRET'],
    ['KEYS', 'KEY_ID', 'SECRET'],
    ['ACCESS_KEYS', 'KEY', 'SECRET'],
    ['IAM', 'AWS_KEY_ID', 'AWS_SECRET'],
    ['S3', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['DEFAULT', 'aws_access_key', 'aws_secret_key'],
  ])('go by many names: [%s] %s and %s', (section, key, secret) => {
    const { aws, warnings } = parse({
      S3: LOCAL,
      [`${section}`]: { [key]: AWS.KEY, [secret]: AWS.SECRET, ...(section === 'S3' ? S3 : {}) },
    });
    expect(aws).toEqual({ accessKeyId: AWS.KEY, secretAccessKey: AWS.SECRET });
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^AWS keys are read from this file/),
    ]);
  });

  test.each([
    'REGION',
    'region_name',
    'AWS_REGION',
    'AWS_REGION_NAME',
    'AWS_DEFAULT_REGION',
    'S3_REGION',
    'BUCKET_REGION',
  ])('have their region beside them as %s', (name) => {
    expect(parse({ S3, AWS: { ...AWS, [name]: 'eu-west-1' } }).aws.region).toBe('eu-west-1');
  });

  test.each(['REGION', 'DWH_REGION', 'REDSHIFT_REGION', 'CLUSTER_REGION'])(
    'are not all that has a region: %s',
    (name) => {
      const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwh', [name]: 'eu-west-1' };
      expect(redshift(redshiftFile(keys)).region).toBe('eu-west-1');
    },
  );

  test('of the environment outrank those of the file, and are not mixed with them', () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'of the environment' };
    const { aws, warnings, secrets } = parse({ S3, AWS: { ...AWS, SESSION_TOKEN: 'tokentoken' } }, env);
    expect(aws).toEqual({ accessKeyId: 'AKIAENVIRONMENT', secretAccessKey: 'of the environment' });
    expect(warnings.map(placeOf)).toEqual(['AWS.KEY']);
    expect(secrets).toEqual(expect.arrayContaining([...Object.values(env), ...Object.values(AWS), 'tokentoken']));
  });

  test('of the environment count only as a pair', () => {
    expect(parse({ S3, AWS }, { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT' }).aws.accessKeyId).toBe(AWS.KEY);
    expect(parse({ S3, AWS }, { AWS_SECRET_ACCESS_KEY: 'of the environment' }).aws.accessKeyId).toBe(AWS.KEY);
    const env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(parse({ S3 }, { ...env, AWS_SESSION_TOKEN: 'token' }).aws.sessionToken).toBe('token');
    expect(parse({ S3 }, { ...env, AWS_SESSION_TOKEN: '' }).aws.sessionToken).toBeUndefined();
  });

  test('may be blank or absent', () => {
    expect(parse({ S3, AWS: { KEY: '', SECRET: '' } })).toMatchObject({ aws: {}, warnings: [] });
  });

  test.each<[string, Sections, string[]]>([
    ['a key without its secret', { AWS: { KEY: AWS.KEY } }, ['AWS.SECRET']],
    ['a key with a blank secret', { AWS: { KEY: AWS.KEY, SECRET: '' } }, ['AWS.SECRET']],
    ['a secret without its key', { AWS: { SECRET: AWS.SECRET } }, ['AWS.KEY']],
    ['a token alone', { AWS: { SESSION_TOKEN: 'token' } }, ['AWS.KEY']],
    ['a temporary key without its token', { AWS: { ...AWS, KEY: 'ASIAIOSFODNN7EXAMPLE' } }, ['AWS.SESSION_TOKEN']],
    ['halves from two sections', { AWS: { KEY: AWS.KEY }, AWS_ADMIN: { SECRET: AWS.SECRET } }, ['AWS_ADMIN.SECRET']],
    ['a token from another section', { AWS, STS: { AWS_SESSION_TOKEN: 'token' } }, ['STS.AWS_SESSION_TOKEN']],
    ['placeholders', { AWS: { KEY: 'YOUR_KEY', SECRET: 'xxxx' } }, ['AWS.KEY', 'AWS.SECRET']],
    ['blanks within', { AWS: { ...AWS, SECRET: 'wJalr # mine' } }, ['AWS.SECRET']],
  ])('are refused when they are %s', (_name, keys, mistakes) => {
    expect(mistakesOf({ S3, ...keys })).toEqual(mistakes);
  });
});

describe('a slip', () => {
  test.each<[Sections, string]>([
    [{ S3: { LOGDATA: 'a', SONG_DATA: 'b' } }, 'is missing (is [S3] LOGDATA in line 2 a typo of it?): add '],
    [{ S3: { LOG_DATE: 'a', SONG_DATA: 'b' } }, 'is missing (is [S3] LOG_DATE in line 2 a typo of it?): add '],
    [
      { DATA: { LOGS_DATA: 'a' }, S3: { SONG_DATA: 'b' } },
      'is missing (is [DATA] LOGS_DATA in line 2 a typo of it?): add ',
    ],
    [
      redshiftFile({ HOST: undefined, HOTS: CLUSTER_HOST }),
      'is missing (is [CLUSTER] HOTS in line 5 a typo of it?): add ',
    ],
    [{ ...redshiftFile(), IAM_ROLE: { ANR: ROLE } }, 'is missing (is [IAM_ROLE] ANR in line 8 a typo of it?): add '],
    [
      redshiftFile({ DB_NAME: undefined, DBNAMES: 'dwh' }),
      'is missing (is [CLUSTER] DBNAMES in line 5 a typo of it?): add ',
    ],
    [
      { ...redshiftFile({ HOST: undefined }), SERVER: { HOST: CLUSTER_HOST } },
      'is missing (is [SERVER] HOST in line 14 a typo of it?): add ',
    ],
  ])('for a required key is named with its line: %p', (file, hint) => {
    expect(messageOf(file)).toContain(hint);
  });

  test('is not seen where a short name differs in two letters', () => {
    expect(messageOf({ ...redshiftFile({ HOST: undefined }), SPARK: { PORT: '7077' } })).not.toContain('did you mean');
  });

  test('for an optional key of the same section is warned of', () => {
    expect(parse(local({ WORK_PREFX: 's3://bucket/work/' })).warnings).toEqual([
      {
        section: 'S3',
        key: 'WORK_PREFX',
        line: 4,
        message: '[S3] WORK_PREFX in line 4 is not known and is ignored: did you mean WORK_PREFIX?',
      },
    ]);
    expect(parse({ S3: LOCAL, OTHER: { WORK_PREFX: 'x' } }).warnings).toEqual([]);
  });

  test.each<[number, string, string, boolean]>([
    [1, 'host', 'host', true],
    [1, 'hots', 'host', true],
    [1, 'hosts', 'host', true],
    [1, 'hst', 'host', true],
    [1, 'post', 'host', true],
    [1, 'port', 'host', false],
    [2, 'port', 'host', true],
    [2, 'log_data', 'song_data', true],
    [2, 'logs_data', 'song_data', false],
    [2, 'lgo_daat', 'log_data', true],
    [1, 'lgo_daat', 'log_data', false],
    [2, '', 'ab', true],
    [2, 'abc', '', false],
  ])('is within %i edits: %p for %p is %p', (edits, written, name, expected) => {
    expect(isWithin(edits, written, name)).toBe(expected);
    expect(isWithin(edits, name, written)).toBe(expected);
  });
});
