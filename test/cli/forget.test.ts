import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { firstLog } from '../support/advice-trial.ts';
import { json, run, withProject } from '../support/cli-project.ts';

test('a person is forgotten: told before, removed from all tables, left out of later loads, and never shown', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    await json(folder, ['etl']);
    const name = "'Zoë O''Hara'";
    const log = firstLog(folder);
    const theirs = (item: number) =>
      `{"ts": 1541105830796, "page": "NextSong", "sessionId": 1, "itemInSession": ${item}, "userId": "86753090", "lastName": "Zoë O'Hara", "auth": "Logged In"}\n`;
    const lines = readFileSync(log, 'utf8').split('\n').length;
    appendFileSync(log, theirs(1) + theirs(2));
    const { rows } = await json(folder, ['etl']);

    const where = ['forget', '--where', `lastName = ${name} AND userid = 86753090`];
    const tried = await json(folder, [...where, '--dry-run']);
    const told = { command: 'forget', table: 'staging_events', columns: ['lastname', 'userid'], staged: 2, runs: 1 };
    const file = { uri: expect.stringContaining('.json'), records: 2, line: lines };
    expect(tried).toMatchObject({ ...told, status: 'planned', run_id: null, files: [file], unread: [], rows: {} });
    const shown = await run(folder, [...where, '--dry-run']);
    expect(shown.stdout).toContain('these files still hold them');
    expect(shown.stdout).toContain(`${tried.statements.at(-1)};`);
    expect((await run(folder, where, 1)).stderr).toContain('error: nothing was forgotten');
    expect((await json(folder, ['status'])).rows).toEqual(rows);

    const done = await run(folder, [...where, '--yes']);
    expect(done.stdout).toMatch(/staging_events +2 +\d/);
    expect(done.stdout).toContain('forgotten as lastname and userid of staging_events, digest ');
    expect(await json(folder, [...where, '--yes'])).toMatchObject({ status: 'up_to_date', run_id: null, staged: 0 });
    expect((await run(folder, where)).stdout).toContain('nothing to remove: these records are left out already');
    appendFileSync(log, theirs(3));
    const loaded = await json(folder, ['etl']);
    expect(loaded.tables[0]).toMatchObject({ files: 1, forgotten: 3 });
    expect(loaded.rows.users).toBe(rows.users - 1);
    const status = await json(folder, ['status']);
    expect(status.forgets).toMatchObject([{ table: 'staging_events', columns: ['lastname', 'userid'] }]);
    expect(status.runs.map((one: { forgotten: number }) => one.forgotten)).toEqual([3, 2, 0]);
    expect((await run(folder, ['status'])).stdout).toMatch(/forgotten in +by +since/);
    expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({
      status: 'agreed',
      notes: expect.arrayContaining([expect.stringContaining('one person is forgotten')]),
    });

    const runLog = readFileSync(join(folder, '.starload/runs.jsonl'), 'utf8');
    const printed = [JSON.stringify(tried), shown.stdout, done.stdout, done.stderr, JSON.stringify(status), runLog];
    expect(printed.filter((text) => /86753090|Hara/.test(text))).toEqual([]);
    expect((await run(folder, ['forget'], 2)).stderr).toContain('where');
    expect((await run(folder, ['forget', '--where', "lastname = 'Zoë"], 2)).stderr).not.toContain('Zoë');
  }));

test('one condition in one argument is needed, and what else the command line has is not repeated', () =>
  withProject(async (folder) => {
    const split = await run(folder, ['forget', '--where', 'userid', '=', '86753090'], 2);
    expect(split.stderr).toContain('Put the whole condition in quotes');
    expect(split.stderr).not.toContain('86753090');
    const twice = await run(folder, ['forget', '--where', 'userid = 86753090', '--where=firstname = Ann', '--yes'], 2);
    expect(twice.stderr).toContain('forget takes one --where, and was given 2');
    expect(twice.stderr).not.toContain('86753090');
  }));

test('check --deep does not copy a record of somebody who is forgotten', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    await json(folder, ['etl']);
    await run(folder, ['forget', '--where', 'userid = 86753090', '--yes']);
    rmSync(join(folder, 'log_data'), { recursive: true });
    mkdirSync(join(folder, 'log_data'));
    const needed = '"page": "Home", "sessionId": 1, "itemInSession": 1';
    const name = 'x'.repeat(2000);
    writeFileSync(
      join(folder, 'log_data/a.json'),
      `{"ts": 1, ${needed}, "userId": "86753090", "lastName": "${name}"}\n`,
    );
    const { checks } = await json(folder, ['check', '--deep']);
    expect(checks).toContainEqual(
      expect.objectContaining({
        check: 'copy LOG_DATA',
        status: 'skipped',
        reason: expect.stringContaining('is forgotten'),
      }),
    );
  }));
