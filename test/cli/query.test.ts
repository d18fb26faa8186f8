import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MAIN } from '../support/cli.ts';
import { run, withProject } from '../support/cli-project.ts';
import { untimed } from '../support/untimed.ts';

/** Runs the built command with something on its standard input. */
function piped(folder: string, args: readonly string[], input: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr: untimed(stderr) };
}

test('the statement comes as an argument, from a file or on standard input', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const sql = 'SELECT 7 AS seven';
    const file = join(folder, 'my.sql');
    writeFileSync(file, `\ufeff${sql}\n`);
    const expected = 'seven\n-----\n    7\n(1 row)\n';
    expect((await run(folder, ['query', sql])).stdout).toBe(expected);
    expect((await run(folder, ['query', '-f', file])).stdout).toBe(expected);
    expect(piped(folder, ['query', '--', sql], '').stdout).toBe(expected);
    expect(piped(folder, ['query'], sql)).toEqual({ status: 0, stdout: expected, stderr: '' });
    expect(piped(folder, ['query'], '')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('give one statement'),
    });
    expect((await run(folder, ['query', sql, '-f', file], 2)).stderr).toContain('give one statement');
    expect((await run(folder, ['query', '-f', join(folder, 'nowhere.sql')], 2)).stderr).toContain('nowhere.sql');
  }));

test('--question without a name lists the questions', () =>
  withProject(async (folder) => {
    expect((await run(folder, ['query', '--question'])).stdout).toMatch(
      /^name +question\n[- ]+\nbusiest_hours +Which hours of the day \(UTC\) are the busiest\?\n/,
    );
    expect((await run(folder, ['query', '--question', 'nothing'], 2)).stderr).toContain('there is no question nothing');
  }));

test('a mistake in the statement is pointed at', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const { stderr } = await run(folder, ['query', 'SELECT nothing FROM users'], 1);
    expect(stderr).toContain('LINE 1: SELECT nothing FROM users\n               ^');
    expect(stderr).toContain('next: Correct the statement and run it again.');
  }));

test('rows that were printed before a statement fails are said to be not all, and no second document follows', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const sql = "SELECT CAST(CASE WHEN i < 300000 THEN '1' ELSE 'x' END AS INTEGER) AS n FROM range(400000) r(i)";
    const { stdout, stderr } = await run(folder, ['query', sql, '--json'], 1);
    expect(stdout).toMatch(/^\[\n {2}\{"n": 1\},\n/);
    expect(stdout).not.toContain('failed');
    expect(stderr).toMatch(/^error: the rows above are not all: Conversion Error: /);
  }));

test('rows that end early fail the command even where the error leaves the transaction of DuckDB usable', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const parsed = "CASE WHEN i < 300000 THEN json_serialize_sql('SELECT 1') ELSE CAST('{}' AS JSON) END";
    const sql = `SELECT json_deserialize_sql(CAST(${parsed} AS JSON)) AS s FROM range(400000) r(i)`;
    const { stderr } = await run(folder, ['query', sql, '--format', 'csv'], 1);
    expect(stderr).toMatch(/^error: the rows above are not all: Parser Error: /);
  }));

test('plan and status list the first of many, and --all lists every one', () =>
  withProject(async (folder) => {
    for (let n = 0; n < 60; n += 1) {
      writeFileSync(join(folder, 'song_data', `song-${n}.json`), '');
    }
    await run(folder, ['create-tables']);
    const { stdout } = await run(folder, ['plan']);
    expect(stdout).toMatch(/staging_songs +… 5\d more \(--all lists them\)/);
    const all = await run(folder, ['plan', '--all']);
    expect(all.stdout.match(/^staging_songs/gm)).toHaveLength(72);
    expect(all.stdout).not.toContain('…');
  }));
