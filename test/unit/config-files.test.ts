import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { understandingLines } from '../../src/cli/understanding.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { readConfig } from '../../src/config/read.ts';
import { ConfigError } from '../../src/errors.ts';
import { describeIf } from '../support/skips.ts';
import { ALL_SETTINGS, duckdb, OF_MODEL, parse, placeOf, postgres, redshift } from './config-support.ts';

describe('dwh.cfg.example', () => {
  const path = new URL('../../dwh.cfg.example', import.meta.url);
  const text = readFileSync(path, 'utf8');
  const [main = '', forPostgres = ''] = text.split(/^# PostgreSQL: .*$/m);

  /** The text with the commented-out keys made real, but for those that exclude what is there already. */
  function uncomment(part: string, ...but: string[]): string {
    return part.replace(/^#([A-Z_]+) = /gm, (line, key: string) => (but.includes(key) ? line : `${key} = `));
  }

  test('copied as it is loads the local sample into DuckDB', async () => {
    const { target, sources, warnings } = parse(text);
    expect(target).toEqual({ engine: 'duckdb', path: '/project/sparkify.duckdb' });
    expect(sources).toEqual({
      LOG_DATA: { uri: '/project/sample/log_data' },
      SONG_DATA: { uri: '/project/sample/song_data' },
    });
    expect(warnings).toEqual([]);
    expect((await readConfig(path.pathname, {})).target.engine).toBe('duckdb');
  });

  test('holds every key under its heading, with a comment above', () => {
    for (const { section, key } of ALL_SETTINGS.ids.map((id) => ALL_SETTINGS.of(id))) {
      const [, keys = ''] = main.split(new RegExp(`^\\[${section}\\]$`, 'm'));
      expect(keys.split(/^\[/m)[0]).toMatch(new RegExp(`^# .*\\n#?${key} = \\S`, 'm'));
    }
  });

  test('holds no key we do not read', () => {
    const keys = [...main.matchAll(/^#?([A-Z_]+) = /gm)].map(([, key]) => key);
    expect(keys).toHaveLength(ALL_SETTINGS.ids.length);
  });

  test('with its Redshift keys uncommented is a provisioned cluster, with all its settings', () => {
    const others = ['CLUSTER_IDENTIFIER', 'WORKGROUP', 'SECRET_ARN', 'DB_PASSWORD', 'KEY', 'SECRET', 'SESSION_TOKEN'];
    const config = parse(uncomment(main, ...others));
    expect(config).toMatchObject({
      workPrefix: 's3://my-bucket/starload/',
      aws: { region: 'us-west-2' },
      warnings: [],
    });
    expect(config.target).toEqual({
      engine: 'redshift',
      region: 'us-west-2',
      database: 'dwh',
      clusterIdentifier: 'dwh',
      dbUser: 'dwhuser',
      iamRole: 'arn:aws:iam::123456789012:role/dwhRole',
      schema: 'sparkify',
    });
  });

  test('with its names instead of HOST is a cluster or a workgroup', () => {
    const byName = (but: string) => redshift(uncomment(main, 'HOST', 'DB_USER', but));
    expect(byName('WORKGROUP')).toMatchObject({ clusterIdentifier: 'dwh', secretArn: expect.any(String) });
    expect(byName('CLUSTER_IDENTIFIER')).toMatchObject({ workgroup: 'dwh', region: 'us-west-2' });
  });

  test('with its PostgreSQL keys under [CLUSTER] is PostgreSQL, with its DuckDB keys DuckDB', () => {
    const target = postgres(main.replace('[CLUSTER]', `[CLUSTER]${uncomment(forPostgres)}`));
    expect(target).toMatchObject({
      host: 'localhost',
      port: 5432,
      database: 'sparkify',
      user: 'student',
      password: 'student',
    });
    const [head = '', keys = ''] = main.split('[DUCKDB]');
    expect(duckdb(`${head}[DUCKDB]${uncomment(keys)}`)).toMatchObject({
      path: '/project/sparkify.duckdb',
      memoryLimit: '2GB',
    });
  });
});

/** What a careful reader would say of a file: what it means, or its mistakes as `line SECTION.KEY`. */
type Outcome = Partial<Config['target']> | readonly string[];

const UNFILLED_TEMPLATE = ['2 CLUSTER.HOST', '3 CLUSTER.DB_NAME', '9 IAM_ROLE.ARN'];
const WITHOUT_SOURCES = ['S3'];

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '001.cfg': UNFILLED_TEMPLATE,
  '004.cfg': ['2 CLUSTER.HOST', '9 IAM_ROLE.ARN'],
  '007.cfg': {
    engine: 'redshift',
    region: 'us-west-2',
    database: 'dev',
    clusterIdentifier: 'redshift-cluster-2',
    dbUser: 'awsuser',
    iamRole: 'arn:aws:iam::123456789012:role/myRedshiftRole',
  },
  '010.cfg': ['9 IAM_ROLE.ARN'],
  '013.cfg': ['16 XXX.DWH_ENDPOINT', '19 ARN.ARN'],
  '016.cfg': {
    engine: 'redshift',
    region: 'us-west-2',
    database: 'dwh',
    clusterIdentifier: 'dwhcluster',
    dbUser: 'dwhuser',
    iamRole: 'arn:aws:iam::123456789012:role/dwhRole',
  },
  '019.cfg': ['6 XXXXXXX.DWH_ENDPOINT', '13 IAM_ROLE.DWH_ROLE_ARN', '21 S3.SONG_DATA'],
  '022.cfg': WITHOUT_SOURCES,
  '025.cfg': UNFILLED_TEMPLATE,
  '028.cfg': [
    '2 IAM_ROLE.ARN_S3_REDSHIFT',
    '5 REDSHIFT_CLUSTER.HOST',
    '6 REDSHIFT_CLUSTER.DB_NAME',
    '7 REDSHIFT_CLUSTER.DB_USER',
    '20 S3.AWS_ACCESS_KEY_ID',
    '21 S3.AWS_SECRET_ACCESS_KEY',
    '22 S3.REGION_NAME',
    'S3.LOG_DATA',
    'S3.SONG_DATA',
  ],
  '031.cfg': ['2 AWS.KEY', '3 AWS.SECRET', '15 CLUSTER.DWH_HOST', '16 CLUSTER.DWH_ARN'],
  '034.cfg': [
    '2 CLUSTER.DB_NAME',
    '3 CLUSTER.DB_USER',
    '6 CLUSTER.CLUSTER_IDENTIFIER',
    '17 AWS.AWS_ACCESS_KEY_ID',
    '18 AWS.AWS_SECRET_ACCESS_KEY',
    'CLUSTER.HOST',
    'IAM_ROLE.ARN',
  ],
  '037.cfg': [
    '2 AWS.KEY',
    '3 AWS.SECRET',
    '6 CLUSTER.HOST',
    '7 CLUSTER.DB_NAME',
    '8 CLUSTER.DB_USER',
    '13 IAM_ROLE.ARN',
  ],
  '040.cfg': ['2 AWS.KEY', '3 AWS.SECRET', 'IAM_ROLE.ARN', 'CLUSTER.HOST', 'S3'],
  '043.cfg': UNFILLED_TEMPLATE,
  '046.cfg': ['2 CLUSTER.HOST', '3 CLUSTER.DB_NAME', '4 CLUSTER.DB_USER', '6 CLUSTER.DB_PORT'],
  '049.cfg': WITHOUT_SOURCES,
  '052.cfg': ['9 IAM_ROLE.ARN'],
  '055.cfg': {
    engine: 'redshift',
    region: 'eu-west-1',
    database: 'songdb',
    clusterIdentifier: 'redshift-udacity',
    dbUser: 'student',
    iamRole: 'arn:aws:iam::123456789012:role/my-redshift-role',
  },
  '058.cfg': ['2 CLUSTER.HOST', '10 SECURITY.ROLE_ARN'],
  '061.cfg': WITHOUT_SOURCES,
  '064.cfg': WITHOUT_SOURCES,
  '067.cfg': ['S3.LOG_DATA', 'S3.SONG_DATA'],
  '070.cfg': WITHOUT_SOURCES,
  '073.cfg': ['S3.LOG_DATA', 'S3.SONG_DATA'],
  '076.cfg': UNFILLED_TEMPLATE,
  '079.cfg': [
    '2 AWS.REGION',
    '3 AWS.KEY',
    '4 AWS.SECRET',
    '11 DWH.DWH_CLUSTER_IDENTIFIER',
    '12 DWH.DWH_DB',
    '13 DWH.DWH_DB_USER',
    '15 DWH.DWH_PORT',
    'CLUSTER.HOST',
    'IAM_ROLE.ARN',
    'S3',
  ],
  '082.cfg': ['4 AWS.AWS_SECRET_ACCESS_KEY', 'S3'],
};

const SOURCES: Readonly<Record<string, Config['sources']>> = {
  '007.cfg': {
    LOG_DATA: { uri: 's3://udacity-dend/log-data', jsonpaths: 's3://udacity-dend/log_json_path.json' },
    SONG_DATA: { uri: 's3://udacity-dend/song-data' },
  },
  '016.cfg': {
    LOG_DATA: { uri: 's3://udacity-dend/log_data', jsonpaths: 's3://udacity-dend/log_json_path.json' },
    SONG_DATA: { uri: 's3://udacity-dend/song_data' },
  },
  '055.cfg': {
    LOG_DATA: { uri: 's3://udacity-dend/log_data', jsonpaths: 's3://udacity-dend/log_json_path.json' },
    SONG_DATA: { uri: 's3://udacity-dend/song_data' },
  },
};

const FOLDER = new URL('../../../shared/configs/', import.meta.url);
describeIf(existsSync(FOLDER), `real configurations: they are not at ${FOLDER.pathname}`)('the real file', () => {
  const open = (name: string) => parse(readFileSync(new URL(name, FOLDER), 'utf8'));

  test('is pinned here, every one', () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => name.endsWith('.cfg'))
        .sort(),
    ).toEqual(Object.keys(OUTCOMES).sort());
  });

  test.each(Object.keys(OUTCOMES))('%s is understood as a careful reader would', (name) => {
    expect(outcomeOf(() => open(name))).toEqual(OUTCOMES[name]);
  });

  test.each(Object.keys(SOURCES))('%s has its sources', (name) => {
    expect(open(name).sources).toEqual(SOURCES[name]);
  });

  test.each(Object.keys(SOURCES))('%s warns of nothing but its unused password', (name) => {
    expect(open(name).warnings.map(placeOf)).toEqual(['CLUSTER.DB_PASSWORD']);
  });

  test.each(Object.keys(OUTCOMES))(
    '%s is understood once it is filled in, and each thing has the line it stands in',
    (name) => {
      const text = filledIn(readFileSync(new URL(name, FOLDER), 'utf8'));
      const { target, understood, secrets } = parse(text);
      expect(understood[0]).toMatchObject({ name: 'engine', value: target.engine });
      const lines = text.split(/\r\n|\n/);
      for (const each of understood) {
        if (each.from === 'file') expect(lines[each.line - 1]?.trim().toUpperCase().startsWith(each.key)).toBe(true);
      }
      const shown = understandingLines(parse(text)).join('\n');
      for (const secret of secrets) expect(shown).not.toContain(secret);
    },
  );

  test('049.cfg works, keys of [AWS] and all, once it has sources', () => {
    const text = readFileSync(new URL('049.cfg', FOLDER), 'utf8');
    const config = parseConfig(
      `${text}\n[S3]\nLOG_DATA=s3://udacity-dend/log_data\nSONG_DATA=s3://udacity-dend/song_data`,
      {
        file: '049.cfg',
        directory: '/project',
        env: {},
        sources: OF_MODEL,
      },
    );
    expect(config.target).toMatchObject({ clusterIdentifier: 'dwhcluster', region: 'us-east-1', dbUser: 'dwhuser' });
    expect(config.aws.accessKeyId).toMatch(/^ASIA/);
    expect(config.aws.sessionToken).toBeDefined();
  });
});

const S3_SECTION = '[S3]\nLOG_DATA=s3://udacity-dend/log_data\nSONG_DATA=s3://udacity-dend/song_data';

/** The text with the first mistake put right as its message says, and the next one, until there is none. */
function filledIn(text: string): string {
  const problem = firstProblem(text);
  if (problem === undefined) return text;
  const { section = '', key, line } = problem;
  if (key === undefined) return filledIn(`${text}\n${S3_SECTION}\n`);
  const id = ALL_SETTINGS.idOf(section, key.toLowerCase());
  if (id === undefined) throw new Error(problem.message);
  const filled = `${key}=${ALL_SETTINGS.of(id).example || `example-of-${id}`}`;
  if (line !== undefined)
    return filledIn(
      text
        .replace(/\r\n/g, '\n')
        .split('\n')
        .with(line - 1, filled)
        .join('\n'),
    );
  const heading = new RegExp(`^\\[${section}\\]$`, 'im');
  return filledIn(
    heading.test(text) ? text.replace(heading, (found) => `${found}\n${filled}`) : `${text}\n[${section}]\n${filled}\n`,
  );
}

function firstProblem(text: string) {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0];
    throw error;
  }
}

function outcomeOf(read: () => Config): Outcome {
  try {
    return read().target;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => `${problem.line ?? ''} ${placeOf(problem)}`.trim());
  }
}
