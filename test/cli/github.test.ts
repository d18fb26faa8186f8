import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generateGithub } from '../../src/generate/github/generate.ts';
import { starload } from '../support/cli.ts';
import { withFolder } from '../support/engines.ts';
import { GITHUB_MODEL } from '../support/github.ts';
import { inProcess } from '../support/in-process.ts';

describe('the demo of the GitHub model', () => {
  test('loads made events and answers questions, and the commands go on with its folder', () =>
    withFolder(async (folder) => {
      const dir = join(folder, 'demo');
      const { code, stdout } = await inProcess(['demo', '--model', 'github', '--dir', dir, '--json']);
      expect(code).toBe(0);
      const shown = JSON.parse(stdout);
      expect(shown).toMatchObject({ command: 'demo', status: 'loaded', model: 'github', rows: { activity: 10500 } });
      expect(Object.keys(shown.answers)).toEqual(['bots_and_people', 'events_by_type', 'most_starred_repos']);
      const config = ['--config', join(dir, 'dwh.cfg')];
      expect(JSON.parse((await inProcess(['etl', ...config, '--json'])).stdout)).toMatchObject({
        status: 'up_to_date',
      });
      expect((await inProcess(['reconcile', '--recount', ...config])).code).toBe(0);
      expect((await inProcess(['query', 'SELECT * FROM days ORDER BY day', ...config])).stdout).toContain('2024-01-07');
      const checked = await inProcess(['check', ...config]);
      expect(checked).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/model +sql\/models\/github \(line \d+, PATH\)/),
      });
    }));

  test('may follow that of another model in its folder, and keeps what is not its own', () =>
    withFolder(async (folder) => {
      const demo = (model: string) => inProcess(['demo', '--model', model, '--dir', folder]);
      expect((await demo('sparkify')).code).toBe(0);
      expect((await demo('github')).code).toBe(0);
      writeFileSync(join(folder, 'github_events', 'mine.json'), '{}');
      expect(await demo('sparkify')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('was not created by the demo'),
      });
      rmSync(join(folder, 'github_events', 'mine.json'));
      expect((await demo('sparkify')).code).toBe(0);
    }));

  test('is refused for a model without made data', async () => {
    const { code, stderr } = await inProcess(['demo', '--model', 'mine']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('there is no made data for the model mine'),
    });
  });
});

describe('generate-data --model github', () => {
  test('says what it made, to people and to programs', () =>
    withFolder(async (folder) => {
      const made = (...args: string[]) => inProcess(['generate-data', '--model', 'github', '--events', '90', ...args]);
      const out = join(folder, 'a');
      expect((await made('--out', out)).stdout).toMatch(/^90 events in 24 hourly files in \S+\/a\/github_events \(/);
      expect(JSON.parse((await made('--out', join(folder, 'b'), '--json')).stdout)).toEqual({
        ...{ command: 'generate-data', status: 'generated', model: 'github', out: join(folder, 'b'), seed: 1 },
        ...{ events: 90, files: 24, actors: expect.any(Number), repos: expect.any(Number), bytes: expect.any(Number) },
        ...{ first_day: '2024-01-01', last_day: '2024-01-01' },
      });
      expect(await made('--out', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });
      expect(await made('--songs', '3')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Leave out --songs'),
      });
    }));
});

describe('the name of a model in the package', () => {
  function withEvents(
    action: (folder: string, run: (...args: string[]) => ReturnType<typeof inProcess>) => Promise<void>,
  ) {
    return withFolder(async (folder) => {
      await generateGithub({ events: 30, seed: 1, out: folder });
      const config = join(folder, 'dwh.cfg');
      writeFileSync(config, '[S3]\nGITHUB_EVENTS = github_events\n');
      await action(folder, (...args) => inProcess([...args, '--config', config]));
    });
  }

  test('is taken by --model and by PATH', () =>
    withEvents(async (folder, run) => {
      expect((await run('create-tables', '--model', 'github')).code).toBe(0);
      writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nGITHUB_EVENTS = github_events\n[MODEL]\nPATH = github\n');
      expect((await run('etl')).code).toBe(0);
      expect((await run('query', '--question', 'events_by_type')).stdout).toContain('PushEvent');
      const proof = await run('prove', '--histories', '3');
      expect(proof).toMatchObject({ code: 0, stdout: expect.stringContaining('each leaves what a rebuild gives') });
      expect((await run('etl', '--model', 'sparkify')).stderr).toContain('LOG_DATA is missing');
    }));

  test('means the package beside a folder of data with that name, and is refused beside a model with that name', () =>
    withEvents(async (folder, run) => {
      writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nGITHUB_EVENTS = github_events\n[MODEL]\nPATH = github\n');
      mkdirSync(join(folder, 'github'));
      expect((await run('create-tables')).code).toBe(0);
      cpSync(GITHUB_MODEL, join(folder, 'github'), { recursive: true });
      const { code, stderr } = await run('etl');
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(`github is a model of the package, and ${folder}/github is a model too`),
      });
      expect(stderr).toContain('next: Write ./github for that folder, or rename the folder');
      writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nGITHUB_EVENTS = github_events\n[MODEL]\nPATH = ./github\n');
      expect((await run('etl')).code).toBe(0);
      expect((await run('check', '--offline')).stdout).toContain(`${folder}/github (line 4, PATH)`);
    }));

  test('is looked for in the working directory where the command line has it', () =>
    withEvents(async (folder) => {
      cpSync(GITHUB_MODEL, join(folder, 'github'), { recursive: true });
      const run = (model: string) => starload(['create-tables', '--model', model], { cwd: folder });
      expect(await run('github')).toMatchObject({ code: 2, stderr: expect.stringContaining('Write ./github') });
      expect((await run('./github')).code).toBe(0);
    }));

  test('is told where a folder is no model', () =>
    withEvents(async (folder, run) => {
      const { stderr } = await run('etl', '--model', join(folder, 'githb'));
      expect(stderr).toContain('or one of the package (github, sparkify)');
      expect(readFileSync(join(folder, 'dwh.cfg'), 'utf8')).not.toContain('MODEL');
    }));
});
