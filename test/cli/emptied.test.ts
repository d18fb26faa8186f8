import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { json, run, withProject } from '../support/cli-project.ts';
import { engines } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { writeSample } from '../support/trials.ts';

test('a source that has lost all its files is reported by name, and refused if files are expected', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    await run(folder, ['etl', '--expect-files']);
    const source = join(folder, 'song_data');
    rmSync(source, { recursive: true });
    mkdirSync(source);
    const warning = `${source} holds no files, and 12 were loaded into staging_songs before: is it mounted?`;
    expect((await run(folder, ['etl'])).stderr).toContain(`warning: emptied_source: ${warning}\n`);
    expect((await run(folder, ['plan'])).stderr).toContain(warning);
    for (const args of [['etl'], ['plan'], ['etl', '--dry-run']]) {
      expect((await json(folder, args)).warnings).toEqual([{ rule: 'emptied_source', offender: warning }]);
    }
    const { stderr } = await run(folder, ['etl', '--expect-files'], 3);
    expect(stderr).toMatch(
      /song_data, the source of staging_songs, holds no files; nothing was loaded\nnext: Is it mounted/,
    );
    expect((await json(folder, ['status'])).runs).toHaveLength(1);
  }));

test('a source that never had files is no warning, and refused where files are expected', () =>
  withProject(async (folder) => {
    await run(folder, ['create-tables']);
    rmSync(join(folder, 'song_data'), { recursive: true });
    mkdirSync(join(folder, 'song_data'));
    await run(folder, ['etl', '--expect-files'], 3);
    expect((await json(folder, ['status'])).runs).toEqual([]);
    expect((await json(folder, ['etl'])).warnings).toEqual([]);
  }));

describe.each(engines.map((engine) => [engine.name, engine] as const))('on %s', (_, engine) => {
  test('a source that has lost its files is known by the ledger', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      writeSample(loader);
      await etl(context);
      store.files.clear();
      expect((await planLoad(context)).tables.map(({ emptied }) => emptied)).toEqual([1, 1]);
      await expect(etl({ ...context, expectFiles: true })).rejects.toMatchObject({ exitCode: 3 });
    }));
});
