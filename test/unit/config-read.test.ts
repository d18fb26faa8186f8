import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../src/config/read.ts';
import { redact } from '../../src/config/redact.ts';
import { ConfigError } from '../../src/errors.ts';
import { withoutRoot } from '../support/without-root.ts';

describe('reading a file', () => {
  const TEXT = '[S3]\nLOG_DATA=log_data\nSONG_DATA=/songs\n';
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'starload-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  async function errorOf(path: string): Promise<ConfigError> {
    const error = await readConfig(path, {}).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof ConfigError) return error;
    throw new Error(`a ConfigError expected, not ${String(error)}`);
  }

  test('takes its relative paths from its own folder', async () => {
    const { file: name, sources, target } = await readConfig(await file('dwh.cfg', TEXT), {});
    expect(name).toBe(join(folder, 'dwh.cfg'));
    expect([sources['LOG_DATA']?.uri, sources['SONG_DATA']?.uri]).toEqual([join(folder, 'log_data'), '/songs']);
    expect(target).toMatchObject({ path: join(folder, 'sparkify.duckdb') });
  });

  test('understands a byte order mark', async () => {
    expect((await readConfig(await file('bom.cfg', `\uFEFF${TEXT}`), {})).sources['SONG_DATA']?.uri).toBe('/songs');
  });

  test('passes the environment on', async () => {
    const path = await file('postgres.cfg', `[CLUSTER]\nHOST=localhost\nDB_NAME=d\nDB_USER=u\n${TEXT}`);
    expect((await readConfig(path, { PGPASSWORD: 'secret' })).target).toMatchObject({ password: 'secret' });
  });

  test('that is missing says to copy the example', async () => {
    const path = join(folder, 'missing.cfg');
    const { message, next } = await errorOf(path);
    expect(message).toBe(`${path}: one mistake\n  the file does not exist`);
    expect(next).toMatch(/^Copy dwh\.cfg\.example to dwh\.cfg/);
    expect((await errorOf(join(await file('plain', ''), 'dwh.cfg'))).message).toContain('the file does not exist');
  });

  test('that is a folder says so', async () => {
    expect((await errorOf(folder)).message).toContain('this is a folder, not a file');
  });

  test('that may not be read says so, and is read once it may', async () => {
    const path = await file('locked.cfg', TEXT);
    await chmod(path, 0o000);
    const { message, next } = await withoutRoot(folder, () => errorOf(path));
    expect(message).toContain('may not read the file');
    expect(next).toBe('Run as the user who owns the file, or give this user permission to read it.');
    await chmod(path, 0o400);
    expect((await withoutRoot(folder, () => readConfig(path, {}))).sources['SONG_DATA']?.uri).toBe('/songs');
  });

  test.each(['\n', '\r\n', '\r'])('that is Latin-1 names the line, and shows nothing of it (%j)', async (end) => {
    const text = ['[CLUSTER]', '# für Zürich'.replace(/ü/g, 'ue'), 'DB_PASSWORD=Übermut', TEXT].join(end);
    const { message, next, problems } = await errorOf(await file('latin1.cfg', Buffer.from(text, 'latin1')));
    expect(problems.map(({ line }) => line)).toEqual([3]);
    expect(message).toContain('line 3: this line is not UTF-8');
    expect(message).not.toContain('bermut');
    expect(next).toBe('Save the file as UTF-8.');
  });

  test.each<[string, Uint8Array]>([
    ['UTF-16 with a byte order mark', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['UTF-16 with its bytes the other way round', Buffer.from(`\uFEFF${TEXT}`, 'utf16le').swap16()],
    ['UTF-16 without one', Buffer.from(TEXT, 'utf16le')],
  ])('that is %s says so', async (_name, bytes) => {
    expect((await errorOf(await file('utf16.cfg', bytes))).message).toContain('this is UTF-16 or binary');
  });

  test('that is wrong has its mistakes told under its name', async () => {
    const path = await file('wrong.cfg', '[S3]\nLOG_DATA=*\nSONG_DATA=x');
    expect((await errorOf(path)).message).toMatch(new RegExp(`^${path}: one mistake\n {2}line 2, \\[S3\\] LOG_DATA: `));
  });
});

describe('redacting', () => {
  test.each<[string, string, string[], string]>([
    ['every occurrence', 'hunter2 and hunter2', ['hunter2'], '*** and ***'],
    ['the longest first', 'hunter2 hunter22', ['hunter2', 'hunter22'], '*** ***'],
    ['the URL-encoded form', 'postgres://u:a%2Fb%40c@host', ['a/b@c'], 'postgres://u:***@host'],
    ['the form of a query', '?password=pass+word%21', ['pass word!'], '?password=***'],
    ['the form of JSON', '{"password":"a\\"b\\\\c"}', ['a"b\\c'], '{"password":"***"}'],
    ['no pattern', 'a.cd abcd', ['a.cd'], '*** abcd'],
    ['no shorter secret than four characters', 'abc abcd', ['abc', 'abcd', ''], 'abc ***'],
    ['nothing without secrets', 'text', [], 'text'],
  ])('takes %s', (_name, text, secrets, redacted) => {
    expect(redact(text, secrets)).toBe(redacted);
  });

  test('leaves no secret, whatever surrounds it', () => {
    const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 12 }).filter((text) => !text.includes('*'));
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), fc.array(text), (secrets, texts) => {
        const whole = texts.flatMap((part, index) => [part, secrets[index % secrets.length] ?? '']).join('');
        const redacted = redact(whole, secrets);
        for (const each of secrets) expect(redacted).not.toContain(each);
      }),
    );
  });

  test('does not stumble over half a surrogate pair', () => {
    expect(redact('x\uD800yyyz', ['\uD800yyy'])).toBe('x***z');
  });
});
