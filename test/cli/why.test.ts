import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { firstLog } from '../support/advice-trial.ts';
import { json, run, withProject } from '../support/cli-project.ts';

test('why tells of a row its records with file and line, and of a missing one what there is of it', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const log = firstLog(folder);
    const event = (more: object) =>
      `${JSON.stringify({ ts: 1541105830796, page: 'NextSong', sessionId: 1, itemInSession: 1, ...more })}\n`;
    const user = { userId: '987654', auth: 'Logged In', level: 'free', firstName: 'Ann' };
    writeFileSync(
      log,
      `\n${event(user)}${event({ userId: '876543', auth: 'Logged Out' })}{"userId":"765432","ts":"x"}\n`,
    );
    const { run_id } = await json(folder, ['etl', '--max-errors', '1']);
    const told = await json(folder, ['why', 'users', '987654']);
    expect(told).toMatchObject({
      command: 'why',
      status: 'found',
      table: 'users',
      key: { user_id: '987654' },
      row: { user_id: 987654, first_name: 'Ann', level: 'free' },
      from: { level: ['staging_events.level'] },
      inputs: [{ table: 'current_events', rows: 1, by: 'key' }],
      records: [
        { table: 'staging_events', counts: true, run_id, uri: `file://${log}`, line: 2, values: { userid: 987654 } },
      ],
      rejected: [],
    });
    const { stdout } = await run(folder, ['why', 'users', 'user_id=987654']);
    expect(stdout).toMatch(/^users, user_id 987654\n/);
    expect(stdout).toContain('The whole row comes from the user');
    expect(stdout).toMatch(new RegExp(`yes .*${run_id} +file://${log} +2 `));

    expect(await json(folder, ['why', 'users', '876543'])).toMatchObject({
      status: 'missing',
      row: null,
      records: [{ line: 3 }],
    });
    expect((await run(folder, ['why', 'users', '876543'])).stdout).toContain(
      'users has no row with user_id 876543: 1 record of staging could be meant, and the SELECT of users makes no such row of it',
    );
    expect((await run(folder, ['why', 'users', '765432'])).stdout).toMatch(
      /staging has no record of it, but records were kept out that may hold it\n[\s\S]*rejected_records\n[\s\S]* 4 /,
    );
    expect((await run(folder, ['why', 'users', '1234321'])).stdout).toContain(
      'neither staging nor rejected_records has a record of it',
    );
    for (const tooMany of [
      ['1', '987654'],
      ['user_id=1', 'user_id=987654'],
    ]) {
      expect((await run(folder, ['why', 'users', ...tooMany], 2)).stderr).toContain('the key of users is user_id');
    }
    const elsewhere = ['--config', 'no.cfg', 'why', 'users', '987654', '--config', 'dwh.cfg'];
    expect(await json(folder, elsewhere)).toMatchObject({ status: 'found' });
    expect((await run(folder, ['why', 'nothing', '1'], 2)).stderr).toContain('The tables are: ');
    expect((await run(folder, ['why', 'users'], 2)).stderr).toContain('why');
  }));
