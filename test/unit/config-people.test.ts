import { describe, expect, test } from '@jest/globals';
import {
  errorOf,
  LOCAL,
  messageOf,
  mistakesOf,
  parse,
  placeOf,
  postgres,
  postgresFile,
  ROLE,
  redshiftFile,
  S3,
  type Sections,
} from './config-support.ts';

const local = (S3: Sections[string]): Sections => ({ S3: { ...LOCAL, ...S3 } });

describe('a value that refers to another', () => {
  test.each([
    ['of its section', { ROOT: '/data', LOG_DATA: '%(root)s/log', SONG_DATA: '%(ROOT)s/song' }, {}, '/data/log'],
    ['of [DEFAULT]', { LOG_DATA: '%(root)s/log' }, { DEFAULT: { ROOT: '/data' } }, '/data/log'],
    ['over several steps', { A: '/data', B: '%(a)s/b', LOG_DATA: '%(b)s/log' }, {}, '/data/b/log'],
    ['beside a doubled percent sign', { ROOT: '/data', LOG_DATA: '%(root)s/100%%/log' }, {}, '/data/100%/log'],
    [
      'of its own section first',
      { ROOT: '/data', LOG_DATA: '%(root)s/log' },
      { DEFAULT: { ROOT: '/other' } },
      '/data/log',
    ],
  ])('%s has its value', (_, keys, others, uri) => {
    expect(parse({ ...others, S3: { ...LOCAL, ...keys } }).sources['LOG_DATA']?.uri).toBe(uri);
  });

  test.each([
    ['leads nowhere', { LOG_DATA: '%(nothing)s/log' }],
    ['leads round in a circle', { A: '%(b)s', B: '%(a)s', LOG_DATA: '%(a)s/log' }],
    ['grows without end', { A: '%(a)s%(a)s', LOG_DATA: '%(a)s/log' }],
    [
      'grows a hundredfold with each of five steps',
      {
        ...Object.fromEntries([1, 2, 3, 4].map((step) => [`A${step}`, `%(a${step + 1})s`.repeat(100)])),
        A5: 'x'.repeat(1000),
        LOG_DATA: '%(a1)s/log',
      },
    ],
  ])('is refused where it %s', (_, keys) => {
    expect(messageOf(local(keys))).toContain('refers to another value');
  });

  test('is a password like any other, and stays one that nobody sees', () => {
    const file = postgresFile({ DB_PASSWORD: '%(base)s-x', BASE: 'hush-hush' });
    expect(postgres(file).password).toBe('hush-hush-x');
    expect(parse(file).secrets).toContain('hush-hush-x');
    expect(postgres(postgresFile({ DB_PASSWORD: '50%%(off)' })).password).toBe('50%%(off)');
  });
});

describe('a place', () => {
  test('may begin with $HOME', () => {
    expect(parse(local({ LOG_DATA: '$HOME/data/log' })).sources['LOG_DATA']?.uri).toBe('/home/me/data/log');
    expect(messageOf(local({ LOG_DATA: '$' + '{HOME}/log' }))).toContain('refers to another value');
  });

  test('of Windows is told apart from one of this machine', () => {
    expect(messageOf(local({ LOG_DATA: 'C:\\data\\log' }))).toContain('is a Windows path');
  });

  test.each([
    ['data', 'data', 'SONG_DATA', '"data" is LOG_DATA too, so the same files would be loaded for both'],
    ['data', 'data/songs/', 'SONG_DATA', '"data/songs/" lies within LOG_DATA'],
    ['s3://bucket/data/log', 's3://bucket/data', 'LOG_DATA', '"s3://bucket/data/log" lies within SONG_DATA'],
  ])('%s for the logs and %s for the songs is refused', (log, song, key, message) => {
    const { problems } = errorOf(local({ LOG_DATA: log, SONG_DATA: song }));
    expect(problems).toEqual([expect.objectContaining({ key, message: expect.stringContaining(message) })]);
    expect(() => parse(local({ LOG_DATA: 'data', SONG_DATA: 'data2' }))).not.toThrow();
  });

  test('with a character that cannot be seen is refused', () => {
    expect(messageOf(local({ LOG_DATA: 'data\u200b/log' }))).toContain('invisible character');
    expect(mistakesOf('[S3]\nLOG_DATA\u200b = data/log\nSONG_DATA = data/song\n')).toContain('S3');
  });
});

test('a comment behind a quoted value is called that', () => {
  expect(messageOf(local({ LOG_DATA: `'data/log'  # the logs` }))).toContain('LOG_DATA has a comment after it');
});

test.each([
  ['LOG_JSONPAHT', 'x.json', { ...LOCAL }],
  ['SONG_JSONPAHT', 'x.json', { ...LOCAL }],
])('a slip that changes what is loaded is a mistake: %s', (key, value, keys) => {
  expect(messageOf({ S3: { ...keys, [key]: value } })).toMatch(
    /is not known and is ignored: did you mean \w+_JSONPATH\? Write that/,
  );
});

test('so are slips for the schema, the tolerance and the file', () => {
  const file = { ...postgresFile({ DB_SCHMEA: 'star' }), LOAD: { MAX_EROR: '3' }, DUCKDB: { PAHT: 'x' } };
  expect(mistakesOf(file).sort()).toEqual(['CLUSTER.DB_SCHMEA', 'DUCKDB.PAHT', 'LOAD.MAX_EROR']);
});

describe('placeholders for AWS keys', () => {
  const AWS = { KEY: '<your key>', SECRET: '<your secret>' };

  test.each<[string, Sections, Record<string, string>]>([
    ['a profile', { S3: LOCAL, AWS }, { AWS_PROFILE: 'me' }],
    ['a role', { ...redshiftFile({}, { AWS }) }, {}],
  ])('are passed over beside %s, with a warning', (_, file, env) => {
    const { aws, warnings } = parse(file, env);
    expect(aws.accessKeyId).toBeUndefined();
    expect(warnings.map(placeOf)).toContain('AWS.KEY');
  });

  test('are refused where nothing else gives keys', () => {
    expect(mistakesOf({ S3: LOCAL, AWS })).toEqual(['AWS.KEY', 'AWS.SECRET']);
  });

  test('beside one key that is filled in are refused', () => {
    expect(mistakesOf({ S3, IAM_ROLE: { ARN: ROLE }, AWS: { ...AWS, KEY: 'AKIAIOSFODNN7EXAMPLE' } })).toContain(
      'AWS.SECRET',
    );
  });
});

test('DB_PASSWORD beside Redshift is not used, and may stay', () => {
  const { warnings } = parse(redshiftFile({ DB_PASSWORD: 'hush' }));
  expect(warnings.map(({ message }) => message).join()).not.toContain('Delete');
});
