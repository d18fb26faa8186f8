import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { starload } from '../support/cli.ts';
import { CONFIG, json, run, runProcess, withProject } from '../support/cli-project.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

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

  test('create-tables beside the tables of another model advises a warehouse of its own first, and drops nothing', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      const config = join(folder, 'dwh.cfg');
      writeFileSync(config, readFileSync(config, 'utf8').replace('[S3]', '[S3]\nGITHUB_EVENTS = github_events'));
      const { stderr } = await run(folder, ['create-tables', '--model', 'github'], 1);
      expect(stderr).toMatch(/would drop rows: load_ledger \(\d+ rows\)\n/);
      expect(stderr).toContain('next: If another model loaded them, give this one a warehouse of its own:');
      expect((await run(folder, ['etl'])).stdout).toContain('nothing new');
      writeFileSync(config, `${readFileSync(config, 'utf8')}[DUCKDB]\nPATH = github.duckdb\n`);
      await run(folder, ['create-tables', '--model', 'github']);
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
      'line 2, column "level": 257 bytes of text, but the column holds 256',
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
      expect(quiet.stderr).toContain(`${file}, ${message.split(': ')[0]}: `);
      expect(`${quiet.stdout}${quiet.stderr}`).not.toMatch(/yesterday|999999999999999/);
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
    [['etl', '--max-errors', 'many'], 2, '--max-errors many is not a number'],
    [['etl', '--max-errors', ''], 2, '--max-errors "" is not a number'],
    [['etl', '--wait', 'soon', '--max-errors=x'], 2, '--max-errors x and --wait soon are not numbers'],
    [['rebuild', '--wait', 'soon'], 2, '--wait soon is not a number'],
    [['reconcile', '--sample', 'some', '--seed', '1x'], 2, '--sample some and --seed 1x are not numbers'],
    [['generate-data', '--songs', 'all', '--events', '1,000'], 2, '--songs all and --events 1,000 are not numbers'],
    [['certify', '--minutes', 'five', '--max-dollars', '$1'], 2, '--minutes five and --max-dollars $1 are not numbers'],
    [['etl', '--max-errors', '1.5'], 2, '--max-errors is 1.5'],
    [['query'], 2, 'on standard input, or --question NAME'],
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

  test('a load waits for a file that another process has, if it is told to, and says for whom', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const path = join(folder, 'sparkify.duckdb');
      const warehouse = await openDuckdb({ path, readOnly: false, readable: [], memoryLimit: undefined });
      let isClosed = false;
      const onStderr = (text: string) => {
        if (!isClosed && text.includes('waiting for it')) {
          isClosed = true;
          void warehouse.close();
        }
      };
      const { code, stderr } = await starload(['etl', '--wait', '10'], { cwd: folder, onStderr });
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`process id ${process.pid}; waiting`),
      });
      expect((await run(folder, ['etl', '--wait', '-1'], 2)).stderr).toContain('--wait is -1');
    }));

  test('a second process is told who has the file', () =>
    withProject(async (folder) => {
      const path = join(folder, 'sparkify.duckdb');
      const warehouse = await openDuckdb({ path, readOnly: false, readable: [], memoryLimit: undefined });
      const { stderr } = await runProcess(folder, ['etl'], 1);
      await warehouse.close();
      expect(stderr).toContain(`${path} is in use by another process`);
      expect(stderr).toContain(`process id ${process.pid}`);
      expect(stderr).toContain('next: Wait until it is done and run again; only one process at a time');
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
    }));
});

test('a file that ends inside a record is told without a blank excerpt', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    writeFileSync(join(folder, 'log_data', 'cut.json'), '{"ts": 12,\n');
    const { stderr } = await run(folder, ['etl'], 3);
    expect(stderr).toMatch(
      /cut\.json, line 2, column 1: the file ends inside the record that begins on line 1\nnext: /,
    );
  }));

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
      expect((await run(folder, ['etl', '--max-errors', '1'], 3)).stderr).toContain(
        '2 records are bad, but only 1 is allowed',
      );
      const dry = await json(folder, ['etl', '--max-errors', '2', '--dry-run']);
      expect([dry.rejected, dry.rejects.length, dry.statements.join()]).toEqual([
        2,
        2,
        expect.stringContaining('"rejected_records" ('),
      ]);
      const { stdout, stderr } = await run(folder, ['etl', '--max-errors', '2', '--no-excerpts']);
      expect(stdout).toMatch(/staging_events +\d+ +303 +0 +2 +0\n/);
      expect(stderr).toContain(
        `2 records rejected; see rejected_records:\n  ${file}, line 2, column "ts": the value is not a whole`,
      );
      expect(stderr).not.toContain('Setanta');
      const sql = 'SELECT line, column_name, reason, excerpt FROM rejected_records ORDER BY line';
      expect(await json(folder, ['query', sql])).toEqual([
        { line: 2, column_name: 'ts', reason: 'the value is not a whole number', excerpt: null },
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
      expect((await run(folder, ['etl'], 2)).stderr).toMatch(/is not a whole number[\s\S]*is neither yes nor no/);
    }));
});
