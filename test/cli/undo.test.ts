import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { firstLog } from '../support/advice-trial.ts';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';

const rowsOf = async (folder: string) => (await json(folder, ['status'])).rows;

test('a run that loaded a bad file is undone, its files stay out, and come back when that is asked for', () =>
  withProject(async (folder) => {
    expect(CONFIG).toContain('LOG_DATA');
    await run(folder, ['create-tables']);
    const first = await json(folder, ['etl']);
    const log = firstLog(folder);
    appendFileSync(
      log,
      '{"ts": 1, "page": "NextSong", "sessionId": 1, "itemInSession": 1, "userId": "7", "auth": "Logged In"}\n',
    );
    const { run_id: bad } = await json(folder, ['etl']);
    expect((await rowsOf(folder)).staging_events).toBeGreaterThan(first.rows.staging_events);

    const tried = await json(folder, ['undo', bad, '--dry-run']);
    const taken = { table: 'staging_events', files: 1, rejected: 0 };
    expect(tried).toMatchObject({ command: 'undo', status: 'planned', run_id: bad, tables: [taken], rows: {} });
    expect(tried.files).toEqual([{ table: 'staging_events', uri: expect.stringContaining('.json') }]);
    const shown = await run(folder, ['undo', bad, '--dry-run']);
    expect(shown.stdout).toContain(tried.files[0].uri);
    expect(shown.stdout).toContain(`${tried.statements.at(-1)};`);
    expect(shown.stderr).toContain(`${tried.statements.length} statements would run in one transaction`);

    // Without a terminal nobody can say yes.
    const refused = await run(folder, ['undo', bad], 1);
    expect(refused.stderr).toContain('error: nothing was undone');
    expect(refused.stderr).toContain(`staging_events: ${tried.tables[0].rows} rows of 1 file`);
    const done = await run(folder, ['undo', bad, '--yes']);
    expect(done.stdout).toContain(`run ${bad} undone`);
    expect(await rowsOf(folder)).toEqual(first.rows);
    expect(await json(folder, ['undo', bad, '--yes'])).toMatchObject({ status: 'up_to_date', tables: [], rows: {} });
    expect((await run(folder, ['undo', bad])).stdout).toBe(`nothing to undo: the run ${bad} was undone already\n`);

    const { stdout, stderr } = await run(folder, ['etl']);
    expect(stdout).toMatch(/^nothing new: all \d+ files are loaded already, 1 file undone\n$/);
    expect(stderr).toContain(
      'note: one file is left out because its load was undone; npm run etl -- --again loads what',
    );
    const plan = await json(folder, ['plan']);
    expect(plan).toMatchObject({ status: 'up_to_date', tables: [{ undone: [tried.files[0].uri] }, { undone: [] }] });
    expect((await run(folder, ['plan'])).stdout).toBe('nothing to load: every other file is already loaded\n');
    expect((await json(folder, ['status'])).runs).toMatchObject([{ run_id: bad, undone: 1 }, { undone: 0 }]);
    expect((await run(folder, ['status'])).stdout).toMatch(/files undone\n/);
    expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({ status: 'agreed' });
    await run(folder, ['create-tables', '--force']);
    expect(await json(folder, ['etl'])).toMatchObject({ tables: [{ undone: 1 }, { undone: 0 }] });

    const again = await json(folder, ['etl', '--again']);
    expect(again).toMatchObject({ status: 'loaded', tables: [{ files: 1, undone: 0 }, {}] });
    expect(await json(folder, ['undo', again.run_id, '--yes'])).toMatchObject({ status: 'undone', tables: [taken] });
    rmSync(join(folder, 'sparkify.duckdb'));
    expect((await run(folder, ['undo', bad], 1)).stderr).toContain('create-tables');
  }));

test('one file is undone, by its name or URI, and all that it brought', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const first = await json(folder, ['etl']);
    const log = firstLog(folder);
    const shown = await json(folder, ['undo', '--file', log, '--dry-run']);
    expect(shown).toMatchObject({ status: 'planned', run_id: null, uri: `file://${log}`, runs: [first.run_id] });
    expect((await run(folder, ['undo', '--file', log], 1)).stderr).toContain('Add --yes to undo the file.');
    const done = await run(folder, ['undo', '--file', `file://${log}`, '--yes']);
    expect(done.stdout).toContain(`file file://${log} undone`);
    const { rows } = shown.tables[0];
    expect((await rowsOf(folder)).staging_events).toBe(first.rows.staging_events - rows);
    expect((await run(folder, ['undo', '--file', log])).stdout).toBe(
      `nothing to undo: the file file://${log} was undone already\n`,
    );
    expect(await json(folder, ['etl'])).toMatchObject({ status: 'up_to_date', tables: [{ undone: 1 }, {}] });
    expect(await json(folder, ['reconcile', '--recount'])).toMatchObject({ status: 'agreed' });
  }));

test('wrong uses of undo are refused with what to do', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    expect((await run(folder, ['undo'], 2)).stderr).toContain('undo');
    expect((await run(folder, ['undo', '1'], 2)).stderr).toContain('has no run 1');
    expect((await run(folder, ['undo', '1', '--file', 'x'], 2)).stderr).toContain(
      'give either the id of a run, or --file',
    );
    expect((await run(folder, ['undo', '--file', 'x.json'], 2)).stderr).toContain(`has no file file://`);
    expect(await json(folder, ['undo', 'x\u001b[2J'], 2)).toMatchObject({
      status: 'failed',
      error: { kind: 'UsageError' },
    });
  }));
