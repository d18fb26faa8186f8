import { describe, expect, test } from '@jest/globals';
import {
  CLUSTER_HOST,
  duckdb,
  errorOf,
  LOCAL,
  messageOf,
  mistakesOf,
  postgres,
  postgresFile,
  ROLE,
  redshift,
  redshiftFile,
  S3,
  type Sections,
  WORKGROUP_HOST,
} from './config-support.ts';

describe('the engine', () => {
  test.each<[string, string, string]>([
    [CLUSTER_HOST, 'dwh', 'us-west-2'],
    ['Redshift-Cluster-1.CABC.us-gov-west-1.redshift.amazonaws.com', 'redshift-cluster-1', 'us-gov-west-1'],
    ['dwh.cabc.cn-north-1.redshift.amazonaws.com.cn', 'dwh', 'cn-north-1'],
    [`${CLUSTER_HOST}:5439`, 'dwh', 'us-west-2'],
    [`${CLUSTER_HOST}:5439/dev`, 'dwh', 'us-west-2'],
    [`${CLUSTER_HOST}/dev`, 'dwh', 'us-west-2'],
    [`jdbc:redshift://${CLUSTER_HOST}:5439/dev`, 'dwh', 'us-west-2'],
  ])('is a provisioned Redshift cluster for HOST %s', (HOST, clusterIdentifier, region) => {
    expect(redshift(redshiftFile({ HOST }))).toEqual({
      engine: 'redshift',
      region,
      database: 'dwh',
      clusterIdentifier,
      dbUser: 'dwhuser',
      iamRole: ROLE,
    });
  });

  test.each([WORKGROUP_HOST, `${WORKGROUP_HOST}:5439/dev`])(
    'is a Redshift Serverless workgroup for HOST %s',
    (HOST) => {
      expect(redshift(redshiftFile({ HOST, DB_USER: undefined }))).toEqual({
        engine: 'redshift',
        region: 'eu-west-1',
        database: 'dwh',
        workgroup: 'dwh',
        iamRole: ROLE,
      });
    },
  );

  test.each<[string, string]>([
    ['localhost', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['DB.Example.org', 'db.example.org'],
    ['my_db-1', 'my_db-1'],
    ['sparkify.abc123.us-west-2.rds.amazonaws.com', 'sparkify.abc123.us-west-2.rds.amazonaws.com'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['/var/run/postgresql', '/var/run/postgresql'],
    ['postgresql://localhost', 'localhost'],
  ])('is PostgreSQL for HOST %s', (HOST, host) => {
    expect(postgres(postgresFile({ HOST })).host).toBe(host);
  });

  test('is Redshift for CLUSTER_IDENTIFIER and REGION without HOST', () => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwhCluster', REGION: 'eu-west-1' };
    expect(redshift(redshiftFile(keys))).toMatchObject({ clusterIdentifier: 'dwhcluster', region: 'eu-west-1' });
  });

  test('is Redshift Serverless for WORKGROUP and REGION without HOST', () => {
    const target = redshift(redshiftFile({ HOST: undefined, WORKGROUP: 'dwh', REGION: 'eu-west-1' }));
    expect(target).toMatchObject({ workgroup: 'dwh', region: 'eu-west-1' });
    expect(target.clusterIdentifier).toBeUndefined();
  });

  test.each<[string, Sections]>([
    ['only has sources', { S3: LOCAL }],
    ['only has sources, in S3', { S3 }],
    ['has another key of a program under a heading of its own', { SPARK: { MASTER: 'local' }, S3: LOCAL }],
    ['only names a schema in [CLUSTER]', { CLUSTER: { DB_SCHEMA: 'sparkify' }, S3: LOCAL }],
  ])('is DuckDB for a file that %s', (_name, file) => {
    expect(duckdb(file).path).toBe('/project/sparkify.duckdb');
  });
});

describe('a file that means a server is never taken for DuckDB', () => {
  const BLANK = {
    CLUSTER: { HOST: '', DB_NAME: '', DB_USER: '', DB_PASSWORD: '', DB_PORT: '5439' },
    IAM_ROLE: { ARN: "''" },
    S3: LOCAL,
  };

  test('when its blanks are still open', () => {
    expect(mistakesOf(BLANK)).toContain('CLUSTER.HOST');
    expect(duckdb({ ...BLANK, DUCKDB: { PATH: 'x.duckdb' } }).path).toBe('/project/x.duckdb');
  });

  test.each(['host', 'hostname', 'endpoint', 'cluster_identifier', 'workgroup'])(
    'when %s stands under an unknown heading',
    (key) => {
      const file = { creds: { [key]: 'dwh.example.com' }, S3: LOCAL };
      expect(messageOf(file)).toContain('is under [creds], where it is ignored: write it under [CLUSTER]');
      expect(duckdb({ ...file, DUCKDB: { PATH: 'x.duckdb' } }).path).toBe('/project/x.duckdb');
    },
  );

  test.each<[what: string, section: string, key: string, value: string]>([
    ['a slip for HOST', 'CLUSTER', 'HOTS', 'dwh.example.com'],
    ['a hyphen in place of the underscore', 'CLUSTER', 'db-host', 'dwh.example.com'],
    ['the name of the variable', 'PG', 'PGHOST', 'dwh.example.com'],
    ['a connection string', 'APP', 'DATABASE_URL', 'postgresql://u@dwh.example.com/dwh'],
    ['a URL of JDBC', 'REDSHIFT', 'JDBC_URL', 'jdbc:redshift://x.y.us-west-2.redshift.amazonaws.com:5439/dev'],
    ['an endpoint', 'APP', 'SERVER', 'x.y.us-west-2.redshift.amazonaws.com'],
    ['the server of a warehouse', 'CLUSTER', 'SERVER', 'dwh.example.com'],
    ['its address', 'postgres', 'ADDRESS', '10.0.0.7'],
    ['a URL without a scheme', 'CLUSTER', 'url', 'dwh.example.com:5432/dwh'],
    ['the server of a database', 'APP', 'DB_SERVER', 'dwh.example.com'],
    ['a data source name', 'APP', 'DSN', 'host=dwh.example.com dbname=dwh'],
    ['wide letters', 'CLUSTER', 'ＨＯＳＴ', 'dwh.example.com'],
  ])('when %s is all that names it', (_, section, key, value) => {
    const file = { [section]: { [key]: value }, S3: LOCAL };
    expect(messageOf(file)).toContain('seems to name a server, but is ignored: write HOST under [CLUSTER]');
    expect(duckdb({ ...file, DUCKDB: { PATH: 'x.duckdb' } }).path).toBe('/project/x.duckdb');
  });

  test('but one with keys of other programs that name none still is', () => {
    const others = {
      SONGS: { COST: '3', NAME: 'x', URL: 'https://example.com', SERVER: 'x' },
      CLUSTER: { REGION: 'us-west-2' },
    };
    expect(duckdb({ ...others, S3: LOCAL }).path).toBe('/project/sparkify.duckdb');
  });

  test('when it names the cluster of another service', () => {
    const file = {
      CLUSTER: { CLUSTER_ID: 'j-2AXXXXXXGAPLF', DB_NAME: 'dwh', REGION: 'us-west-2' },
      IAM_ROLE: { ARN: ROLE },
      S3,
    };
    expect(messageOf(file)).toContain('is the id of an EMR cluster');
  });
});

describe('HOST', () => {
  test.each<[string, Sections, string[]]>([
    ['DB_NAME is filled in', { CLUSTER: { HOST: '', DB_NAME: 'dwh', DB_USER: 'u' }, S3: LOCAL }, ['CLUSTER.HOST']],
    [
      'DB_USER is filled in',
      { CLUSTER: { HOST: '', DB_NAME: '', DB_USER: 'u' }, S3: LOCAL },
      ['CLUSTER.HOST', 'CLUSTER.DB_NAME'],
    ],
    [
      'DB_PASSWORD is filled in',
      { CLUSTER: { HOST: '', DB_NAME: 'd', DB_USER: 'u', DB_PASSWORD: 'p' }, S3: LOCAL },
      ['CLUSTER.HOST'],
    ],
    ['ARN is filled in', { CLUSTER: { HOST: '', DB_NAME: 'd' }, IAM_ROLE: { ARN: ROLE }, S3: LOCAL }, ['CLUSTER.HOST']],
    [
      'CLUSTER_IDENTIFIER is filled in',
      redshiftFile({ HOST: '', CLUSTER_IDENTIFIER: 'dwh', REGION: 'us-west-2' }),
      ['CLUSTER.HOST'],
    ],
    ['a source is in S3', { CLUSTER: { HOST: '' }, S3 }, ['CLUSTER.HOST', 'CLUSTER.DB_NAME', 'CLUSTER.DB_USER']],
    [
      'one source of two is in S3',
      { CLUSTER: { HOST: '' }, S3: { ...LOCAL, LOG_DATA: 's3a://bucket/log' } },
      ['CLUSTER.HOST', 'CLUSTER.DB_NAME', 'CLUSTER.DB_USER'],
    ],
  ])('left blank is refused when %s', (_name, file, mistakes) => {
    expect(mistakesOf(file)).toEqual(mistakes);
  });

  test('left blank says what to write, and how to have DuckDB instead', () => {
    const message = messageOf(redshiftFile({ HOST: '' }));
    expect(message).toMatch(/^HOST is not filled in: write the endpoint of a Redshift cluster \(such as /);
    expect(message).toMatch(
      /, or delete the \[CLUSTER\] and \[IAM_ROLE\] sections to load into an embedded DuckDB file$/,
    );
  });

  test('left blank beside a name and a region may as well be deleted', () => {
    const message = messageOf(redshiftFile({ HOST: '', CLUSTER_IDENTIFIER: 'dwh', REGION: 'us-west-2' }));
    expect(message).toContain('or delete the line, for CLUSTER_IDENTIFIER and REGION are enough');
  });

  test('left out is missed as soon as another key of the server is filled in', () => {
    expect(mistakesOf({ CLUSTER: { DB_NAME: 'd', DB_USER: 'u' }, S3: LOCAL })).toEqual(['CLUSTER.HOST']);
    expect(messageOf({ DWH: { DWH_DB: 'd', DWH_DB_USER: 'u' }, S3: LOCAL })).toMatch(/^HOST is missing: add "HOST = /);
  });

  test('left out beside CLUSTER_IDENTIFIER is missed when there is no region either', () => {
    const message = messageOf(redshiftFile({ HOST: undefined, CLUSTER_IDENTIFIER: 'dwh' }));
    expect(message).toMatch(/^HOST is missing: .* or REGION = us-west-2 next to CLUSTER_IDENTIFIER$/);
    const keys = { HOST: undefined, DB_USER: undefined, WORKGROUP: 'dwh' };
    expect(messageOf(redshiftFile(keys))).toMatch(/ or REGION = us-west-2 next to WORKGROUP$/);
  });

  test('left blank beside a workgroup asks for the region, if that is missing', () => {
    const message = messageOf(redshiftFile({ HOST: '', WORKGROUP: 'dwh', DB_USER: undefined }));
    expect(message).toContain('or delete the line, for REGION next to WORKGROUP would be enough');
  });

  test('left blank names the sections that hold a server, and only those', () => {
    const one = { SPARK: { X: '1' }, CLUSTER: { HOST: '', DB_NAME: 'd', DB_USER: 'u' }, S3: { ...LOCAL, DWH_DB: 'd' } };
    expect(messageOf(one)).toMatch(/, or delete the \[CLUSTER\] section to load into an embedded DuckDB file$/);
    const other = {
      CLUSTER: { HOST: '', DB_NAME: 'd', DB_USER: 'u' },
      MY_S3: { DWH_DB: '' },
      S3_DWH: { DB_USER: '' },
      S3: LOCAL,
    };
    expect(messageOf(other)).toContain('delete the [CLUSTER] and [MY_S3] and [S3_DWH] sections');
  });

  test('that is a placeholder is not filled in', () => {
    const message = messageOf(redshiftFile({ HOST: '<ENTER ENDPOINT>' }));
    expect(message).toMatch(/^HOST is not filled in \("<ENTER ENDPOINT>" is a placeholder\): write the endpoint/);
  });

  test.each([
    `${CLUSTER_HOST} <G>`,
    'redshift.us-west-2.amazonaws.com',
    'dwh.us-west-2.redshift.amazonaws.com',
    'dwh.cabc.nowhere.redshift.amazonaws.com',
    'dwh.12345.us-west-2.redshift-serverless.amazonaws.com',
    `${CLUSTER_HOST}:99999`,
    `${CLUSTER_HOST}:5439/dev?ssl=true`,
    'a b',
    'host..name',
    '-host',
    'host-',
    'ho$t',
    `my.${CLUSTER_HOST}`,
    `my.${WORKGROUP_HOST}`,
    `${CLUSTER_HOST}.example.org`,
    `${WORKGROUP_HOST}.example.org`,
    'dwh.123456789012.nowhere.redshift-serverless.amazonaws.com',
    '[12345]',
  ])('that is no endpoint is refused with its value: %s', (HOST) => {
    const message = messageOf(redshiftFile({ HOST }));
    expect(message).toContain(`${JSON.stringify(HOST)} is not an endpoint: write the endpoint of a Redshift cluster`);
  });

  test('with a password in it is refused without showing the password', () => {
    const error = errorOf(postgresFile({ HOST: 'postgres://student:hunter2@localhost/sparkify' }));
    expect(error.message).not.toContain('hunter2');
  });

  test('that is wrong keeps no other mistake from being told', () => {
    expect(mistakesOf(redshiftFile({ HOST: 'a b', DB_NAME: '', DB_PORT: 'x' }, { IAM_ROLE: { ARN: 'x' } }))).toEqual([
      'CLUSTER.HOST',
      'CLUSTER.DB_NAME',
      'CLUSTER.DB_PORT',
      'IAM_ROLE.ARN',
    ]);
  });
});
