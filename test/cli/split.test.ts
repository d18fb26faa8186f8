import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { starload } from '../support/cli.ts';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';

/** A load in which every file has a run of its own. */
const SPLIT = `${CONFIG}[LOAD]\nMAX_RUN_SIZE = 1B\n`;

test('a split load that fails tells what is committed, as text and as JSON', () =>
  withProject(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), SPLIT);
    await run(folder, ['create-tables']);
    mkdirSync(join(folder, 'log_data', 'zzz'));
    writeFileSync(join(folder, 'log_data', 'zzz', 'bad.json'), '{"ts":"x"}');
    const told = await json(folder, ['etl'], 3);
    const { runs, of, files, records } = told.committed;
    expect([runs, files, records]).toEqual([of - 1, of - 1, 312]);
    expect(told.error.message).toBe(
      `one record cannot be loaded; runs 1 to ${runs} of ${of} are committed and stay (${files} files, 312 records); the others are not loaded`,
    );
    const status = await json(folder, ['status']);
    expect(status.runs).toHaveLength(runs);
    expect(status.runs[0].run_id).toBe(`${told.committed.run_id}.${runs}`);
    const { stderr } = await run(folder, ['etl', '--no-excerpts'], 3);
    expect(stderr).toContain('error: one record cannot be loaded; nothing was loaded\n');
  }));

test('an interrupted split load reports what is committed', () =>
  withProject(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), SPLIT);
    await run(folder, ['create-tables']);
    let isStopped = false;
    const { code, stdout, stderr } = await starload(['etl', '--json'], {
      cwd: folder,
      // After the first of some thirty runs.
      onStderr: (text, kill) => {
        if (!isStopped && /^run 1 of \d+ is loaded/m.test(text)) {
          isStopped = true;
          kill('SIGINT');
        }
      },
    });
    expect({ code, stderr }).toMatchObject({ code: 130 });
    const { error, committed } = JSON.parse(stdout);
    expect(committed.runs).toBeLessThan(committed.of);
    expect(error.message).toMatch(
      /^stopped by SIGINT; runs? 1 .* committed and stays? \(.*\); the others are not loaded$/,
    );
    expect((await json(folder, ['status'])).runs).toHaveLength(committed.runs);
  }));
