import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { plainMessage } from '../../src/cli/plain-message.ts';
import { type LoggedRun, RunLog } from '../../src/cli/run-log.ts';
import { DataError, InterruptedError, UsageError } from '../../src/errors.ts';
import { StepFailed, WarehouseError } from '../../src/warehouse/errors.ts';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';
import { PLAY } from '../support/records.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/;
const BAD = `${JSON.stringify({ ...PLAY, ts: 'yesterday' })}\n`;

const badFile = (folder: string) => join(folder, 'log_data/bad.json');
const logFile = (folder: string) => join(folder, '.starload/runs.jsonl');

describe('a load that fails', () => {
  test('is told with time, warehouse and run, and shown by status without a value of the data', () =>
    withProject(async (folder) => {
      const warehouse = join(folder, 'sparkify.duckdb');
      writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[DUCKDB]\nPATH=${warehouse}\n`);
      await run(folder, ['create-tables']);
      writeFileSync(badFile(folder), BAD);
      const failed = await json(folder, ['etl'], 3);
      expect(failed).toMatchObject({
        status: 'failed',
        time: expect.stringMatching(TIME),
        warehouse,
        engine: 'duckdb',
        schema: null,
        run_id: expect.stringMatching(RUN_ID),
      });
      const { failures, runs } = await json(folder, ['status']);
      expect(failures).toEqual([
        {
          time: expect.stringMatching(TIME),
          command: 'etl',
          run_id: failed.run_id,
          seconds: expect.any(Number),
          exit_code: 3,
          message: `one record cannot be loaded; nothing was loaded (first: ${badFile(folder)}, line 1, column ts)`,
        },
      ]);
      expect(runs).toEqual([]);
      expect(readFileSync(logFile(folder), 'utf8')).not.toMatch(new RegExp(`yesterday|${PLAY.firstName}`));
      expect(statSync(logFile(folder)).mode & 0o777).toBe(0o600);
      expect((await run(folder, ['status'])).stdout).toMatch(
        /failed at \(UTC\) .*\n-+ .*\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}etl +3 .* one record cannot be loaded; nothing/,
      );
    }));

  test('is shown beside the loads that did not, each with how long it took', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      writeFileSync(badFile(folder), BAD);
      await run(folder, ['etl'], 3);
      await run(folder, ['etl'], 3);
      const told = await json(folder, ['status']);
      expect(told.runs.map(({ seconds }: LoggedRun) => seconds)).toEqual([expect.any(Number)]);
      expect(told.failures).toHaveLength(2);
      expect((await run(folder, ['status'])).stdout).toMatch(/duration .*\n-+ .*\n\S+ {2}\S+ \S+ {2}\d+\.\d s /);

      rmSync(join(folder, '.starload'), { recursive: true });
      const elsewhere = await json(folder, ['status']);
      expect(elsewhere.runs.map(({ seconds }: LoggedRun) => seconds)).toEqual([null]);
      expect(elsewhere.failures).toEqual([]);
    }));

  test('leaves other runs to be shown one by one, with their files and the times of their steps', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const { run_id: id } = await json(folder, ['etl']);
      const told = await json(folder, ['status', id]);
      expect(told).toMatchObject({
        runs: [{ run_id: id, seconds: expect.any(Number) }],
        files: expect.arrayContaining([
          expect.objectContaining({ table: 'staging_events', status: 'loaded', run_id: id }),
        ]),
      });
      expect(told.files).toHaveLength(told.runs[0].files);
      expect(told.runs[0].steps.map(({ step }: { step: string }) => step)).toContain('insert_songplays');
      expect((await run(folder, ['status', id])).stdout).toMatch(
        /^run .*\n-.*\n\S+.*\n\ntable +status .*\n[\s\S]*\nstep +seconds\n[\s\S]*\ninsert_songplays +\d+\.\d{3}\n/,
      );

      // A run that is repeated after create-tables is logged under the same id.
      const repeated = { seconds: 77, steps: [{ step: 'reading', seconds: 76 }] };
      const first = JSON.parse(readFileSync(logFile(folder), 'utf8').trim().split('\n').at(-1) ?? '');
      expect(first).toMatchObject({ run_id: id, steps: told.runs[0].steps });
      appendFileSync(logFile(folder), `${JSON.stringify({ ...first, ...repeated })}\n`);
      expect((await json(folder, ['status', id])).runs).toMatchObject([{ run_id: id, ...repeated }]);

      rmSync(join(folder, '.starload'), { recursive: true });
      expect((await json(folder, ['status', id])).runs).toMatchObject([{ run_id: id, seconds: null, steps: null }]);
      for (const other of ['20261127T061826Z-5b1f0c9a7d3e2468', "x' OR 1=1"]) {
        expect((await run(folder, ['status', other], 2)).stderr).toContain(`has no run ${other}`);
      }
    }));

  test('because dwh.cfg is wrong is shown once it is right', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[LOAD]\nMAX_ERRORS=few\n`);
      const failed = await json(folder, ['etl'], 2);
      expect(failed).toMatchObject({ time: expect.stringMatching(TIME), warehouse: null, run_id: null });
      writeFileSync(join(folder, 'dwh.cfg'), CONFIG);
      expect((await json(folder, ['status'])).failures).toMatchObject([
        { command: 'etl', exit_code: 2, run_id: null, message: expect.stringMatching(/dwh.cfg: one mistake$/) },
      ]);
    }));

  test('ends as it would where it cannot be written down, and says so', () =>
    withProject(async (folder) => {
      writeFileSync(join(folder, '.starload'), 'a file where the folder should be');
      await run(folder, ['create-tables']);
      writeFileSync(badFile(folder), BAD);
      const { stderr } = await run(folder, ['etl'], 3);
      expect(stderr).toMatch(/^note: npm run status will not show this failure: cannot write .*runs\.jsonl: /m);
      expect(stderr).toContain('error: one record cannot be loaded');
    }));
});

test('what only looks, and what is tried out, is not written down', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    const before = readFileSync(logFile(folder), 'utf8');
    writeFileSync(badFile(folder), BAD);
    await run(folder, ['etl', '--dry-run'], 3).catch(() => undefined);
    await run(folder, ['query', 'SELECT nothing FROM users'], 1);
    expect(readFileSync(logFile(folder), 'utf8')).toBe(before);
  }));

test('a path to a dwh.cfg that is not there makes no folder', () =>
  withFolder(async (folder) => {
    const { code } = await inProcess(['etl', '--config', join(folder, 'nowhere/dwh.cfg')]);
    expect([code, existsSync(join(folder, 'nowhere')), existsSync(join(folder, '.starload'))]).toEqual([
      2,
      false,
      false,
    ]);
  }));

describe('what is written down', () => {
  const entry = (at: number): LoggedRun => ({
    time: '2026-11-26T11:40:02Z',
    command: 'etl',
    warehouse: 'here',
    run_id: `run ${at}`,
    seconds: 1,
    exit_code: 1,
    message: 'x'.repeat(400),
  });

  test('has an end: of a long log the newer part stays', () =>
    withFolder(async (folder) => {
      const config = join(folder, 'dwh.cfg');
      writeFileSync(config, '');
      const log = new RunLog(config);
      for (let at = 1; at <= 3000; at += 1) {
        log.add(entry(at));
      }
      expect(statSync(log.file).size).toBeLessThanOrEqual(512 * 1024);
      const kept = log.read('here').map(({ run_id: id }) => id);
      expect(kept.length).toBeGreaterThan(500);
      expect(kept).toEqual(kept.map((_, at) => `run ${3000 - kept.length + 1 + at}`));
    }));

  test('is read past what is no entry, and of this warehouse only', () =>
    withFolder(async (folder) => {
      const config = join(folder, 'dwh.cfg');
      writeFileSync(config, '');
      const log = new RunLog(config);
      expect(log.read('here')).toEqual([]);
      mkdirSync(join(folder, '.starload'));
      appendFileSync(log.file, '{"time": 1}\nnull\n\n{"time":\n');
      log.add(entry(1));
      log.add({ ...entry(2), warehouse: 'there' });
      log.add({ ...entry(3), warehouse: null });
      for (const steps of [
        'a',
        null,
        [null],
        ['a'],
        [{ step: 'a' }],
        [{ step: 'a', seconds: '1' }],
        [{ seconds: 1 }],
      ]) {
        appendFileSync(log.file, `${JSON.stringify({ ...entry(4), steps })}\n`);
      }
      log.add({ ...entry(5), steps: [{ step: 'a', seconds: 1 }] });
      expect(log.read('here').map(({ run_id: id }) => id)).toEqual(['run 1', 'run 3', 'run 5']);
    }));

  const step = { kind: 'sql', name: 'run_current_events', sql: '' } as const;
  const place = { file: 'a.json', line: 4, column: 'ts', reason: '"yesterday" is not', excerpt: '{"ts":"yesterday"}' };
  test.each([
    [new UsageError('--wait is -1'), '--wait is -1'],
    [
      new DataError('2 records cannot be loaded', [place, place], { outcome: 'nothing was loaded' }),
      '2 records cannot be loaded; nothing was loaded (first: a.json, line 4, column ts)',
    ],
    [new DataError('a check failed (r)', [{ reason: 'r: Kaylee', plain: 'r' }]), 'a check failed (r)'],
    [
      new StepFailed(step, new WarehouseError('refused', 'cannot cast "Kaylee" of 12345.6 to INT'), []),
      'run_current_events: cannot cast … of … to INT',
    ],
    [
      new WarehouseError('refused', 'sql/star/users.sql, line 12: out of range: -1.5e10, 300'),
      'sql/star/users.sql, line 12: out of range: … …',
    ],
    [new WarehouseError('unreachable', 'db:5432 is away'), 'db:5432 is away'],
    [
      new InterruptedError('SIGINT', '; what became of it is not known (Kaylee)'),
      'stopped by SIGINT; what became of it is not known',
    ],
    [new TypeError('"Kaylee" is no array'), 'TypeError: a mistake in Starload'],
    ['Kaylee', 'an error: a mistake in Starload'],
  ])('of a failure holds no value: %#', (error, message) => {
    expect(plainMessage(error)).toBe(message);
  });
});
