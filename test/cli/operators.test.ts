import { rmSync, writeFileSync } from 'node:fs';
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
      expect(stderr).toContain('error: 1 kind of disagreement');
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
