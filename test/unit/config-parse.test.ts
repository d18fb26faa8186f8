import { describe, expect, test } from '@jest/globals';
import {
  CLUSTER_HOST,
  errorOf,
  LOCAL,
  messageOf,
  mistakesOf,
  parse,
  placeOf,
  ROLE,
  redshift,
  redshiftFile,
  S3,
  type Sections,
} from './config-support.ts';

const local = (S3: Sections[string]): Sections => ({ S3: { ...LOCAL, ...S3 } });

describe('a source', () => {
  test.each<[string, string]>([
    ['s3://bucket/log_data', 's3://bucket/log_data'],
    ["'s3://bucket/log_data/'", 's3://bucket/log_data/'],
    ["' s3://bucket/log_data '", 's3://bucket/log_data'],
    ['s3a://bucket/a//b c/é=1', 's3://bucket/a//b c/é=1'],
    ['s3n://bucket/log', 's3://bucket/log'],
    ['S3://bucket/log', 's3://bucket/log'],
    ['s3://my.bucket-1', 's3://my.bucket-1/'],
    ['data/log_data', '/project/data/log_data'],
    ['./data/log_data/', '/project/data/log_data'],
    ['../log_data', '/log_data'],
    ['.', '/project'],
    ['/data/log data', '/data/log data'],
    ['data/s3:log', '/project/data/s3:log'],
    ['data/http://log', '/project/data/http:/log'],
    ['the ‘best’ of', '/project/the ‘best’ of'],
    ['~', '/home/me'],
    ['~/log_data', '/home/me/log_data'],
    ['file:///data/log%20data', '/data/log data'],
  ])('%s is taken for %s', (LOG_DATA, uri) => {
    expect(parse(local({ LOG_DATA, SONG_DATA: '/songs' })).sources['LOG_DATA']?.uri).toBe(uri);
  });

  test.each<[string, string]>([
    ['data/log_data/*/*/*.json', 'is a pattern: name the folder, and all files below it are loaded (data/log_data/)'],
    [
      's3://bucket/log_data/2018/11-*.json',
      'is a pattern: name the folder, and all files below it are loaded (s3://bucket/log_data/2018/), or write the beginning of the file names (s3://bucket/log_data/2018/11-)',
    ],
    [
      's3://bucket/log_data/2018/11-*.jsonl.gz',
      'is a pattern: name the folder, and all files below it are loaded (s3://bucket/log_data/2018/), or write the beginning of the file names (s3://bucket/log_data/2018/11-)',
    ],
    ['s3://Bucket/log', 'does not name a bucket: write s3://bucket/folder, the bucket in lower case'],
    ['s3://my_bucket/log', 'does not name a bucket: write s3://bucket/folder, the bucket in lower case'],
    ['s3://bucket_1/log', 'does not name a bucket: write s3://bucket/folder, the bucket in lower case'],
    ['s3:///log', 'does not name a bucket: write s3://bucket/folder, the bucket in lower case'],
    ['s3:bucket/log', 'does not name a bucket: write s3://bucket/folder, the bucket in lower case'],
    ["s3://bucket/it's/log", 'holds a quote or a backslash: use a folder without them'],
    ['s3://bucket/a\\b', 'holds a quote or a backslash: use a folder without them'],
    ['https://bucket.s3.amazonaws.com/log', 'is neither in S3 nor local: write s3://bucket/folder or a path'],
    ['gs://bucket/log', 'is neither in S3 nor local: write s3://bucket/folder or a path'],
    ['file://server/log', 'is not a file on this machine: write file:///folder/name or a path'],
    ['s3://bucket/%(month)s/log', 'refers to another value, which is not supported: write out the value'],
    ['s3://$' + '{bucket}/log', 'refers to another value, which is not supported: write out the value'],
    [
      's3://bucket/log # of 2018',
      'has a comment after it, which counts as part of the value: put the comment on a separate line',
    ],
    ['s3://bucket/log”', 'is wrapped in typographic quotes: use " or none'],
    ['“s3://bucket/log”', 'is wrapped in typographic quotes: use " or none'],
    ['data\u0007/log', 'contains a control or invisible character: type the value again'],
  ])('%s is refused', (LOG_DATA, expectation) => {
    expect(messageOf(local({ LOG_DATA }))).toBe(`${JSON.stringify(LOG_DATA)} ${expectation}`);
  });

  test('below ~ needs to know the home folder', () => {
    expect(messageOf(local({ LOG_DATA: '~/log' }), {})).toContain('HOME is not set');
    expect(parse(local({ LOG_DATA: '~/log' }), { USERPROFILE: '/users/me' }).sources['LOG_DATA']?.uri).toBe(
      '/users/me/log',
    );
  });

  test('is required, both of them', () => {
    expect(mistakesOf({ S3: { LOG_DATA: '' } })).toEqual(['S3.LOG_DATA', 'S3.SONG_DATA']);
  });

  test('has every key named where there is no [S3] at all', () => {
    expect(mistakesOf('')).toEqual(['S3']);
    expect(messageOf('')).toMatch(
      /^the section is missing: add \[S3\] with LOG_DATA = .* and SONG_DATA = .* LOG_JSONPATH = /,
    );
  });

  test('may stand in another section', () => {
    expect(parse({ SOURCES: LOCAL }).sources['SONG_DATA']?.uri).toBe('/project/data/song_data');
  });

  test('may have a jsonpaths file whose name begins or ends like the word for none', () => {
    const { sources } = parse(local({ LOG_JSONPATH: 'auto.json', SONG_JSONPATH: 'paths/auto' }));
    expect(sources['LOG_DATA']?.jsonpaths).toBe('/project/auto.json');
    expect(sources['SONG_DATA']?.jsonpaths).toBe('/project/paths/auto');
  });

  test('may have a jsonpaths file', () => {
    const { sources } = parse(local({ LOG_JSONPATH: 's3a://bucket/log_json_path.json', SONG_JSONPATH: 'song.json' }));
    expect(sources['LOG_DATA']?.jsonpaths).toBe('s3://bucket/log_json_path.json');
    expect(sources['SONG_DATA']?.jsonpaths).toBe('/project/song.json');
  });

  test.each(['', 'auto', "'auto ignorecase'"])('matches keys by name with the jsonpaths %p', (LOG_JSONPATH) => {
    expect(parse(local({ LOG_JSONPATH })).sources['LOG_DATA']?.jsonpaths).toBeUndefined();
  });

  test.each(['s3://bucket/paths/', 's3://bucket', 'paths/', 's3://bucket/*.json'])(
    'refuses the jsonpaths %s',
    (LOG_JSONPATH) => {
      expect(mistakesOf(local({ LOG_JSONPATH }))).toEqual(['S3.LOG_JSONPATH']);
    },
  );
});

describe('WORK_PREFIX', () => {
  test.each<[string, string]>([
    ['s3://bucket/work/', 's3://bucket/work/'],
    ['s3a://bucket/work', 's3://bucket/work/'],
    ['s3://bucket', 's3://bucket/'],
  ])('%s is %s', (WORK_PREFIX, prefix) => {
    expect(parse(local({ WORK_PREFIX })).workPrefix).toBe(prefix);
  });

  test('is in S3', () => {
    expect(messageOf(local({ WORK_PREFIX: '/tmp/work' }))).toBe('"/tmp/work" is not in S3: write s3://bucket/folder/');
  });

  test('is no part of a source, though it may be a neighbour with a longer name', () => {
    const LOG_DATA = 's3://bucket/log';
    expect(mistakesOf(local({ LOG_DATA, WORK_PREFIX: 's3://bucket/log' }))).toEqual(['S3.WORK_PREFIX']);
    expect(mistakesOf(local({ LOG_DATA, WORK_PREFIX: 's3://bucket/log/work' }))).toEqual(['S3.WORK_PREFIX']);
    expect(parse(local({ LOG_DATA, WORK_PREFIX: 's3://bucket/log2' })).workPrefix).toBe('s3://bucket/log2/');
  });
});

describe('a file', () => {
  test('has all its mistakes told at once, in the order of their lines, what is missing last', () => {
    const text =
      '[CLUSTER]\nHOST=a b\nDB_USER="u\nnonsense\nDB_PORT=x\nDB_PORT=y\n[IAM_ROLE]\nARN=me\n[S3]\nSONG_DATA=*.json\n';
    const { problems, exitCode, message } = errorOf(text);
    expect(exitCode).toBe(2);
    expect(message).toMatch(/^dwh\.cfg: 9 mistakes\n {2}line 2, \[CLUSTER\] HOST: "a b" is not an endpoint/);
    expect(problems.map((problem) => [problem.line, placeOf(problem)])).toEqual([
      [2, 'CLUSTER.HOST'],
      [3, 'CLUSTER.DB_USER'],
      [4, ''],
      [5, 'CLUSTER.DB_PORT'],
      [6, 'CLUSTER.DB_PORT'],
      [8, 'IAM_ROLE.ARN'],
      [10, 'S3.SONG_DATA'],
      [undefined, 'CLUSTER.DB_NAME'],
      [undefined, 'S3.LOG_DATA'],
    ]);
  });

  test('with an indented key of ours is refused rather than misread', () => {
    expect(messageOf(`[S3]\nLOG_DATA = a\n  SONG_DATA = b\n[X]\nSONG_DATA = c`)).toContain(
      'LOG_DATA runs over several lines (2 to 3)',
    );
    expect(messageOf('[S3]\nLOG_DATA=a\nSONG_DATA=b\nBUCKET=c\n  WORK_PREFIX=s3://bucket/w/')).toContain(
      'BUCKET runs over several lines (4 to 5)',
    );
  });

  test('may hold foreign keys with values we would not accept', () => {
    const text = "[S3]\nLOG_DATA=a\nSONG_DATA=b\n[APP]\nNAME = Bob's cars'\nTEXT = one\n  two\n  three: 3\nGLOB=*.json";
    expect(parse(text).warnings).toEqual([]);
  });

  test('without any heading is told so, once', () => {
    expect(messageOf('LOG_DATA=a\nSONG_DATA=b')).toContain('before the first heading');
    expect(mistakesOf('HOST=localhost\nDB_NAME=d\nDB_USER=u\nLOG_DATA=a\nSONG_DATA=b')).toEqual(['']);
  });

  test('has its sections and keys in any case', () => {
    const text = `[cluster]\nhost: ${CLUSTER_HOST}\nDb_Name: dwh\n[Iam_Role]\narn: ${ROLE}\n[s3]\nlog_data: a\nSong_Data: b`;
    expect(redshift(text).iamRole).toBe(ROLE);
  });

  test('keeps its name', () => {
    expect(parse({ S3 }).file).toBe('dwh.cfg');
  });
});

describe('secrets', () => {
  test('are all values of the file that no output may show, under whatever key', () => {
    const { secrets } = parse({
      ...redshiftFile({ DB_PASSWORD: "'pass;word'" }),
      AWS: { KEY: 'AKIA1', SECRET: 'secret1' },
      AWS_ADMIN: { AWS_SECRET_ACCESS_KEY: 'secret2' },
      SPOTIFY: { CLIENT_SECRET: 'secret3', API_TOKEN: 'token1', SECRET_ARN: 'arn:aws:x' },
      OTHER: { PGPASS: 'pass1', API_KEY: 'key1', CREDENTIALS: 'both1' },
    });
    expect(secrets).toEqual([
      ...['pass;word', 'AKIA1', 'secret1', 'secret2', 'secret3', 'token1'],
      ...['pass1', 'key1', 'both1'],
    ]);
  });

  test('are no placeholders and no blanks', () => {
    expect(parse(redshiftFile({ DB_PASSWORD: 'xxxxx' }, { SPOTIFY: { TOKEN: '' } })).secrets).toEqual([]);
  });

  test('are shown by no message, also where they stand in a second place', () => {
    const { message } = errorOf(
      redshiftFile({ DB_PASSWORD: 'hunter22', DB_PORT: 'hunter22', DB_SCHEMA: 'x-hunter22' }),
    );
    expect(message).toContain('"***" is not a port');
    expect(message).toContain('"x-***" is not a schema name');
    expect(message).not.toContain('hunter22');
  });

  test('are not shown where half of them was misread', () => {
    const text =
      '[CLUSTER]\nHOST=localhost\nDB_PASSWORD = "hunter22\n  second half\'\nDB_PORT=hunter22\nDB_SCHEMA=second half';
    expect(errorOf(text).message).not.toMatch(/hunter22|second half/);
  });
});
