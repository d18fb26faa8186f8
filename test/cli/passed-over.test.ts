import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { json, run, withProject } from '../support/cli-project.ts';
import { inProcess } from '../support/in-process.ts';

const BECAUSE = 'their names do not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2';

/** A project whose events have two files with other names beside them, and a hidden one. */
function withOthers(action: (folder: string, told: string) => Promise<void>): Promise<void> {
  return withProject(async (folder) => {
    await run(folder, ['create-tables']);
    for (const name of ['a.csv', 'b.xml', '.c.csv']) writeFileSync(join(folder, 'log_data', name), 'no data');
    await action(folder, `2 files are passed over, because ${BECAUSE}, such as ${join(folder, 'log_data', 'a.csv')}`);
  });
}

function init(model: string, from: string) {
  return inProcess(['init', model, '--from', from], { env: { NO_COLOR: '1' } });
}

test('files with other names are told by every command that lists a source', () =>
  withOthers(async (folder, told) => {
    const example = join(folder, 'log_data', 'a.csv');
    expect((await run(folder, ['plan'])).stderr).toMatch(new RegExp(`staging_events: \\d+ files found; ${told}\n`));
    expect((await json(folder, ['plan'])).tables[0].skipped).toContainEqual(
      expect.objectContaining({ label: example }),
    );
    expect((await run(folder, ['check'])).stdout).toMatch(new RegExp(`ok +list LOG_DATA: \\S+ files: \\d+; ${told}\n`));
    const { tables, warnings } = await json(folder, ['etl']);
    expect(tables.map((table: { passed_over: unknown }) => table.passed_over)).toEqual([
      { files: 2, compressed: 0, example },
      null,
    ]);
    expect(warnings).toEqual([]);
    expect((await json(folder, ['reconcile'])).notes).toEqual([`${join(folder, 'log_data')}: ${told}`]);
    expect((await run(folder, ['etl'])).stderr).toContain(told);
  }));

test('files with other names are a warning if a source has nothing else', () =>
  withOthers(async (folder, told) => {
    for (const name of ['2018', '.c.csv']) rmSync(join(folder, 'log_data', name), { recursive: true });
    const offender = `${join(folder, 'log_data')} holds no files to load: ${told}`;
    expect((await run(folder, ['etl'])).stderr).toContain(`warning: passed_over: ${offender}\n`);
    for (const args of [['etl'], ['etl', '--no-excerpts'], ['plan'], ['etl', '--dry-run']]) {
      expect((await json(folder, args)).warnings).toEqual([{ rule: 'passed_over', offender }]);
    }
    expect((await run(folder, ['etl', '--expect-files'], 3)).stderr).toContain(`holds no files; ${told}`);
    expect((await json(folder, ['check'])).checks).toContainEqual(
      expect.objectContaining({
        check: 'list LOG_DATA',
        status: 'warning',
        reason: `${join(folder, 'log_data')} holds no data; ${told}`,
      }),
    );
    expect((await run(folder, ['prove', '--histories', '1'], 1)).stderr).toContain(`holds no record; ${told}`);
    const { code, stderr } = await init(join(folder, 'model'), join(folder, 'log_data'));
    expect(code).toBe(1);
    expect(stderr).toContain(`holds no records; ${told}`);
  }));

test('a file that is compressed, but in another way, is told with what to do', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const file = join(folder, 'log_data', '2018-12-01.json.xz');
    writeFileSync(file, 'no data');
    expect((await run(folder, ['etl'])).stderr).toContain(
      `files found; 1 file is passed over, because it is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip: ${file}\n`,
    );
  }));

test('a source of .jsonl files gives a model named without the ending, and is loaded, proven and reconciled', () =>
  withProject(async (folder) => {
    const file = join(folder, 'Orders.JSONL');
    writeFileSync(file, '{"id":1,"total":2}\n{"id":2,"total":3}\n');
    const own = join(folder, 'own');
    expect(await init(own, file)).toMatchObject({ code: 0, stdout: expect.stringContaining('ORDERS: 2 records') });
    await run(own, ['create-tables']);
    expect((await json(own, ['etl'])).rows).toMatchObject({ orders: 2 });
    expect((await json(own, ['reconcile', '--recount'])).status).toBe('agreed');
    expect((await json(own, ['prove', '--histories', '3'])).status).toBe('proven');
  }));
