import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { MAIN } from '../support/cli.ts';
import { CAN_FORBID, CAN_MOUNT, forbid, NO_MOUNT, withSmallDisk } from '../support/disks.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { testIf } from '../support/skips.ts';
import { untimed } from '../support/untimed.ts';

/** About 4 MB of text. */
const EVENTS = 8000;
let sample = '';
beforeAll(async () => {
  sample = mkdtempSync(join(tmpdir(), 'starload-sample-'));
  await generateData({ songs: 12, events: EVENTS, seed: 3, out: sample });
});
afterAll(() => rmSync(sample, { recursive: true, force: true }));

/** A folder with a dwh.cfg that names the sample, and how a line of a shell ends there. */
function withProject(more: string, action: (run: Run, folder: string) => Promise<void> | void): Promise<void> {
  return withFolder(async (folder) => {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const config = `[S3]\nLOG_DATA=${sample}/log_data\nSONG_DATA=${sample}/song_data\n${more}`;
    writeFileSync(join(folder, 'dwh.cfg'), config);
    const run: Run = (command, { before = ':', TMPDIR = temporary, after = '' } = {}) => {
      const line = `${before}; exec '${process.execPath}' '${MAIN}' ${command} ${after}`;
      const env = { ...process.env, NO_COLOR: '1', TMPDIR };
      const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: folder, env, encoding: 'utf8' });
      expect(readdirSync(temporary)).toEqual([]);
      return { status, stdout, stderr: untimed(stderr) };
    };
    await action(run, folder);
  });
}

type Run = (
  command: string,
  options?: { readonly before?: string; readonly TMPDIR?: string; readonly after?: string },
) => { status: number | null; stdout: string; stderr: string };

/** Nothing is loaded; and then, in a place with room, everything is. */
async function loads(folder: string, isLoaded: boolean): Promise<void> {
  const count = ['query', 'SELECT COUNT(*) FROM staging_events', '--format', 'csv'];
  const { stdout } = await inProcess([...count, '--config', join(folder, 'dwh.cfg')]);
  expect(Number(stdout.split('\n')[1])).toBe(isLoaded ? EVENTS : 0);
}

describe('no space', () => {
  test('for temporary files: the load says how much is free and needed, and leaves nothing', () =>
    withProject('', async (run, folder) => {
      run('create-tables');
      // A limit on the size of a file leads everybody where a full disk leads.
      const { status, stderr } = run('etl', { before: 'ulimit -f 2000' });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(
          /error: no space for temporary files: [\d.]+ \wB are free in \S+\/tmp, and the files of this run have [\d.]+ MB \(EFBIG: file too large, write\)\nnext: Free some space there, .* MAX_RUN_SIZE under \[LOAD\]/,
        ),
      });
      await loads(folder, false);
      expect(run('etl').status).toBe(0);
      await loads(folder, true);
    }));

  testIf(CAN_MOUNT, NO_MOUNT)(
    'for temporary files on a disk that is full: smaller runs need less, and another TMPDIR has more',
    () =>
      withSmallDisk(2, ({ path }) =>
        withProject('', async (run, folder) => {
          run('create-tables');
          const { status, stderr } = run('etl', { TMPDIR: path });
          expect({ status, stderr }).toEqual({
            status: 1,
            stderr: expect.stringMatching(/no space for temporary files: [\d.]+ \w?B are free in .*\(ENOSPC: /),
          });
          expect(readdirSync(path)).toEqual([]);
          await loads(folder, false);
          cpSync(join(folder, 'dwh.cfg'), join(folder, 'small.cfg'));
          writeFileSync(join(folder, 'small.cfg'), '[LOAD]\nMAX_RUN_SIZE=1MB\n', { flag: 'a' });
          expect(run('etl --config small.cfg', { TMPDIR: path }).status).toBe(0);
          await loads(folder, true);
          expect(run('create-tables --force').status).toBe(0);
          expect(run('etl --no-replay').status).toBe(0);
          await loads(folder, true);
        }),
      ),
  );

  testIf(CAN_MOUNT, NO_MOUNT)(
    'for the warehouse: nothing is loaded, and with more space the same load goes through',
    () =>
      withSmallDisk(2, ({ path, grow }) =>
        withProject(`[DUCKDB]\nPATH=${path}/w.duckdb\n`, async (run, folder) => {
          run('create-tables');
          const { status, stderr } = run('etl');
          expect({ status, stderr }).toEqual({
            status: 1,
            stderr: expect.stringMatching(
              /error: no space for the warehouse: [\d.]+ \w?B are free in \S+ \(.*No space left on device\)\nnext: Free some space there and run again: /,
            ),
          });
          await loads(folder, false);
          grow(100);
          expect(run('etl').status).toBe(0);
          await loads(folder, true);
          expect(run('reconcile').status).toBe(0);
        }),
      ),
  );

  testIf(existsSync('/dev/full'), 'there is no /dev/full here')(
    'for the result: said, with exit code 1; what was loaded is',
    () =>
      withProject('', async (run, folder) => {
        run('create-tables');
        const { status, stderr } = run('etl', { after: '> /dev/full' });
        expect({ status, stderr }).toEqual({
          status: 1,
          stderr: expect.stringMatching(
            /error: cannot write the result to standard output: ENOSPC: .*\nnext: Free some space where the output goes, and run again: nothing is loaded twice\.\n$/,
          ),
        });
        await loads(folder, true);
        expect(run('etl').stdout).toContain('nothing new');
      }),
  );
});

describe('a folder that nothing can be written to', () => {
  test.each([
    ['is missing', 'nowhere', 'ENOENT'],
    ['is a file', 'dwh.cfg', 'ENOTDIR'],
  ])('for temporary files, because it %s: check finds it, a load names it', (_, name, code) =>
    withProject('', (run, folder) => {
      run('create-tables');
      const TMPDIR = join(folder, name);
      const said = `cannot write temporary files in ${TMPDIR}: ${code}`;
      const next = 'next: Set TMPDIR to a folder that is there and that you may write to, and run again.';
      const checked = run('check', { TMPDIR });
      expect(checked).toMatchObject({
        status: 1,
        stdout: expect.stringContaining(`failed   temporary files: ${said}`),
      });
      expect(checked.stdout).toContain(next);
      const { status, stderr } = run('etl', { TMPDIR });
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`error: ${said}`) });
      expect(stderr).toContain(next);
      expect(run('etl').status).toBe(0);
    }),
  );

  testIf(CAN_FORBID, NO_MOUNT)('for the warehouse: check finds it before create-tables does', () =>
    withProject('[DUCKDB]\nPATH=closed/w.duckdb\n', (run, folder) => {
      const closed = join(folder, 'closed');
      const open = forbid(closed);
      try {
        const { status, stdout } = run('check');
        expect({ status, stdout }).toEqual({
          status: 1,
          stdout: expect.stringContaining(`failed   warehouse folder: nothing can be written in ${closed}: `),
        });
        expect(stdout).toContain(
          'next: Let this user write there, or name a file in another folder: [DUCKDB] PATH in dwh.cfg.',
        );
        expect(run('create-tables')).toMatchObject({
          status: 1,
          stderr: expect.stringMatching(/cannot open .*\nnext: You may not read or write it: change its permissions/),
        });
      } finally {
        open();
      }
      expect(run('check').stdout).toContain('ok       warehouse folder: ');
      expect(run('create-tables').status).toBe(0);
    }),
  );
});
