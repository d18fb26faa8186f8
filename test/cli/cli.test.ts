import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { MAIN, starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

const CONFIG = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';

let sample = '';
beforeAll(async () => {
  sample = mkdtempSync(join(tmpdir(), 'starload-sample-'));
  await generateData({ songs: 12, events: 300, seed: 3, out: sample });
});
afterAll(() => rmSync(sample, { recursive: true, force: true }));

/** A folder with a sample and a dwh.cfg. */
function withProject<T>(action: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    cpSync(sample, folder, { recursive: true });
    writeFileSync(join(folder, 'dwh.cfg'), CONFIG);
    return action(folder);
  });
}

/** Runs a command with the dwh.cfg of a folder, which must end with this code. */
async function run(folder: string, args: readonly string[], code = 0) {
  const outcome = await inProcess([...args, '--config', join(folder, 'dwh.cfg')], { env: { NO_COLOR: '1' } });
  expect({ code: outcome.code, stderr: outcome.code === code ? '' : outcome.stderr }).toEqual({ code, stderr: '' });
  return outcome;
}

/** The same in a process of its own. */
async function runProcess(cwd: string, args: readonly string[], code = 0) {
  const outcome = await starload(args, { cwd });
  expect({ code: outcome.code, stderr: outcome.code === code ? '' : outcome.stderr }).toEqual({ code, stderr: '' });
  return outcome;
}

async function json(folder: string, args: readonly string[], code = 0) {
  return JSON.parse((await run(folder, [...args, '--json'], code)).stdout);
}

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
      expect((await run(folder, ['etl'])).stdout).toMatch(/^nothing new: all \d+ files are loaded already\n$/);
      expect(await json(folder, ['etl'])).toMatchObject({ status: 'up_to_date', run_id: null, rows: {} });
      writeFileSync(join(folder, 'log_data', 'late.json'), linesOf([PLAY]));
      const planned = await json(folder, ['plan']);
      expect(planned.tables[0].files).toEqual([
        { uri: expect.stringMatching(/^file:.*late\.json$/), size: expect.any(Number), reason: 'new' },
      ]);
      expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 301 });
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
      ).toEqual([{ table_schema: 'sparkify', n: 12 }]);
    }));

  test('a dry run prints every statement and loads nothing', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const dry = await json(folder, ['etl', '--dry-run']);
      expect(dry.statements[0]).toBe('BEGIN');
      expect(dry.statements.filter((sql: string) => sql.startsWith('INSERT INTO "staging_'))).toHaveLength(2);
      expect((await run(folder, ['etl', '--dry-run'])).stdout).toContain('CREATE TEMP TABLE run_events');
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
        'its name does not end in .json or .json.gz',
      ]);
      expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 300 });
    }));
});

test('an option that is given twice has its last value', () =>
  withProject(async (folder) => {
    const { stdout } = await run(folder, ['create-tables', '--config', 'nowhere.cfg']);
    expect(stdout).toContain('created 12 tables');
  }));

describe('refusals', () => {
  test('create-tables keeps tables that hold rows unless it is forced', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      expect((await run(folder, ['create-tables'], 1)).stderr).toMatch(
        /would drop rows: .*staging_events \(300 rows\)[\s\S]*--force/,
      );
      await run(folder, ['create-tables', '--force']);
      expect((await json(folder, ['status'])).rows).toMatchObject({ songplays: 0 });
    }));

  test.each([
    ['malformed JSON', '{"ts":1,}', 'line 2, column 9: a comma before "}"'],
    [
      'a wrong type',
      JSON.stringify({ ...PLAY, ts: 'yesterday' }),
      'line 2, column "ts": "yesterday" is not a whole number',
    ],
    [
      'over-long text',
      JSON.stringify({ ...PLAY, level: 'x'.repeat(257) }),
      'line 2, column "level": 257 bytes of text, and the column holds 256',
    ],
    ['a missing key', JSON.stringify({ ...PLAY, page: null }), 'line 2, column "page": the value is missing'],
    [
      'a time out of range',
      JSON.stringify({ ...PLAY, ts: 999999999999999 }),
      'line 2, column "ts": event_time_in_range: ts 999999999999999',
    ],
  ])('%s ends with code 3, names file, line and column, and loads nothing', (_, line, message) =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const file = join(folder, 'log_data', 'bad.json');
      writeFileSync(file, `${linesOf([PLAY])}\n${line}\n`);
      const { stderr } = await run(folder, ['etl'], 3);
      expect(stderr).toContain(`${file}, ${message}`);
      expect((await json(folder, ['status'])).runs).toEqual([]);
      expect((await json(folder, ['status'])).rows).toMatchObject({
        staging_events: 0,
        staging_songs: 0,
        songplays: 0,
      });
      expect(await json(folder, ['etl'], 3)).toMatchObject({
        command: 'etl',
        status: 'failed',
        exit_code: 3,
        error: { problems: [{ file, line: 2 }] },
      });
      const quiet = await run(folder, ['etl', '--no-excerpts', '--json'], 3);
      expect(quiet.stderr).toContain(`${file}, ${message}`);
      expect(`${quiet.stdout}${quiet.stderr}`).not.toContain('excerpt');
      expect(`${quiet.stdout}${quiet.stderr}`).not.toContain('Setanta');
      writeFileSync(file, linesOf([PLAY]));
      expect((await json(folder, ['etl'])).rows).toMatchObject({ staging_events: 301 });
    }),
  );

  test.each([
    [['nonsense'], 2, 'Unknown argument: nonsense'],
    [['etl', '--nonsense'], 2, 'Unknown argument: nonsense'],
    [[], 2, 'Which command?'],
    [['etl', '--config', 'nowhere.cfg'], 2, 'nowhere.cfg'],
    [['etl', '--max-errors'], 2, 'Not enough arguments following: max-errors'],
    [['etl', '--max-errors', 'many'], 2, '--max-errors is NaN'],
    [['etl', '--max-errors', '1.5'], 2, '--max-errors is 1.5'],
    [['query'], 2, 'give one statement, or --question NAME'],
    [['query', '--question', 'nothing'], 2, 'there is no question nothing'],
    [['etl'], 1, 'npm run create-tables'],
    [['status'], 1, 'npm run create-tables'],
    [['generate-data', '--songs', '-1', '--out', 'new'], 2, 'songs'],
  ])('starload %j ends with code %i and says %s', (args, code, message) =>
    withProject(async (folder) => {
      const { stderr, stdout } = await runProcess(folder, args, code);
      expect(stderr).toContain(message);
      expect(stdout).toBe('');
    }),
  );

  test('a source that does not exist is an error, not an empty load', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      rmSync(join(folder, 'song_data'), { recursive: true });
      expect((await run(folder, ['etl'], 1)).stderr).toContain(`cannot read the source ${join(folder, 'song_data')}`);
    }));

  test('a second process is told who has the file', () =>
    withProject(async (folder) => {
      const path = join(folder, 'sparkify.duckdb');
      const warehouse = await openDuckdb({ path, readOnly: false, readable: [], memoryLimit: undefined });
      const { stderr } = await runProcess(folder, ['etl'], 1);
      await warehouse.close();
      expect(stderr).toContain(`${path} is in use by another process`);
      expect(stderr).toContain(`process id ${process.pid}`);
    }));
});

describe('bad records', () => {
  const bad = JSON.stringify({ ...PLAY, ts: 'yesterday' });
  const withBadFile = <T>(action: (folder: string, file: string) => Promise<T>) =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const file = join(folder, 'log_data', 'bad.json');
      writeFileSync(file, `${linesOf([PLAY])}\n${bad}\n{"ts":1,`);
      return action(folder, file);
    });

  test('are kept out up to a number, told, and kept in a table', () =>
    withBadFile(async (folder, file) => {
      expect((await run(folder, ['etl', '--max-errors', '1'], 3)).stderr).toContain('2 records are bad, and 1 may be');
      const dry = await json(folder, ['etl', '--max-errors', '2', '--dry-run']);
      expect([dry.rejected, dry.rejects.length, dry.statements.join()]).toEqual([
        2,
        2,
        expect.stringContaining('INSERT INTO "rejected_records"'),
      ]);
      const { stdout, stderr } = await run(folder, ['etl', '--max-errors', '2', '--no-excerpts']);
      expect(stdout).toMatch(/staging_events +\d+ +303 +0 +2 +0\n/);
      expect(stderr).toContain(
        `2 records kept out; rejected_records says why:\n  ${file}, line 2, column "ts": "yesterday" is not a whole`,
      );
      expect(stderr).not.toContain('Setanta');
      const sql = 'SELECT line, column_name, reason, excerpt FROM rejected_records ORDER BY line';
      expect(await json(folder, ['query', sql])).toEqual([
        { line: 2, column_name: 'ts', reason: '"yesterday" is not a whole number', excerpt: null },
        {
          line: 3,
          column_name: null,
          reason: 'line 3, column 9: the file ends inside the record that begins on line 3',
          excerpt: null,
        },
      ]);
      expect((await json(folder, ['status'])).runs[0]).toMatchObject({ records: 315, rejected: 2, quarantined: 0 });
      expect((await run(folder, ['status'])).stdout).toMatch(/size +rejected +files set aside\n/);
    }));

  test('set their files aside, which load once they are corrected', () =>
    withBadFile(async (folder, file) => {
      const broken = join(folder, 'song_data', 'bad.json.gz');
      writeFileSync(broken, 'no gzip');
      expect((await run(folder, ['etl', '--max-errors', '9'], 3)).stderr).toContain('one file is broken as a whole');
      const loaded = await json(folder, ['etl', '--quarantine']);
      const quarantined = [
        { table: 'staging_events', file },
        { table: 'staging_songs', file: broken },
      ];
      expect(loaded).toMatchObject({ status: 'loaded', rejected: 3, quarantined });
      expect(loaded.rejects.map(({ file: name, line }: { file: string; line?: number }) => [name, line])).toEqual([
        [file, 2],
        [file, 3],
        [broken, undefined],
      ]);
      const again = await run(folder, ['etl']);
      expect(again.stdout).toMatch(/^nothing new: all \d+ files are loaded already, 2 files set aside\n$/);
      expect(again.stderr).toContain(`set aside from staging_events until it is corrected: ${file}`);
      expect(await json(folder, ['plan'])).toMatchObject({ status: 'up_to_date', quarantined });
      expect((await run(folder, ['plan'])).stderr).toContain(`set aside from staging_songs until it is corrected`);
      expect((await json(folder, ['status'])).quarantined).toMatchObject([
        { table: 'staging_events', records: 3, line: 2, reason: '"yesterday" is not a whole number' },
        { table: 'staging_songs', records: 0, line: null, reason: expect.stringContaining('not a whole gzip file') },
      ]);
      expect((await run(folder, ['status'])).stdout).toContain('set aside from');
      writeFileSync(file, linesOf([PLAY]));
      rmSync(broken);
      expect(await json(folder, ['etl'])).toMatchObject({ rows: { staging_events: 301 }, quarantined: [] });
      // The ledger still has the one that is gone.
      expect((await json(folder, ['status'])).quarantined).toHaveLength(1);
    }));

  test('are tolerated as dwh.cfg says, which the command line outranks', () =>
    withBadFile(async (folder) => {
      const write = (load: string) => writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[LOAD]\n${load}\n`);
      write('QUARANTINE = yes');
      await run(folder, ['etl', '--no-quarantine'], 3);
      expect(await json(folder, ['etl'])).toMatchObject({ rejected: 3 });
      write('MAX_ERRORS = 1');
      expect(await json(folder, ['plan'])).toMatchObject({ tables: [{ files: [{ reason: 'quarantined' }] }, {}] });
      await run(folder, ['etl'], 3);
      expect(await json(folder, ['etl', '--max-errors', '2'])).toMatchObject({ status: 'loaded', rejected: 2 });
      write('MAX_ERRORS = some\nQUARANTINE = perhaps');
      expect((await run(folder, ['etl'], 2)).stderr).toMatch(/is no whole number[\s\S]*is neither yes nor no/);
    }));
});

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

test('what a killed load spooled is removed by the next command, and what a living one spools is not', () =>
  withProject(async (folder) => {
    const env = { TMPDIR: join(folder, 'tmp') };
    mkdirSync(env.TMPDIR);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const own = `starload-spool-${hostname().replaceAll(/[^\w.]/g, '_')}-`;
    const names = [`${own}${dead}-abc`, `${own}${process.pid}-abc`, 'starload-spool-elsewhere-1-abc', 'other'];
    for (const name of names) {
      mkdirSync(join(env.TMPDIR, name));
    }
    expect((await starload(['create-tables'], { cwd: folder, env })).code).toBe(0);
    expect(readdirSync(env.TMPDIR).sort()).toEqual(names.slice(1).sort());
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
        'a,b,c\r\n"x,y","",\n',
      );
      expect((await run(folder, ['query', "SELECT 12 AS number, 'a\tb' AS text"])).stdout).toBe(
        'number  text\n------  ----\n    12  a\\tb\n(1 row)\n',
      );
    }));

  test('changes nothing unless told to, and reaches no file', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const insert = "INSERT INTO users VALUES (1, 'a', 'b', 'F', 'free')";
      expect((await run(folder, ['query', insert], 1)).stderr).toMatch(/read-only[\s\S]*--write/i);
      expect((await run(folder, ['query', insert, '--write'])).stdout).toContain('rows_changed');
      expect(await json(folder, ['query', 'SELECT COUNT(*) AS n FROM users'])).toEqual([{ n: 1 }]);
      await run(folder, ['query', `COPY users TO '${join(folder, 'leak.csv')}'`, '--write'], 1);
      await run(folder, ['query', "SELECT * FROM read_text('/etc/hostname')", '--write'], 1);
      expect(existsSync(join(folder, 'leak.csv'))).toBe(false);
    }));

  test('answers the questions of sql/queries', () =>
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
