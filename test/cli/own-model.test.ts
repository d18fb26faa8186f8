import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generateData } from '../../src/generate/generate.ts';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { withFolder } from '../support/engines.ts';
import { inProcess } from '../support/in-process.ts';

/** A folder with data, a copy of the built-in model with sources of other names, and a dwh.cfg that names both. */
function withOwnModel(action: (folder: string, config: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    await generateData({ songs: 3, events: 40, seed: 1, out: folder });
    cpSync(BUILT_IN_MODEL, join(folder, 'mine'), { recursive: true });
    renameSource(folder, 'staging_events', 'EVENTS');
    renameSource(folder, 'staging_songs', 'TRACKS');
    const config = join(folder, 'dwh.cfg');
    writeFileSync(config, '[S3]\nEVENTS = log_data\nTRACKS = song_data\n\n[MODEL]\nPATH = mine\n');
    await action(folder, config);
  });
}

function renameSource(folder: string, table: string, name: string): void {
  const file = join(folder, 'mine', 'staging', `${table}.sql`);
  const lines = readFileSync(file, 'utf8').split('\n');
  const others = lines.filter((line) => !/^-- (about|example|also|jsonpaths)/.test(line));
  writeFileSync(file, others.join('\n').replace(/^-- source: .*$/m, `-- source: ${name}`));
}

/** A small model whose values stand below the first level of the records, and a file of one record. */
function withNestedModel(
  action: (run: (...args: string[]) => ReturnType<typeof inProcess>, folder: string) => unknown,
) {
  return withFolder(async (folder) => {
    const files = {
      'data/a.json': '{"id":1,"NAME":"first level","of":{"name":"below"}}',
      'mine/staging/staging_things.sql':
        '-- source: THINGS\n-- key: id\nCREATE TABLE staging_things (\n  id BIGINT NOT NULL,\n  name VARCHAR(50)\n)\n',
      'mine/staging/staging_things.jsonpaths': `{"jsonpaths": ["$['id']", "$['of']['name']"]}`,
      'mine/star/things.sql':
        '-- key: id\nCREATE TABLE things (\n  id BIGINT NOT NULL,\n  name VARCHAR(50)\n);\n\nSELECT id, name FROM current_things\n',
      'dwh.cfg': '[S3]\nTHINGS = data\n[MODEL]\nPATH = mine\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await action((...args) => inProcess([...args, '--config', join(folder, 'dwh.cfg')]), folder);
  });
}

describe('a jsonpaths file in a model', () => {
  const QUESTION = ['query', 'SELECT id, name FROM things', '--format', 'csv'];

  test('says where the values of its staging table stand, unless dwh.cfg names another or says auto', () =>
    withNestedModel(async (run, folder) => {
      const namesAfter = async (line: string) => {
        writeFileSync(join(folder, 'dwh.cfg'), `[S3]\nTHINGS = data\n${line}\n[MODEL]\nPATH = mine\n`);
        expect(await run('create-tables', '--force')).toMatchObject({ code: 0 });
        expect(await run('etl')).toMatchObject({ code: 0 });
        return (await run(...QUESTION)).stdout.split('\r\n')[1];
      };
      expect(await namesAfter('')).toBe('1,below');
      expect(await run('reconcile', '--recount')).toMatchObject({ code: 0 });
      expect(await run('prove', '--histories', '5')).toMatchObject({ code: 0 });
      expect((await run('check')).stdout).toContain('ok       jsonpaths THINGS: ');
      writeFileSync(join(folder, 'other.json'), `{"jsonpaths": ["$['id']", "$['NAME']"]}`);
      expect(await namesAfter('THINGS_JSONPATH = other.json')).toBe('1,first level');
      expect(await namesAfter('THINGS_JSONPATH = auto')).toBe('1,first level');
    }));

  test('that does not fit its table is refused before anything is loaded', () =>
    withNestedModel(async (run, folder) => {
      await run('create-tables');
      writeFileSync(join(folder, 'mine/staging/staging_things.jsonpaths'), `{"jsonpaths": ["$['id']"]}`);
      const stderr = expect.stringMatching(
        /staging_things\.jsonpaths cannot be used:\s+line 1: 1 expressions for 2 columns/,
      );
      expect(await run('etl')).toMatchObject({ code: 1, stderr });
    }));

  test.each(['staging/things.jsonpaths', 'star/things.jsonpaths', 'staging/staging_things.JSONPATHS'])(
    'named %s, which nothing reads, is refused',
    (name) =>
      withNestedModel(async (run, folder) => {
        writeFileSync(join(folder, 'mine', name), '{}');
        expect(await run('create-tables')).toMatchObject({ code: 1, stderr: expect.stringContaining(`mine/${name}`) });
      }),
  );
});

describe('a model of its own', () => {
  test('names its sources, and is loaded, asked and compared like the built-in one', () =>
    withOwnModel(async (folder, config) => {
      const run = (...args: readonly string[]) => inProcess([...args, '--config', config]);
      expect((await run('create-tables')).code).toBe(0);
      const loaded = await run('etl');
      expect(loaded).toMatchObject({ code: 0, stderr: expect.stringContaining('staging_songs: read 3 records') });
      expect((await run('reconcile', '--recount')).code).toBe(0);
      writeFileSync(
        join(folder, 'mine', 'queries', 'mine.sql'),
        '-- How many songs?\nSELECT COUNT(*) AS n FROM songs\n',
      );
      const asked = await run('query', '--question', 'mine', '--format', 'csv');
      expect(asked).toMatchObject({ code: 0, stdout: 'n\r\n3\r\n' });
      expect((await run('check', '--offline')).stdout).toMatch(
        /model +\S+\/mine \(line 6, PATH\)[\s\S]*EVENTS +\S+\/log_data \(line 2, EVENTS\)/,
      );
    }));

  test('is named by --model too, which wins over dwh.cfg', () =>
    withOwnModel(async (folder, config) => {
      const text = readFileSync(config, 'utf8');
      writeFileSync(config, text.replace('PATH = mine', 'PATH = nothing'));
      const model = ['--model', join(folder, 'mine')];
      expect((await inProcess(['create-tables', '--config', config, ...model])).code).toBe(0);
      const wrong = await inProcess(['etl', '--config', config]);
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining(`${folder}/nothing is not a model`) });
    }));

  test('whose sources dwh.cfg does not name is told what is missing, all at once', () =>
    withOwnModel(async (_, config) => {
      writeFileSync(config, '[S3]\nLOG_DATA = log_data\n[MODEL]\nPATH = mine\n');
      const { code, stderr } = await inProcess(['etl', '--config', config]);
      expect(code).toBe(2);
      expect(stderr).toContain('EVENTS is missing: add "EVENTS = s3://my-bucket/events" (the folder of the files of');
      expect(stderr).toContain('TRACKS is missing');
    }));

  test('whose source takes a key of dwh.cfg is refused, and is loaded under another name', () =>
    withOwnModel(async (folder, config) => {
      renameSource(folder, 'staging_events', 'WORK_PREFIX');
      const wrong = await inProcess(['create-tables', '--config', config]);
      expect(wrong).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has the key WORK_PREFIX, which dwh.cfg has'),
      });
      renameSource(folder, 'staging_events', 'EVENTS');
      expect((await inProcess(['create-tables', '--config', config])).code).toBe(0);
    }));

  test('that is a file is refused, and a folder is not', () =>
    withOwnModel(async (folder, config) => {
      const file = ['--model', join(folder, 'dwh.cfg')];
      const { code, stderr } = await inProcess(['create-tables', '--config', config, ...file]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('next: Make it readable, or name') });
      expect((await inProcess(['create-tables', '--config', config, '--model', join(folder, 'mine')])).code).toBe(0);
    }));

  test.each([
    ['[MODELS]\nPATH = mine', '[MODELS] PATH'],
    ['[MODEL]\nDIR = mine', 'DIR'],
  ])('that %j names is not taken for the built-in one', (text, key) =>
    withOwnModel(async (_, config) => {
      writeFileSync(config, `[S3]\nLOG_DATA = log_data\nSONG_DATA = song_data\n${text}\n`);
      const { code, stderr } = await inProcess(['create-tables', '--config', config]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('write PATH under [MODEL]') });
      expect(stderr).toContain(key);
    }),
  );

  test('whose sources share a key is refused', () =>
    withOwnModel(async (folder, config) => {
      const path = join(folder, 'mine', 'staging', 'staging_songs.sql');
      writeFileSync(path, `-- jsonpaths: EVENTS\n${readFileSync(path, 'utf8')}`);
      const { code, stderr } = await inProcess(['create-tables', '--config', config]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('has the key EVENTS') });
    }));

  test.each([
    'transform/010_x.sql',
    'current/x.affected.sql',
    'check/star/x.sql',
    'x.sql',
    'star/user.redshift.sql',
    'star/users.mysql.sql',
  ])('with %s, which nothing reads, is refused: it would be missing without a word', (file) =>
    withOwnModel(async (folder, config) => {
      mkdirSync(dirname(join(folder, 'mine', file)), { recursive: true });
      writeFileSync(join(folder, 'mine', file), 'SELECT 1');
      const { code, stderr } = await inProcess(['create-tables', '--config', config]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`${folder}/mine/${file}`) });
    }),
  );

  test('with a mistake is refused with its file, and nothing is created', () =>
    withOwnModel(async (folder, config) => {
      writeFileSync(join(folder, 'mine', 'star', 'users.sql'), 'CREATE TABLE users (user_id BIGINT)');
      const { code, stderr } = await inProcess(['create-tables', '--config', config]);
      expect(code).toBe(1);
      expect(stderr).toContain(`${join(folder, 'mine', 'star', 'users.sql')}: no columns found`);
      rmSync(join(folder, 'mine', 'star'), { recursive: true });
      const { stderr: starless } = await inProcess(['create-tables', '--config', config]);
      expect(starless).toContain('is not a model: it has no file star/<table>.sql');
      rmSync(join(folder, 'mine', 'staging'), { recursive: true });
      const { stderr: told } = await inProcess(['create-tables', '--config', config]);
      expect(told).toContain('is not a model: it has no file staging/<table>.sql');
    }));

  test('with mistakes is told by check --offline, all at once and without a warehouse', () =>
    withOwnModel(async (folder, config) => {
      const star = (table: string) => join(folder, 'mine', 'star', `${table}.sql`);
      writeFileSync(star('songs'), readFileSync(star('songs'), 'utf8').replace('FROM current_songs', 'FROM songz'));
      writeFileSync(star('users'), readFileSync(star('users'), 'utf8').replace('-- key: user_id\n', ''));
      const { code, stdout } = await inProcess(['check', '--offline', '--config', config]);
      expect(code).toBe(1);
      expect(stdout).toContain('failed   model: the model has 2 mistakes:\n');
      expect(stdout).toContain(`${star('songs')}, line 12: a star table reads songz`);
      expect(stdout).toContain(`${star('users')}: it has no key`);
      expect(stdout).toContain('skipped  other checks: the model must be correct first');
    }));
});
