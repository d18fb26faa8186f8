import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { MAIN, starload } from '../support/cli.ts';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';
import { linesOf } from '../support/scenario.ts';
import { startSpooling } from '../support/spools.ts';
import { PLAY } from '../support/trials.ts';

describe('the main job', () => {
  test('creates tables, loads, loads nothing twice, and takes only a new file', () =>
    withProject(async (folder) => {
      expect((await run(folder, ['create-tables'])).stdout).toMatch(/^created 12 tables in .*sparkify\.duckdb: /);
      const loaded = await json(folder, ['etl']);
      expect(loaded).toMatchObject({
        command: 'etl',
        status: 'loaded',
        rows: { staging_events: 300, staging_songs: 12, songs: 12 },
        warnings: [],
      });
      expect(loaded.steps.map(({ step }: { step: string }) => step)).toEqual(
        expect.arrayContaining(['reading the ledger', 'reading staging_events', 'insert_songplays', 'committing']),
      );
      expect((await run(folder, ['etl'])).stdout).toMatch(/^nothing new: all \d+ files are loaded already\n$/);
      expect(await json(folder, ['etl'])).toMatchObject({ status: 'up_to_date', run_id: null, rows: {} });
      writeFileSync(join(folder, 'log_data', 'late.json'), linesOf([PLAY]));
      const planned = await json(folder, ['plan']);
      expect(planned.tables[0].files).toEqual([
        { uri: expect.stringMatching(/^file:.*late\.json$/), size: expect.any(Number), reason: 'new' },
      ]);
      expect((await run(folder, ['etl', '--timings'])).stdout).toMatch(
        /\nstep +seconds\n-.*\nreading the ledger +\d+\.\d{3}\n/,
      );
      expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 301 });
      const status = await json(folder, ['status']);
      expect(status.runs.map(({ files }: { files: number }) => files)).toEqual([1, expect.any(Number)]);
      const before = (await json(folder, ['query', 'SELECT * FROM songplays ORDER BY songplay_id'])).length;
      expect(await json(folder, ['rebuild'])).toMatchObject({
        command: 'rebuild',
        status: 'rebuilt',
        rows: { songplays: before },
      });
    }));

  test('takes a touched file for what it is, and a changed one as new', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      const [year = ''] = readdirSync(join(folder, 'log_data'));
      const [month = ''] = readdirSync(join(folder, 'log_data', year));
      const [day = ''] = readdirSync(join(folder, 'log_data', year, month));
      const file = join(folder, 'log_data', year, month, day);
      utimesSync(file, 1, 1);
      expect((await json(folder, ['plan'])).status).toBe('up_to_date');
      writeFileSync(file, linesOf([PLAY]));
      expect((await json(folder, ['plan'])).tables[0].files).toMatchObject([{ reason: 'changed' }]);
    }));

  test('keeps its tables in the schema dwh.cfg names', () =>
    withProject(async (folder) => {
      writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[CLUSTER]\nDB_SCHEMA=sparkify\n`);
      expect((await run(folder, ['status'], 1)).stderr).toContain('npm run create-tables');
      await run(folder, ['create-tables']);
      expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 300 });
      expect(
        await json(folder, [
          'query',
          'SELECT table_schema, COUNT(*) AS n FROM information_schema.tables GROUP BY table_schema',
        ]),
      ).toEqual([{ table_schema: 'sparkify', n: 13 }]);
    }));

  test('a dry run prints every statement and loads nothing', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const dry = await json(folder, ['etl', '--dry-run']);
      expect(dry.statements[0]).toBe('BEGIN');
      expect(dry.statements.filter((sql: string) => /^INSERT INTO \S*"staging_/.test(sql))).toHaveLength(2);
      expect((await run(folder, ['etl', '--dry-run'])).stdout).toContain(
        'CREATE TEMP TABLE temp.main."run_current_events"',
      );
      expect((await json(folder, ['status'])).runs).toEqual([]);
    }));

  test('passes over hidden files and other kinds, and says so', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      for (const name of ['.ipynb_checkpoints', '__MACOSX']) {
        mkdirSync(join(folder, 'log_data', name));
        writeFileSync(join(folder, 'log_data', name, 'x.json'), 'not data');
      }
      writeFileSync(join(folder, 'log_data', '.DS_Store'), 'not data');
      writeFileSync(join(folder, 'log_data', 'notes.txt'), 'not data');
      const { tables } = await json(folder, ['plan']);
      expect(tables[0].skipped.map(({ reason }: { reason: string }) => reason).sort()).toEqual([
        'hidden',
        'hidden',
        'hidden',
        'its name does not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2',
      ]);
      expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 300 });
    }));
});

test('an option that is given twice has its last value', () =>
  withProject(async (folder) => {
    const { stdout } = await run(folder, ['create-tables', '--config', 'nowhere.cfg']);
    expect(stdout).toContain('created 12 tables');
  }));

test('a reader that closes the pipe does not make a command fail', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const { status, stderr } = spawnSync(
      'bash',
      ['-o', 'pipefail', '-c', `'${process.execPath}' '${MAIN}' query 'SELECT * FROM range(20000)' | head -2`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }));

test('the next command removes the spool of a killed load, but not that of a running one', () =>
  withProject(async (folder) => {
    const env = { TMPDIR: join(folder, 'tmp') };
    mkdirSync(env.TMPDIR);
    const [dead, living] = [await startSpooling(env.TMPDIR), await startSpooling(env.TMPDIR)];
    await dead.kill();
    mkdirSync(join(env.TMPDIR, 'other'));
    expect((await starload(['create-tables'], { cwd: folder, env })).code).toBe(0);
    expect(readdirSync(env.TMPDIR).sort()).toEqual(['other', basename(living.path)].sort());
    await living.kill();
  }));

describe('query', () => {
  test('prints one array of row objects, columns in order, integers exact, times in UTC', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const sql = `SELECT 3 AS "2", 9007199254740993 AS "1", TIMESTAMP '2018-11-01 21:01:46.796' AS t, NULL AS n, 'a"b' AS s, 0.5 AS d, TRUE AS b, SUM(7) AS sum, 1 AS s`;
      const { stdout } = await run(folder, ['query', sql, '--format', 'json']);
      expect(stdout).toBe(
        '[\n  {"2": 3, "1": "9007199254740993", "t": "2018-11-01 21:01:46.796", "n": null, "s": "a\\"b", "d": 0.5, "b": true, "sum": 7, "s_2": 1}\n]\n',
      );
      expect((await run(folder, ['query', 'SELECT 1 AS a WHERE 1 = 0', '--format', 'json'])).stdout).toBe('[]\n');
      expect((await run(folder, ['query', `SELECT 'x,y' AS a, '' AS b, NULL AS c`, '--format', 'csv'])).stdout).toBe(
        'a,b,c\r\n"x,y","",\r\n',
      );
      expect((await run(folder, ['query', "SELECT 12 AS number, 'a\tb' AS text"])).stdout).toBe(
        'number  text\n------  ----\n    12  a\\tb\n(1 row)\n',
      );
    }));

  test('passes over the byte order mark of a file', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      expect(await json(folder, ['query', '\ufeffSELECT 1 AS a'])).toEqual([{ a: 1 }]);
    }));

  test('changes nothing unless told to, and reaches no file', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const insert = "INSERT INTO users VALUES (1, 'a', 'b', 'F', 'free')";
      expect((await run(folder, ['query', insert], 1)).stderr).toMatch(/INSERT is not a query\nnext: .*--write/);
      expect((await run(folder, ['query', insert, '--write'])).stdout).toContain('rows_changed');
      expect(await json(folder, ['query', 'SELECT COUNT(*) AS n FROM users'])).toEqual([{ n: 1 }]);
      await run(folder, ['query', `COPY users TO '${join(folder, 'leak.csv')}'`, '--write'], 1);
      await run(folder, ['query', "SELECT * FROM read_text('/etc/hostname')", '--write'], 1);
      expect(existsSync(join(folder, 'leak.csv'))).toBe(false);
    }));

  test("answers the model's questions", () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      expect(
        (await json(folder, ['query', '--question', 'plays_by_level']))
          .map(({ level }: { level: string }) => level)
          .sort(),
      ).toEqual(['free', 'paid']);
    }));
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a load with code %i and leaves the warehouse as it was', (signal, exitCode) =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    await generateData({ songs: 0, events: 60_000, seed: 5, out: join(folder, 'log_data', 'more') });
    let sent = false;
    const { code, stderr } = await starload(['etl'], {
      cwd: folder,
      onStderr: (story, kill) => {
        if (!sent && story.includes('to load:')) {
          sent = true;
          kill(signal);
        }
      },
    });
    expect({ code, stderr }).toMatchObject({ code: exitCode, stderr: expect.stringContaining(`stopped by ${signal}`) });
    expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 0, songplays: 0 });
    expect(await json(folder, ['etl'])).toMatchObject({ status: 'loaded', rows: { staging_events: 60_300 } });
  }),
);
