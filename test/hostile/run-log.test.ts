import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { plainMessage } from '../../src/cli/plain-message.ts';
import { type LoggedRun, RunLog } from '../../src/cli/run-log.ts';
import { Progress } from '../../src/pipeline/progress.ts';
import { json, run, withProject } from '../support/cli-project.ts';
import { withFolder } from '../support/engines.ts';

const ENTRY: LoggedRun = {
  time: '2026-11-26T11:40:02Z',
  command: 'etl',
  warehouse: 'here',
  run_id: null,
  seconds: 1,
  exit_code: 1,
  message: 'it failed',
};
const LIMIT = 512 * 1024;

function withLog(action: (log: RunLog, folder: string) => void): Promise<void> {
  return withFolder(async (folder) => {
    const config = join(folder, 'dwh.cfg');
    writeFileSync(config, '');
    mkdirSync(join(folder, '.starload'));
    action(new RunLog(config), folder);
  });
}

const read = (log: RunLog) => log.read('here').map(({ run_id: id }) => id);

describe('in place of the log of runs', () => {
  test('a pipe delays neither a load nor status', () =>
    withProject(async (folder) => {
      mkdirSync(join(folder, '.starload'));
      execFileSync('mkfifo', [join(folder, '.starload/runs.jsonl')]);
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      expect((await json(folder, ['status'])).failures).toEqual([]);
      writeFileSync(join(folder, 'log_data/bad.json'), '{"ts":');
      expect((await run(folder, ['etl'], 3)).stderr).toMatch(/^note: .* cannot write .*runs\.jsonl: /m);
    }));

  test('a symbolic link leads to no other file', () =>
    withLog((log, folder) => {
      const victim = join(folder, 'victim');
      writeFileSync(victim, `${JSON.stringify({ ...ENTRY, run_id: 'foreign' })}\n`.repeat(LIMIT / 100));
      const before = readFileSync(victim, 'utf8');
      symlinkSync(victim, log.file);
      expect(() => log.add(ENTRY)).toThrow(/ELOOP/);
      expect(readFileSync(victim, 'utf8')).toBe(before);
      expect(read(log)).toEqual([]);
    }));

  test('a folder is reported', () =>
    withLog((log) => {
      mkdirSync(log.file);
      expect(() => log.add(ENTRY)).toThrow(/EISDIR/);
      expect(read(log)).toEqual([]);
    }));

  test('a file larger than memory is read from its end only', () =>
    withLog((log) => {
      writeFileSync(log.file, '');
      // A sparse file: longer than the longest string, and Buffer, but it takes no space.
      truncateSync(log.file, 5 * 1024 ** 3);
      appendFileSync(log.file, `\n${JSON.stringify({ ...ENTRY, run_id: 'last' })}\n`);
      expect(read(log)).toEqual(['last']);
      log.add({ ...ENTRY, run_id: 'new' });
      expect(read(log)).toContain('new');
      expect(statSync(log.file).size).toBeLessThan(LIMIT * 1.1);
    }));

  test('half a line costs only itself', () =>
    withLog((log) => {
      writeFileSync(log.file, `${JSON.stringify({ ...ENTRY, run_id: 'first' })}\n{"time":"2026-`);
      log.add({ ...ENTRY, run_id: 'second' });
      expect(read(log)).toEqual(['first', 'second']);
    }));

  test('numbers beyond all measure are no entry', () =>
    withLog((log) => {
      writeFileSync(log.file, JSON.stringify(ENTRY).replace('"seconds":1', '"seconds":1e999'));
      expect(read(log)).toEqual([]);
    }));
});

test('a log that cannot be cut still holds the run', () =>
  withLog((log, folder) => {
    const filler = `${JSON.stringify({ ...ENTRY, message: 'x'.repeat(400) })}\n`;
    writeFileSync(log.file, filler.repeat(LIMIT / filler.length + 1));
    chmodSync(join(folder, '.starload'), 0o500);
    log.add({ ...ENTRY, run_id: 'new' });
    chmodSync(join(folder, '.starload'), 0o700);
    expect(read(log).at(-1)).toBe('new');
    expect(readdirSync(join(folder, '.starload'))).toEqual(['runs.jsonl']);
  }));

test('a folder given as dwh.cfg gets no log beside it', () =>
  withFolder(async (folder) => {
    mkdirSync(join(folder, 'project'));
    new RunLog(join(folder, 'project')).add(ENTRY);
    expect(existsSync(join(folder, '.starload'))).toBe(false);
  }));

test('an error that Starload did not raise leaves no message behind, also after a committed run', () => {
  const progress = new Progress();
  progress.begin(2);
  progress.add({ runId: progress.nextRunId(), prepared: [], results: [] });
  const error = progress.explain(new TypeError('"Kaylee" is no array'));
  expect(plainMessage(error)).toBe('TypeError: a mistake in Starload');
});
