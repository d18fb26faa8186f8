import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { run, runAny, withProject } from '../support/cli-project.ts';
import { writeWideModel } from '../support/wide-model.ts';

const POSTGRES = [
  '[CLUSTER]',
  'HOST=nowhere.invalid',
  'DB_NAME=sparkify',
  'DB_USER=me',
  'DB_PASSWORD=hush-hush',
  '[S3]',
  'LOG_DATA=log_data',
  'SONG_DATA=song_data',
  '',
].join('\n');

const REDSHIFT = `[CLUSTER]
HOST=dwh.abcdefghijkl.us-west-2.redshift.amazonaws.com
DB_NAME=dev
DB_USER=me
[IAM_ROLE]
ARN=arn:aws:iam::123456789012:role/dwhRole
[S3]
LOG_DATA=s3://data/log_data
SONG_DATA=s3://data/song_data
WORK_PREFIX=s3://work/starload/
`;

/** The sources of a wide model. */
const WIDE = `${[1, 2, 3, 4, 5, 6].map((at) => `S${at}=s3://data/s${at}\n`).join('')}[MODEL]\nPATH=m\n`;

/** A project with a dwh.cfg that says this. */
function withConfig(text: string, action: (folder: string) => Promise<void>) {
  return withProject(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), text);
    await action(folder);
  });
}

describe('check --offline', () => {
  test('says how the file is understood, each thing with its line, and connects to nothing', () =>
    withConfig(POSTGRES, async (folder) => {
      const { stdout } = await run(folder, ['check', '--offline']);
      expect(stdout.replaceAll(folder, '.').split('\n')).toEqual([
        'How ./dwh.cfg is understood:',
        '  engine         postgres (line 2, HOST)',
        '  host           nowhere.invalid (line 2, HOST)',
        '  port           5432 (default)',
        '  database       sparkify (line 3, DB_NAME)',
        '  user           me (line 4, DB_USER)',
        '  password       set (line 5, DB_PASSWORD)',
        '  SSL mode       verify-full, except for a server on this machine (default)',
        '  schema         the one in which the database makes tables (default)',
        '  LOG_DATA       ./log_data (line 7, LOG_DATA)',
        '  LOG_JSONPATH   none: as the model says (default)',
        '  SONG_DATA      ./song_data (line 8, SONG_DATA)',
        '  SONG_JSONPATH  none: as the model says (default)',
        '',
        expect.stringMatching(/^warning {2}configuration: .* every user of this machine can read it/),
        expect.stringMatching(/^ok {7}configuration: /),
        expect.stringMatching(/^ok {7}model: \d+ statements can run on an empty DuckDB$/),
        'skipped  other checks: with --offline only the configuration and the model are examined',
        '',
      ]);
    }));

  test('tells programs the same', () =>
    withConfig(POSTGRES, async (folder) => {
      const { stdout } = await run(folder, ['check', '--offline', '--json']);
      const { command, status, understood, checks } = JSON.parse(stdout);
      expect({ command, status }).toEqual({ command: 'check', status: 'passed' });
      expect(understood).toEqual(
        expect.arrayContaining([
          { name: 'engine', value: 'postgres', from: 'file', key: 'HOST', line: 2 },
          { name: 'port', value: '5432', from: 'default' },
          { name: 'password', value: 'set', from: 'file', key: 'DB_PASSWORD', line: 5 },
        ]),
      );
      expect(checks.map(({ check }: { check: string }) => check)).toEqual([
        'configuration',
        'configuration',
        'model',
        'other checks',
      ]);
      expect(stdout).not.toContain('hush-hush');
    }));

  test('ends with 2 and every mistake of the file at once', () =>
    withConfig('[CLUSTER]\nHOST=<host>\nDB_PORT=x\n[S3]\nLOG_DATA=log_*\n', async (folder) => {
      const { stdout } = await run(folder, ['check', '--offline'], 2);
      expect(stdout).not.toContain('is understood');
      for (const place of ['line 2', 'line 3', 'line 5', 'SONG_DATA']) expect(stdout).toContain(place);
      const told = JSON.parse((await run(folder, ['check', '--offline', '--json'], 2)).stdout);
      expect(told).toMatchObject({ status: 'failed', understood: [] });
    }));

  test('counts the statements that a model needs on Redshift', () =>
    withConfig(REDSHIFT, async (folder) => {
      expect((await run(folder, ['check', '--offline'])).stdout).toMatch(/^ok +budget: load \d+ of 40 statements/m);
      writeWideModel(join(folder, 'm'), 60);
      writeFileSync(join(folder, 'dwh.cfg'), `${REDSHIFT.replace(/(LOG|SONG)_DATA.*\n/g, '')}${WIDE}`);
      const { stdout } = await run(folder, ['check', '--offline'], 1);
      expect(stdout).toMatch(/^failed +budget: with this model, load can need \d+ statements, but .* at most 40$/m);
    }));

  test('makes no warehouse, and does not go with --deep', () =>
    withProject(async (folder) => {
      expect((await run(folder, ['check', '--offline'])).stdout).toContain('sparkify.duckdb (default)');
      expect(existsSync(join(folder, 'sparkify.duckdb'))).toBe(false);
      expect((await run(folder, ['check', '--offline', '--deep'], 2)).stderr).toContain('exclude each other');
    }));
});

test('check begins with how the file is understood', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const lines = (await run(folder, ['check'])).stdout.split('\n');
    expect(lines[0]).toMatch(/^How .*dwh\.cfg is understood:$/);
    expect(lines.findIndex((line) => line.includes('connect'))).toBeGreaterThan(lines.indexOf(''));
  }));

/** Files as nobody writes them on purpose, each with a secret. */
const SECRET = 'hush7hush7';
const HOSTILE: readonly (readonly [name: string, text: string | Buffer])[] = [
  ['in a heading', `[${SECRET}]\n${POSTGRES.replace('hush-hush', SECRET)}`],
  ['in a name of a key', POSTGRES.replace('hush-hush', `${SECRET}\n${SECRET}=x`)],
  ['before the host', POSTGRES.replace('nowhere.invalid', `me:${SECRET}@nowhere.invalid`)],
  ['as a connection string', POSTGRES.replace('nowhere.invalid', `postgres://me:${SECRET}@nowhere.invalid/db`)],
  ['in a place', POSTGRES.replace('=log_data', `=s3://me:${SECRET}@bucket/log_data`)],
  ['in a place of another name', POSTGRES.replace('=log_data', `=log_data?password=${SECRET}`)],
  [
    'in a value that refers to it',
    POSTGRES.replace('hush-hush', SECRET).replace('DB_USER=me', 'DB_USER=%(db_password)s'),
  ],
  ['with %%, and with % elsewhere', POSTGRES.replace('hush-hush', `%%${SECRET}`).replace('=me', `=%${SECRET}`)],
  ['with control characters', POSTGRES.replace('hush-hush', `\u001b[31m${SECRET}\u0007`)],
  ['over two lines', POSTGRES.replace('hush-hush', `${SECRET}\n  ${SECRET}`)],
  ['of a megabyte', POSTGRES.replace('hush-hush', SECRET.repeat(100_000))],
  ['without an end of its line', `${POSTGRES.trimEnd()}\n[AWS]\nKEY=${SECRET}\nSECRET=${SECRET}`],
  ['in UTF-16', Buffer.from(`\uFEFF${POSTGRES.replace('hush-hush', SECRET)}`, 'utf16le')],
  ['beside a NUL', POSTGRES.replace('hush-hush', `${SECRET}\0`)],
];

test.each(HOSTILE)('check --offline shows no secret %s, no control character, and ends with 0 or 2', (_, text) =>
  withProject(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), text);
    for (const args of [
      ['check', '--offline'],
      ['check', '--offline', '--json'],
    ]) {
      const { code, stdout, stderr } = await runAny(folder, args);
      expect([0, 2]).toContain(code);
      expect(stdout.length).toBeLessThan(20_000);
      for (const shown of [stdout, stderr]) {
        expect(shown).not.toContain(SECRET);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }
    }
  }),
);
