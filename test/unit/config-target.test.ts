import { describe, expect, test } from '@jest/globals';
import {
  CLUSTER_HOST,
  duckdb,
  errorOf,
  LOCAL,
  messageOf,
  mistakesOf,
  parse,
  placeOf,
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
    [
      'leaves all of [CLUSTER] and [IAM_ROLE] blank and has local sources',
      {
        CLUSTER: { HOST: '', DB_NAME: '', DB_USER: '', DB_PASSWORD: '', DB_PORT: '5439' },
        IAM_ROLE: { ARN: "''" },
        S3: LOCAL,
      },
    ],
    ['only names a schema in [CLUSTER]', { CLUSTER: { DB_SCHEMA: 'sparkify' }, S3: LOCAL }],
  ])('is DuckDB for a file that %s', (_name, file) => {
    expect(duckdb(file).path).toBe('/project/sparkify.duckdb');
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
    expect(message).toMatch(/^HOST is missing: .* or REGION = us-west-2 beside CLUSTER_IDENTIFIER$/);
    const keys = { HOST: undefined, DB_USER: undefined, WORKGROUP: 'dwh' };
    expect(messageOf(redshiftFile(keys))).toMatch(/ or REGION = us-west-2 beside WORKGROUP$/);
  });

  test('left blank beside a workgroup asks for the region, if that is missing', () => {
    const message = messageOf(redshiftFile({ HOST: '', WORKGROUP: 'dwh', DB_USER: undefined }));
    expect(message).toContain('or delete the line, for REGION beside WORKGROUP would be enough');
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
    expect(message).toContain(`${JSON.stringify(HOST)} is no endpoint: write the endpoint of a Redshift cluster`);
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

describe('a Redshift target', () => {
  test('needs a database and a role', () => {
    expect(mistakesOf(redshiftFile({ DB_NAME: undefined }, { IAM_ROLE: {} }))).toEqual([
      'CLUSTER.DB_NAME',
      'IAM_ROLE.ARN',
    ]);
  });

  test('takes the database appended to HOST where DB_NAME is left out, and DB_NAME where it is not', () => {
    expect(redshift(redshiftFile({ HOST: `${CLUSTER_HOST}:5439/dev`, DB_NAME: undefined })).database).toBe('dev');
    expect(redshift(redshiftFile({ HOST: `${CLUSTER_HOST}:5439/dev` })).database).toBe('dwh');
  });

  test.each([
    ROLE,
    'arn:aws-cn:iam::123456789012:role/dwhRole',
    'arn:aws-us-gov:iam::123456789012:role/path/to/dwh+Role=1.@-_',
    `${ROLE},arn:aws:iam::210987654321:role/other`,
    'default',
  ])('accepts the role %s', (ARN) => {
    expect(redshift(redshiftFile({}, { IAM_ROLE: { ARN } })).iamRole).toBe(ARN);
  });

  test.each([
    'dwhRole',
    'arn:aws:iam::1234:role/dwhRole',
    'arn:aws:iam::123456789012:user/me',
    'arn:aws:s3:::bucket',
    `${ROLE}, ${ROLE}`,
    `${ROLE},`,
    `${ROLE}'; DROP TABLE users; --`,
    `${ROLE} <G>`,
  ])('refuses the role %s', (ARN) => {
    expect(messageOf(redshiftFile({}, { IAM_ROLE: { ARN } }))).toContain('is no role: write arn:aws:iam::');
  });

  test('may leave its user to the IAM identity', () => {
    expect(redshift(redshiftFile({ DB_USER: '' })).dbUser).toBeUndefined();
  });

  test('takes SECRET_ARN instead of DB_USER, and says so when both are there', () => {
    const SECRET_ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:dwh-AbCdEf';
    const { target, warnings } = parse(redshiftFile({ SECRET_ARN }));
    expect(target).toMatchObject({ secretArn: SECRET_ARN });
    expect(target).not.toHaveProperty('dbUser');
    expect(warnings.map(placeOf)).toEqual(['CLUSTER.DB_USER']);
    expect(messageOf(redshiftFile({ SECRET_ARN: 'arn:aws:iam::1:x' }))).toContain('is no secret');
  });

  test('has no database user on Serverless, and says so when one is there', () => {
    const { target, warnings } = parse(redshiftFile({ HOST: WORKGROUP_HOST }));
    expect(target).not.toHaveProperty('dbUser');
    expect(warnings.map(({ message }) => message)).toEqual([
      'DB_USER is not used: on Serverless the user is your IAM identity',
    ]);
  });

  test('warns that a password is not used', () => {
    const { warnings } = parse(redshiftFile({ DB_PASSWORD: 'Passw0rd' }));
    expect(warnings).toEqual([
      { section: 'CLUSTER', key: 'DB_PASSWORD', line: 6, message: expect.stringContaining('IAM') },
    ]);
    expect(warnings[0]?.message).not.toContain('Passw0rd');
  });

  test.each(['xxxxxx', '<password>', 'YOUR_PASSWORD', ''])(
    'does not mind the password %p, which it does not use',
    (DB_PASSWORD) => {
      expect(parse(redshiftFile({ DB_PASSWORD })).warnings).toEqual([]);
    },
  );

  test.each(['0', '65536', '5439a', '-1', '+5439', '54.39', '0x1538', '1e3', 'port'])(
    'refuses the port %s',
    (DB_PORT) => {
      expect(messageOf(redshiftFile({ DB_PORT }))).toBe(`"${DB_PORT}" is no port: write a number from 1 to 65535`);
    },
  );

  test.each<[string, Sections[string], string]>([
    ['another cluster', { CLUSTER_IDENTIFIER: 'other' }, 'CLUSTER.CLUSTER_IDENTIFIER'],
    ['a workgroup', { WORKGROUP: 'other' }, 'CLUSTER.WORKGROUP'],
    ['another region', { REGION: 'eu-west-1' }, 'CLUSTER.REGION'],
    [
      'a cluster beside the HOST of a workgroup',
      { HOST: WORKGROUP_HOST, CLUSTER_IDENTIFIER: 'dwh' },
      'CLUSTER.CLUSTER_IDENTIFIER',
    ],
  ])('refuses %s than HOST says', (_name, keys, mistake) => {
    expect(mistakesOf(redshiftFile(keys))).toEqual([mistake]);
  });

  test('accepts what HOST says a second time, in any case', () => {
    const target = redshift(redshiftFile({ CLUSTER_IDENTIFIER: 'DWH', REGION: 'us-west-2' }));
    expect(target).toMatchObject({ clusterIdentifier: 'dwh', region: 'us-west-2' });
  });

  test.each(['1dwh', 'my_cluster', 'a b'])('refuses the name of a cluster %s', (CLUSTER_IDENTIFIER) => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER, REGION: 'us-west-2' };
    expect(messageOf(redshiftFile(keys))).toContain(`"${CLUSTER_IDENTIFIER}" is no name of a cluster: write`);
  });

  test.each(['My', 'my_group', 'group!', 'a b c'])('refuses the name of a workgroup %s', (WORKGROUP) => {
    const keys = { HOST: undefined, DB_USER: undefined, WORKGROUP, REGION: 'us-west-2' };
    expect(messageOf(redshiftFile(keys))).toContain(`"${WORKGROUP}" is no name of a workgroup: write`);
  });

  test('refuses CLUSTER_IDENTIFIER and WORKGROUP together', () => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwh', WORKGROUP: 'dwh', REGION: 'us-west-2' };
    expect(mistakesOf(redshiftFile({ ...keys, DB_USER: undefined }))).toEqual(['CLUSTER.WORKGROUP']);
  });

  test.each(['us-west', 'aus-west-2', 'Oregon', 'us-west-22', 'US-WEST-2'])('refuses the region %s', (REGION) => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwh', REGION };
    expect(messageOf(redshiftFile(keys))).toContain('is no AWS region: write one such as us-west-2');
  });

  test('falls back on the region of [AWS], and keeps its own beside it', () => {
    const file = redshiftFile({ HOST: undefined, CLUSTER_IDENTIFIER: 'dwh' }, { AWS: { REGION: 'eu-west-1' } });
    expect(redshift(file).region).toBe('eu-west-1');
    const { target, aws } = parse(redshiftFile({}, { GEO: { REGION: 'eu-west-1' } }));
    expect([target, aws]).toMatchObject([{ region: 'us-west-2' }, { region: 'eu-west-1' }]);
  });

  test('gives its region to the SDK where the file names no other', () => {
    expect(parse(redshiftFile()).aws.region).toBe('us-west-2');
  });
});

describe('a PostgreSQL target', () => {
  test('has everything the file says', () => {
    expect(postgres(postgresFile({ DB_PORT: '5433', DB_SCHEMA: 'star', SSL_MODE: 'Require' }))).toEqual({
      engine: 'postgres',
      host: 'localhost',
      port: 5433,
      database: 'sparkify',
      user: 'student',
      password: 'student',
      schema: 'star',
      sslMode: 'require',
    });
  });

  test('has port 5432 and neither schema nor SSL mode unless told', () => {
    const { port, schema, sslMode } = postgres(postgresFile());
    expect([port, schema, sslMode]).toEqual([5432, undefined, undefined]);
  });

  test('takes port and database appended to HOST', () => {
    expect(postgres(postgresFile({ HOST: 'db:5433/star', DB_NAME: '' }))).toMatchObject({
      host: 'db',
      port: 5433,
      database: 'star',
    });
    expect(postgres(postgresFile({ HOST: '[::1]:5433' }))).toMatchObject({ host: '::1', port: 5433 });
  });

  test('refuses two ports that differ', () => {
    expect(messageOf(postgresFile({ HOST: 'db:5433', DB_PORT: '5432' }))).toContain(
      'is not the port 5433 that HOST names',
    );
  });

  test('needs a database and a user', () => {
    expect(mistakesOf(postgresFile({ DB_NAME: undefined, DB_USER: '' }))).toEqual([
      'CLUSTER.DB_USER',
      'CLUSTER.DB_NAME',
    ]);
  });

  test.each<[string, string | undefined, Record<string, string>, string | undefined]>([
    ['the file', 'secret', { PGPASSWORD: 'other' }, 'secret'],
    ['STARLOAD_DB_PASSWORD before the file', 'secret', { STARLOAD_DB_PASSWORD: 'mine', PGPASSWORD: 'other' }, 'mine'],
    ['PGPASSWORD where the file has none', undefined, { PGPASSWORD: 'other' }, 'other'],
    ['PGPASSWORD where the file has a placeholder', 'CHANGEME', { PGPASSWORD: 'other' }, 'other'],
    ['nobody', '', { PGPASSWORD: '', STARLOAD_DB_PASSWORD: '' }, undefined],
  ])('takes its password from %s', (_name, DB_PASSWORD, env, password) => {
    const file = postgresFile({ DB_PASSWORD });
    expect(postgres(file, env).password).toBe(password);
    if (password !== undefined) expect(parse(file, env).secrets).toContain(password);
  });

  test('refuses a password that looks like a placeholder, without showing it', () => {
    const message = messageOf(postgresFile({ DB_PASSWORD: 'CHANGEME' }));
    expect(message).toMatch(/^DB_PASSWORD looks like a placeholder: .*STARLOAD_DB_PASSWORD/);
    expect(message).not.toContain('CHANGEME');
  });

  test('refuses an SSL mode that is none', () => {
    expect(messageOf(postgresFile({ SSL_MODE: 'prefer' }))).toBe(
      '"prefer" is no SSL mode: write disable, require, verify-full or delete the line',
    );
  });

  test('has any port from 1 to 65535', () => {
    expect(['1', '65535'].map((DB_PORT) => postgres(postgresFile({ DB_PORT })).port)).toEqual([1, 65_535]);
    expect(mistakesOf(postgresFile({ DB_PORT: '0' }))).toEqual(['CLUSTER.DB_PORT']);
  });

  test('refuses CLUSTER_IDENTIFIER beside it, but passes over what a provisioning script left under another name', () => {
    expect(mistakesOf(postgresFile({ CLUSTER_IDENTIFIER: 'dwh' }))).toEqual(['CLUSTER.CLUSTER_IDENTIFIER']);
    expect(postgres(postgresFile({}, { DWH: { DWH_CLUSTER_IDENTIFIER: 'dwh' } })).host).toBe('localhost');
  });

  test('warns when a role is filled in, because HOST may be half an endpoint', () => {
    const { warnings } = parse(postgresFile({ HOST: 'redshift-cluster-1' }, { IAM_ROLE: { ARN: ROLE } }));
    expect(warnings.map(placeOf)).toEqual(['CLUSTER.HOST']);
  });
});

describe('a DuckDB target', () => {
  test.each<[string | undefined, string]>([
    [undefined, '/project/sparkify.duckdb'],
    ['', '/project/sparkify.duckdb'],
    ['star.db', '/project/star.db'],
    ['../star.db', '/star.db'],
    ['/data/star.db', '/data/star.db'],
    ['~/star.db', '/home/me/star.db'],
    ['file:///data/star.db', '/data/star.db'],
    [':memory:', ':memory:'],
  ])('with PATH %p is %s', (PATH, path) => {
    expect(duckdb({ S3: LOCAL, DUCKDB: { PATH } })).toEqual({ engine: 'duckdb', path });
  });

  test('has memory limit and schema if told', () => {
    const file = { S3: LOCAL, CLUSTER: { DB_SCHEMA: 'star' }, DUCKDB: { MEMORY_LIMIT: '1.5 GiB' } };
    expect(duckdb(file)).toMatchObject({ memoryLimit: '1.5 GiB', schema: 'star' });
  });

  test.each<[string, string]>([
    ['PATH', 's3://bucket/star.db'],
    ['PATH', 'https://example.org/star.db'],
    ['MEMORY_LIMIT', 'much'],
    ['MEMORY_LIMIT', 'about 2GB'],
    ['MEMORY_LIMIT', "2GB'; ATTACH 'x"],
  ])('refuses %s = %s', (key, value) => {
    expect(mistakesOf({ S3: LOCAL, DUCKDB: { [key]: value } })).toEqual([`DUCKDB.${key}`]);
  });
});

describe('DB_SCHEMA', () => {
  test.each(['Sparkify', 'spark-ify', '1st', 'a;b', 'a"b', 'a.b'])('refuses %s', (DB_SCHEMA) => {
    for (const file of [
      redshiftFile({ DB_SCHEMA }),
      postgresFile({ DB_SCHEMA }),
      { CLUSTER: { DB_SCHEMA }, S3: LOCAL },
    ]) {
      expect(messageOf(file)).toContain('is no schema name');
    }
  });

  test.each(['star', '_star', 'star_2'])('accepts %s', (DB_SCHEMA) => {
    expect(redshift(redshiftFile({ DB_SCHEMA })).schema).toBe(DB_SCHEMA);
  });
});
