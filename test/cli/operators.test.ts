import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

/** A folder with a sample and a dwh.cfg. */
function withProject(action: (folder: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    await generateData({ songs: 5, events: 60, seed: 3, out: folder });
    writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n');
    await action(folder);
  });
}

/** Runs a command in a folder, which must end with this code. */
async function run(cwd: string, args: readonly string[], code = 0) {
  const outcome = await starload(args, { cwd });
  expect({ args, ...outcome, code: outcome.code }).toMatchObject({ args, code });
  return outcome;
}

async function json(cwd: string, args: readonly string[], code = 0) {
  return JSON.parse((await run(cwd, [...args, '--json'], code)).stdout);
}

describe('reconcile', () => {
  test('ends with 0 when all agree, and with 3 when not, its document being the result', () =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      expect((await run(folder, ['reconcile', '--recount'])).stdout).toMatch(/all agree: .*sparkify\.duckdb/);
      writeFileSync(join(folder, 'log_data', 'late.json'), linesOf([PLAY]));
      const { stdout, stderr } = await run(folder, ['reconcile'], 3);
      expect(stdout).toMatch(/missing: 1\n.*late\.json\n {2}next: npm run etl loads them\./);
      expect(stderr).toContain('error: 1 kind of difference');
      await run(folder, ['etl']);
      rmSync(join(folder, 'log_data', 'late.json'));
      expect(await json(folder, ['reconcile', '--recount'], 3)).toMatchObject({
        command: 'reconcile',
        status: 'differed',
        tables: [
          { table: 'staging_events', records: 60 },
          { table: 'staging_songs', records: 5 },
        ],
        disagreements: [
          {
            rule: 'gone',
            count: 1,
            examples: [expect.stringMatching(/^file:.*late\.json$/)],
            next: expect.any(String),
          },
          { rule: 'events_in_no_file', count: 1 },
        ],
        notes: [],
      });
    }));
});

describe('check', () => {
  test('goes from a fresh project to a loaded one, and changes nothing', () =>
    withProject(async (folder) => {
      const fresh = await run(folder, ['check', '--deep']);
      expect(fresh.stdout).toMatch(
        /warning {2}connect: there is no warehouse at .*\n {9}next: Run npm run create-tables/,
      );
      expect(fresh.stdout).toContain('skipped  copy LOG_DATA: tables must pass first');
      expect(readdirSync(folder).sort()).toEqual(['dwh.cfg', 'log_data', 'song_data']);
      await run(folder, ['create-tables']);
      await run(folder, ['etl']);
      const { command, status, checks } = await json(folder, ['check', '--deep']);
      expect({ command, status }).toEqual({ command: 'check', status: 'passed' });
      expect(checks.map((one: { status: string }) => one.status)).toEqual(checks.map(() => 'ok'));
      expect((await json(folder, ['status'])).rows).toMatchObject({ staging_events: 60 });
    }));

  test('ends with 1 when a check fails, and with 2 when the configuration is wrong', () =>
    withProject(async (folder) => {
      rmSync(join(folder, 'song_data'), { recursive: true });
      const { stdout, stderr } = await run(folder, ['check'], 1);
      expect(stdout).toMatch(/failed {3}list SONG_DATA: cannot read the source .*\n {9}next: Correct the path/);
      expect(stderr).toContain('error: 1 check failed');
      writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nLOG_DATA=log_data\nSONG_DATA=s3://\n[AWS]\nKEY=marked-key\n');
      const wrong = await run(folder, ['check', '--json'], 2);
      expect(JSON.parse(wrong.stdout)).toMatchObject({
        status: 'failed',
        checks: expect.arrayContaining([
          expect.objectContaining({ check: 'configuration', status: 'failed', next: expect.any(String) }),
          { check: 'other checks', status: 'skipped', reason: 'the configuration must be correct first' },
        ]),
      });
      expect(wrong.stdout + wrong.stderr).not.toContain('marked-key');
    }));
});
