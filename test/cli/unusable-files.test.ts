import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CONFIG, json, run, withProject } from '../support/cli-project.ts';

const FILE = 'warehouse.duckdb';

/** A project whose dwh.cfg names a DuckDB file that cannot be used. */
function withUnusable(path: string, spoil: (file: string) => void, action: (folder: string) => Promise<void>) {
  return withProject(async (folder) => {
    writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[DUCKDB]\nPATH=${FILE}\n`);
    await run(folder, ['create-tables']);
    spoil(join(folder, FILE));
    writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}[DUCKDB]\nPATH=${path}\n`);
    await action(folder);
  });
}

test.each([
  [
    'that is no database',
    FILE,
    (file: string) => writeFileSync(file, 'not a database'),
    /^The file belongs to another program/,
  ],
  ['that is cut off', FILE, (file: string) => truncateSync(file, 20_000), /^The file is damaged: .*create-tables.*etl/],
  [
    'in a folder that does not exist',
    'nowhere/x.duckdb',
    () => undefined,
    /^Create the folder, or correct \[DUCKDB\] PATH/,
  ],
] as const)('a DuckDB file %s comes with advice that fits, from every command', (_, path, spoil, advice) =>
  withUnusable(path, spoil, async (folder) => {
    for (const command of ['create-tables', 'etl', 'status']) {
      expect((await json(folder, [command], 1)).error.next).toMatch(advice);
    }
    const { checks } = await json(folder, ['check'], 1);
    expect(checks.find(({ check }: { check: string }) => check === 'connect')).toMatchObject({
      status: 'failed',
      next: expect.stringMatching(advice),
    });
  }),
);

test('the advice for a missing folder works', () =>
  withUnusable(
    'nowhere/x.duckdb',
    () => undefined,
    async (folder) => {
      mkdirSync(join(folder, 'nowhere'));
      await run(folder, ['create-tables']);
      expect((await run(folder, ['etl'])).stdout).toContain('done in');
    },
  ));
