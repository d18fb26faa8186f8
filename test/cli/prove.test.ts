import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';

/** A folder with data and a dwh.cfg whose model orders the events of a user by their time alone. */
function withModels(
  action: (run: (...args: readonly string[]) => ReturnType<typeof inProcess>, wrong: string) => Promise<void>,
) {
  return withFolder(async (folder) => {
    await generateData({ songs: 5, events: 60, seed: 1, out: folder });
    const wrong = join(folder, 'wrong');
    cpSync(BUILT_IN_MODEL, wrong, { recursive: true });
    const users = join(wrong, 'star', 'users.sql');
    // Whatever key it is given, a user is what the last row of any user says.
    writeFileSync(users, readFileSync(users, 'utf8').replace('PARTITION BY e.user_id ORDER', 'ORDER'));
    const config = join(folder, 'dwh.cfg');
    writeFileSync(config, '[S3]\nLOG_DATA = log_data\nSONG_DATA = song_data\n');
    await action((...args) => inProcess(['prove', '--config', config, ...args]), wrong);
  });
}

test('prove says what it tried, and that the built-in model is right', () =>
  withModels(async (run) => {
    const { code, stdout } = await run('--histories', '4');
    expect(code).toBe(0);
    expect(stdout).toMatch(/corrections +\d/);
    expect(stdout).toContain('4 histories tried with seed 1: each leaves what a rebuild gives');
    const proof = JSON.parse((await run('--histories', '2', '--seed', '7', '--json')).stdout);
    expect(proof).toMatchObject({ command: 'prove', status: 'proven', seed: 7, histories: 2, refused: 0 });
  }));

test('prove needs no dwh.cfg where --data names a folder with a folder for each source', () =>
  withFolder(async (folder) => {
    const data = join(folder, 'a #1; "odd" $HOME');
    await generateData({ songs: 5, events: 60, seed: 1, out: data });
    const run = (...args: readonly string[]) =>
      inProcess(['prove', '--config', join(folder, 'none.cfg'), '--histories', '2', '--data', data, ...args]);
    expect(await run('--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"histories": 2') });
    rmSync(join(data, 'song_data'), { recursive: true });
    expect(await run()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`there is no folder ${join(data, 'song_data')} for SONG_DATA`),
    });
  }));

test('prove prints the history after which a table is wrong, and the rows', () =>
  withModels(async (run, wrong) => {
    const { code, stdout, stderr } = await run('--model', wrong, '--shrink', '2');
    expect(code).toBe(3);
    expect(stdout).toMatch(/load 1:\n {2}(LOG|SONG)_DATA\/\d\.json\n {4}\{"/);
    expect(stdout).toMatch(/Then these tables differ from a rebuild:\ntable +row\n-+ +-+\nusers +\S/);
    expect(stderr).toContain('a history of loads does not leave what a rebuild gives');
    const hidden = await run('--model', wrong, '--shrink', '0', '--no-excerpts');
    expect(hidden).toMatchObject({ code: 3, stdout: expect.stringContaining('(record not shown)') });
    expect(hidden.stdout).not.toContain('{"artist"');
  }));

test('prove uses records whose numbers JavaScript cannot hold, and prints them as they are', () =>
  withModels(async (run, wrong) => {
    const folder = join(dirname(wrong), 'log_data');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json')) continue;
      const lines = readFileSync(join(folder, file), 'utf8').replace(/\}$/gm, ',"n":12345678901234567890}');
      writeFileSync(join(folder, file), lines);
    }
    for (const json of [[], ['--json']]) {
      const { code, stdout } = await run('--model', wrong, '--shrink', '0', ...json);
      expect(code).toBe(3);
      expect(stdout).toMatch(/"n": ?12345678901234567890\b/);
    }
  }));

test('prove says that nothing is proven if every load refuses its data, and names the history where a statement fails', () =>
  withModels(async (run, wrong) => {
    const check = join(wrong, 'checks', 'staged', 'event_time_in_range.sql');
    const text = readFileSync(check, 'utf8');
    writeFileSync(check, text.replace(/ts < -?\d+/, 'ts > 0'));
    const songs = join(wrong, 'checks', 'staged', 'no_songs.sql');
    const none = (table: string) =>
      `-- severity: error\nSELECT CAST('no' AS VARCHAR(9)) AS offender, CAST('${table}' AS VARCHAR(127)) AS staging_table, CAST(NULL AS VARCHAR(127)) AS staging_column, CAST(NULL AS VARCHAR(256)) AS staging_value FROM ${table} WHERE loaded_at >= {since}`;
    writeFileSync(songs, none('staging_songs'));
    writeFileSync(check, none('staging_events'));
    const refused = await run('--model', wrong, '--histories', '3');
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('nothing is proven: ') });
    writeFileSync(songs, none('staging_songs').replace('loaded_at >= {since}', '1 = 0'));
    writeFileSync(check, none('staging_events').replace('loaded_at >= {since}', '1 = 0'));
    const users = join(wrong, 'star', 'users.sql');
    writeFileSync(
      users,
      readFileSync(users, 'utf8').replace(
        'SELECT user_id, first_name,',
        'SELECT user_id, CAST(CAST(first_name AS BIGINT) AS VARCHAR(9)) AS first_name,',
      ),
    );
    const failed = await run('--model', wrong, '--histories', '30');
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/\(history \d+, seed 1\)/) });
  }));

test('prove refuses sources without records, and files that are none, by their names', () =>
  withFolder(async (folder) => {
    await generateData({ songs: 1, events: 10, seed: 1, out: folder });
    const config = join(folder, 'dwh.cfg');
    writeFileSync(config, '[S3]\nLOG_DATA = log_data\nSONG_DATA = song_data\n');
    const run = () => inProcess(['prove', '--config', config, '--histories', '1']);
    expect((await run()).code).toBe(0);
    writeFileSync(join(folder, 'song_data', 'a.json'), '{"song_id":');
    expect(await run()).toMatchObject({ code: 3, stderr: expect.stringContaining('song_data/a.json') });
    rmSync(join(folder, 'song_data'), { recursive: true });
    mkdirSync(join(folder, 'song_data'));
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining('song_data holds no record') });
  }));

test.each([
  ['--histories', '0', 'Give a whole number above 0'],
  ['--seed', '1.5', 'Give one whole number from 0'],
  ['--shrink', '-1', 'Give seconds, from 0 to 86400'],
])('prove refuses %s %s', (option, value, next) =>
  withModels(async (run) => {
    expect(await run(option, value)).toMatchObject({ code: 2, stderr: expect.stringContaining(next) });
  }),
);
