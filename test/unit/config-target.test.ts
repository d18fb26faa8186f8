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
  type Sections,
  WORKGROUP_HOST,
} from './config-support.ts';

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
    expect(messageOf(redshiftFile({}, { IAM_ROLE: { ARN } }))).toContain('is not a role: write arn:aws:iam::');
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
    expect(messageOf(redshiftFile({ SECRET_ARN: 'arn:aws:iam::1:x' }))).toContain('is not a secret');
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
      expect(messageOf(redshiftFile({ DB_PORT }))).toBe(`"${DB_PORT}" is not a port: write a number from 1 to 65535`);
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
    expect(messageOf(redshiftFile(keys))).toContain(`"${CLUSTER_IDENTIFIER}" is not the name of a cluster: write`);
  });

  test.each(['My', 'my_group', 'group!', 'a b c'])('refuses the name of a workgroup %s', (WORKGROUP) => {
    const keys = { HOST: undefined, DB_USER: undefined, WORKGROUP, REGION: 'us-west-2' };
    expect(messageOf(redshiftFile(keys))).toContain(`"${WORKGROUP}" is not the name of a workgroup: write`);
  });

  test('refuses CLUSTER_IDENTIFIER and WORKGROUP together', () => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwh', WORKGROUP: 'dwh', REGION: 'us-west-2' };
    expect(mistakesOf(redshiftFile({ ...keys, DB_USER: undefined }))).toEqual(['CLUSTER.WORKGROUP']);
  });

  test.each(['us-west', 'aus-west-2', 'Oregon', 'us-west-22', 'US-WEST-2'])('refuses the region %s', (REGION) => {
    const keys = { HOST: undefined, CLUSTER_IDENTIFIER: 'dwh', REGION };
    expect(messageOf(redshiftFile(keys))).toContain('is not an AWS region: write one such as us-west-2');
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
      'differs from the port 5433 in HOST',
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
      '"prefer" is not an SSL mode: write disable, require, verify-full or delete the line',
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

  test.each<[string, Sections]>([
    ['a role', { IAM_ROLE: { ARN: ROLE } }],
    ['a cluster', { CLUSTER: { CLUSTER_IDENTIFIER: 'redshift-cluster-1' } }],
  ])('is not meant by the bare name of a cluster beside %s', (_, { CLUSTER = {}, ...others }) => {
    const { problems } = errorOf(postgresFile({ HOST: 'redshift-cluster-1', ...CLUSTER }, others));
    expect(problems[0]?.message).toMatch(
      /is the name of a cluster, .* write CLUSTER_IDENTIFIER = redshift-cluster-1 and REGION/,
    );
  });

  test('has a bare name in a network of its own', () => {
    expect(postgres(postgresFile({ HOST: 'postgres' }, { IAM_ROLE: { ARN: '' } })).host).toBe('postgres');
  });

  test('warns when a role is filled in, because HOST may be half an endpoint', () => {
    const { warnings } = parse(postgresFile({ HOST: 'dwh.example.com' }, { IAM_ROLE: { ARN: ROLE } }));
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
      expect(messageOf(file)).toContain('is not a schema name');
    }
  });

  test.each(['star', '_star', 'star_2'])('accepts %s', (DB_SCHEMA) => {
    expect(redshift(redshiftFile({ DB_SCHEMA })).schema).toBe(DB_SCHEMA);
  });
});
