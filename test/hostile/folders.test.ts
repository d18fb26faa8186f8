import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEMO_MARK, prepareDemo } from '../../src/cli/demo-files.ts';
import { claimConfig } from '../../standin/place.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';

/** Every file below a folder, with its content. */
function contentOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('demo', () => {
  test.each([
    [
      'that an earlier demo was stopped in',
      { [DEMO_MARK]: '', 'log_data/mine.json': 'mine' },
      /^next: Delete \S+, or/m,
    ],
    ['whose database is a folder', { 'sparkify.duckdb/mine.txt': 'mine' }, /^next: /m],
  ])('leaves a folder alone %s, and takes it once it is deleted', (_, files, next) =>
    withFolder(async (folder) => {
      await prepareDemo(folder);
      if ('sparkify.duckdb/mine.txt' in files) rmSync(join(folder, 'sparkify.duckdb'), { force: true });
      const heading = readFileSync(join(folder, DEMO_MARK), 'utf8').split('\n')[0];
      writeAll(folder, DEMO_MARK in files ? { ...files, [DEMO_MARK]: `${heading}\n\n` } : files);
      const before = contentOf(folder);
      expect(await inProcess(['demo', '--dir', folder])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(next),
      });
      expect(contentOf(folder)).toEqual(before);
      rmSync(folder, { recursive: true });
      expect((await inProcess(['demo', '--dir', folder])).code).toBe(0);
    }),
  );

  test.each(['', 'file', 'file/below', '/proc/none'])('refuses what can be no folder of its own: "%s"', (name) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), 'mine');
      const dir = name.startsWith('file') ? join(folder, name) : name;
      const { code, stderr } = await inProcess(['demo', '--dir', dir]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('next: Choose another folder with --dir.')]);
    }),
  );

  test.each<[string, Readonly<Record<string, string>>]>([
    ['a project', { 'dwh.cfg': '[S3]\n', 'log_data/a.json': '{}', 'song_data/a.json': '{}', 'sparkify.duckdb': 'x' }],
    ['a configuration alone', { 'dwh.cfg': '[S3]\n' }],
    ['files of no kind it knows', { 'notes.txt': 'mine' }],
    ['a hidden file', { '.git/config': 'mine' }],
  ])('refuses a folder that holds %s, and leaves it as it is', (_, files) =>
    withFolder(async (folder) => {
      writeAll(folder, files);
      const before = contentOf(folder);
      const { code, stderr } = await inProcess(['demo', '--dir', folder]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${folder} was not created by the demo`)]);
      expect(stderr).toContain('next: Choose another folder with --dir');
      expect(contentOf(folder)).toEqual(before);
    }),
  );

  test('recreates everything in its own folder, and leaves other files alone', () =>
    withFolder(async (folder) => {
      const demo = join(folder, 'demo');
      await prepareDemo(demo);
      const made = contentOf(demo);
      writeAll(demo, { 'sparkify.duckdb': 'of the demo before', 'notes.txt': 'mine' });
      await prepareDemo(demo);
      expect(contentOf(demo)).toEqual(new Map([...made, [join(demo, 'notes.txt'), 'mine']]));
    }));

  test.each<[string, string]>([
    ['log_data/mine.json', 'was not created by the demo'],
    ['song_data/deep/mine.json', 'was not created by the demo'],
    ['dwh.cfg', 'was changed since the demo created it'],
  ])('refuses its own folder once its %s belongs to the user', (name, reason) =>
    withFolder(async (folder) => {
      const demo = join(folder, 'demo');
      await prepareDemo(demo);
      writeAll(demo, { [name]: 'mine' });
      const before = contentOf(demo);
      const { code, stderr } = await inProcess(['demo', '--dir', demo]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${join(demo, name)} ${reason}`)]);
      expect(contentOf(demo)).toEqual(before);
    }),
  );

  test('refuses its own folder once a file that it made was changed', () =>
    withFolder(async (folder) => {
      const demo = join(folder, 'demo');
      await prepareDemo(demo);
      const [path = ''] = [...contentOf(demo).keys()].filter((name) => name.includes('log_data'));
      writeFileSync(path, 'mine');
      const { code, stderr } = await inProcess(['demo', '--dir', demo]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${path} was changed since the demo created it`)]);
      expect(readFileSync(path, 'utf8')).toBe('mine');
    }));

  test('follows no link out of its folder', () =>
    withFolder(async (folder) => {
      const demo = join(folder, 'demo');
      await prepareDemo(demo);
      writeAll(folder, { 'mine/a.json': 'mine' });
      rmSync(join(demo, 'log_data'), { recursive: true });
      symlinkSync(join(folder, 'mine'), join(demo, 'log_data'));
      const { code } = await inProcess(['demo', '--dir', demo]);
      expect(code).toBe(2);
      expect(readFileSync(join(folder, 'mine', 'a.json'), 'utf8')).toBe('mine');
    }));
});

test.each(['song_data', 'log_data'])('generate-data refuses a folder whose %s holds anything', (name) =>
  withFolder(async (folder) => {
    writeAll(folder, { [`${name}/mine.json`]: 'mine' });
    const { code, stderr } = await inProcess(['generate-data', '--songs', '1', '--events', '10', '--out', folder]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('exists already and is not empty')]);
    expect(contentOf(folder)).toEqual(new Map([[join(folder, name, 'mine.json'), 'mine']]));
  }),
);

describe('redshift-local', () => {
  test.each(['dwh.cfg', 'env'])('refuses a folder with a %s that it did not write', (name) =>
    withFolder(async (folder) => {
      writeAll(folder, { [name]: 'mine' });
      expect(() => claimConfig(folder)).toThrow(`${join(folder, name)} is there already`);
      expect(contentOf(folder)).toEqual(new Map([[join(folder, name), 'mine']]));
    }),
  );
});
