import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { starload } from '../support/cli.ts';
import { inProcess } from '../support/in-process.ts';
import { ALL_SETTINGS } from '../unit/config-support.ts';

const SOURCES = '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n';
const CLUSTER = '[CLUSTER]\nHOST=localhost\nDB_NAME=dwh\nDB_USER=me\n';

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'starload-config-'));
  config = join(folder, 'dwh.cfg');
  for (const name of ['log_data', 'song_data']) {
    mkdirSync(join(folder, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command with a configuration ends with this code, in words for people. */
async function ends(content: string | Uint8Array, code: number, words: string | RegExp, command = 'status') {
  writeFileSync(config, content);
  const { stdout, ...end } = await inProcess([command, '--config', config]);
  expect({ ...end, stdout: code === 0 ? '' : stdout }).toEqual({
    code,
    stdout: '',
    stderr: typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words),
  });
  expectPlain(end.stderr);
}

/** No stack, nothing that a terminal would obey, and no novel. */
function expectPlain(text: string): void {
  expect(text).not.toMatch(/^ {4}at /m);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  expect(text.length).toBeLessThan(20_000);
}

const bytes = (...codes: readonly number[]) => Buffer.from(codes);

describe('a configuration file', () => {
  test.each<[string, string | Uint8Array, string | RegExp]>([
    ['that is empty', '', 'the section is missing'],
    ['of blanks', ' \n\t\n', 'the section is missing'],
    ['of NULs', Buffer.alloc(5000), 'UTF-16 or binary'],
    ['with a NUL inside', `${SOURCES}\0`, 'UTF-16 or binary'],
    [
      'of random bytes',
      bytes(...Array.from({ length: 4096 }, (_, n) => (n * 7919) % 256)),
      /UTF-16 or binary|not UTF-8/,
    ],
    ['in UTF-16', Buffer.from(`\ufeff${SOURCES}`, 'utf16le'), 'UTF-16 or binary'],
    ['in UTF-16, without a byte order mark', Buffer.from(SOURCES, 'utf16le'), 'UTF-16 or binary'],
    ['in UTF-32', Buffer.concat([bytes(0xff, 0xfe, 0, 0), Buffer.from(SOURCES, 'utf16le')]), 'UTF-16 or binary'],
    [
      'cut inside a character',
      Buffer.concat([Buffer.from(SOURCES), bytes(0xe2, 0x82)]),
      'line 4: this line is not UTF-8',
    ],
    ['that is gzip', bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /UTF-16 or binary|not UTF-8/],
    ['that is JSON', '{"S3": {"LOG_DATA": "x"}}', 'before the first heading'],
    ['that is YAML', 's3:\n  log_data: x\n', 'before the first heading'],
    ['that is a script', '#!/bin/sh\nrm -rf "$HOME"\n', 'line 2: this line is neither'],
    ['of 2 MB', `${SOURCES}#${'x'.repeat(2_000_000)}`, 'larger than 1 MiB'],
    ['of a hundred thousand empty lines', '\n'.repeat(100_000), 'the section is missing'],
    ['of fifty thousand sections', '[S3]\n'.repeat(50_000).slice(0, 1e6), /S3.* occurs twice/],
    ['of unknown sections only', '[A]\nB=c\n[D]\nE=f\n', 'the section is missing'],
    [
      'with a value of a million characters',
      `${SOURCES}[CLUSTER]\nHOST=${'h !'.repeat(300_000)}\n`,
      /…" is not an endpoint/,
    ],
    ['with a key of a million characters', `${SOURCES}${'k'.repeat(1_000_000)}\n`, 'line 4: this line is neither'],
    ['with a heading of a million characters', `[${'k'.repeat(1_000_000)}`, 'does not have the form [SECTION]'],
    [
      'with a value that refers to itself',
      '[S3]\nLOG_DATA=%(LOG_DATA)s\nSONG_DATA=$' + '{S3:SONG_DATA}\n',
      'not supported',
    ],
    [
      'with values that refer to one another',
      '[S3]\nLOG_DATA=%(SONG_DATA)s\nSONG_DATA=%(LOG_DATA)s\n',
      'not supported',
    ],
    ['with an escape sequence in a key', `${SOURCES}\u001b[2J\u001b[31mKEY\n`, 'line 4: this line is neither'],
    ['with an escape sequence in a heading', `${SOURCES}[\u001b[2J]\nDB_PORT=x\n[\u001b[2J]\n`, 'occurs twice'],
    ['with an escape sequence in a value', `${SOURCES}[CLUSTER]\nHOST=\u001b[2J\n`, 'contains a control'],
    ['with text turned round', `${SOURCES}[CLUSTER]\nHOST=\u202egro.live\n`, 'invisible character'],
    ['with a line separator in a value', `${SOURCES}[CLUSTER]\nHOST=a\u2028b\n`, 'is not an endpoint'],
    ['with __proto__ for a section', '[__proto__]\nLOG_DATA=x\n[constructor]\nHOST=x\n', 'is missing'],
    ['with a source in a bucket that is none', '[S3]\nLOG_DATA=s3://\nSONG_DATA=s3:///x\n', 'does not name a bucket'],
    ['with a bucket that climbs', '[S3]\nLOG_DATA=s3://../x\nSONG_DATA=s3://a..b/x\n', 'does not name a bucket'],
    ['with a bucket of SQL', `[S3]\nLOG_DATA=s3://b';DROP TABLE users;--/x\nSONG_DATA=x\n`, 'does not name a bucket'],
    [
      'with a key of SQL',
      `[S3]\nLOG_DATA=s3://bucket/x'; DROP TABLE users; --\nSONG_DATA=x\n`,
      'a quote or a backslash',
    ],
    ['with a pattern', '[S3]\nLOG_DATA=log_*\nSONG_DATA=/\n', 'is a pattern'],
    ['with a source elsewhere', '[S3]\nLOG_DATA=http://host/x\nSONG_DATA=ftp://host/x\n', 'neither in S3 nor local'],
    ['with a schema of SQL', `${SOURCES}${CLUSTER}DB_SCHEMA=x"; DROP SCHEMA public; --\n`, 'is not a schema name'],
    ['with a schema of the system', `${SOURCES}${CLUSTER}DB_SCHEMA=pg_catalog\n`, 'a schema of the database system'],
    ['with the information schema', `${SOURCES}[CLUSTER]\nDB_SCHEMA=information_schema\n`, 'of the database system'],
    ['with a port of SQL', `${SOURCES}${CLUSTER}DB_PORT=5432; DROP TABLE users\n`, 'is not a port'],
    ['with a port beyond all ports', `${SOURCES}${CLUSTER}DB_PORT=99999\n`, 'is not a port'],
    ['with a host of many', `${SOURCES}[CLUSTER]\nHOST=a,b\nDB_NAME=d\nDB_USER=u\n`, 'is not an endpoint'],
    ['with an SSL mode of its own', `${SOURCES}${CLUSTER}SSL_MODE=off\n`, 'is not an SSL mode'],
    [
      'with memory without end',
      `${SOURCES}[DUCKDB]\nMEMORY_LIMIT=1e999GB'; DROP TABLE users\n`,
      'is not an amount of memory',
    ],
    ['with a warehouse in S3', `${SOURCES}[DUCKDB]\nPATH=s3://bucket/x.duckdb\n`, 'is in S3'],
    ['with a warehouse elsewhere', `${SOURCES}[DUCKDB]\nPATH=md://x\n`, 'neither in S3 nor local'],
    ['with a size without end', `${SOURCES}[LOAD]\nMAX_RUN_SIZE=${'9'.repeat(400)}X\n`, 'is not a size'],
    ['with a negative number', `${SOURCES}[LOAD]\nMAX_ERRORS=-1\n`, 'is not a whole number'],
    ['with a time of SQL', `${SOURCES}[LOAD]\nTIMEOUT_MINUTES=1; SELECT 1\n`, 'is not a number of minutes'],
    ['of byte order marks', Buffer.from([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]), /neither a \[SECTION\]|missing/],
  ])('%s is refused', (_, content, words) => ends(content, 2, words));

  test.each<[string, string]>([
    ['whose lines end in CR', SOURCES.replaceAll('\n', '\r')],
    ['whose lines end in CR LF', SOURCES.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\ufeff${SOURCES}`],
    ['with unknown sections and keys', `${SOURCES}[__proto__]\ntoString=1\n[A B]\nx:y\n`],
    [
      'with a hundred thousand foreign lines',
      `${SOURCES}[X]\n${Array.from({ length: 50_000 }, (_, n) => `k${n}=v\n`).join('')}`,
    ],
    [
      'with folders named by SQL',
      `[S3]\nLOG_DATA="x'; DROP TABLE users; --"\nSONG_DATA='$(touch pwned) \`touch pwned\`'\n`,
    ],
  ])('%s is read', async (_, content) => {
    await ends(`${content}\n[DUCKDB]\nPATH=:memory:\n`, 1, 'npm run create-tables');
  });

  test.each(['/dev/zero', '/proc/self/mem', '/dev/null', '/etc/passwd', '/'])('%s is refused', async (path) => {
    const { code, stderr } = await inProcess(['status', '--config', path]);
    expect(code).toBe(2);
    expectPlain(stderr);
    expect(stderr).not.toContain('root:');
  });

  test('that is a link to itself is refused, and the name of a file tells a terminal nothing', async () => {
    symlinkSync('loop.cfg', join(folder, 'loop.cfg'));
    for (const name of ['loop.cfg', '\u001b[2J\nerror: all is lost\u202e.cfg', 'x'.repeat(5000), 'dwh.cfg/x', '']) {
      const { code, stderr } = await inProcess(['status', '--config', name && join(folder, name)]);
      expect(code).toBe(2);
      expectPlain(stderr);
    }
  });

  test('may come through a pipe', async () => {
    const pipe = join(folder, 'pipe.cfg');
    execFileSync('mkfifo', [pipe]);
    const written = execFileSync.bind(undefined, 'bash', ['-c', 'printf "%s" "$0" > "$1" &', 'x', pipe]);
    written({ stdio: 'ignore' });
    expect((await starload(['status', '--config', pipe])).code).toBe(2);
  });

  test('given twice is the last one', async () => {
    const { code, stderr } = await inProcess(['status', '--config', config, '--config', 'nowhere.cfg']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nowhere.cfg: one mistake') });
  });
});

describe('the file of a warehouse', () => {
  test.each<[string, (path: string) => void]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a folder', (path) => mkdirSync(path)],
    ['a device', (path) => symlinkSync('/dev/zero', path)],
    ['a text', (path) => writeFileSync(path, 'hello')],
    ["another program's, for which DuckDB would fetch an extension", (path) => writeFileSync(path, SQLITE)],
    ['a link to itself', (path) => symlinkSync('warehouse', path)],
  ])('%s is refused', async (_, make) => {
    const path = join(folder, 'warehouse');
    make(path);
    await ends(`${SOURCES}[DUCKDB]\nPATH=warehouse\n`, 1, /cannot open .*warehouse: (?!.*http)/, 'create-tables');
    rmSync(path, { recursive: true });
  });

  test.each([
    `a'b"c;d`,
    '$(touch pwned)',
    'temp.duckdb',
    'x.duckdb?access_mode=read_write',
    'ü😀\u0301.db',
    '-rf',
    '*',
  ])('may be called %s', async (name) => {
    const quoted = name.includes('"') ? name : `"${name}"`;
    writeFileSync(config, `${SOURCES}[DUCKDB]\nPATH=${quoted}\n[CLUSTER]\nDB_SCHEMA=x\n`);
    expect(await inProcess(['create-tables', '--config', config])).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toContain(name);
    rmSync(join(folder, name));
  });
});

const SQLITE = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(100)]);

describe('what is written into a setting', () => {
  const PAYLOADS = [
    `'"); DROP TABLE users; --`,
    '$(touch pwned) `touch pwned`',
    '../../a\\',
    '-rf %s%n',
    '\u0007\u001b]0;p\u0007',
  ];
  const cases = ALL_SETTINGS.ids
    .filter((id) => id !== 'host')
    .flatMap((id) => PAYLOADS.map((payload) => ({ id, payload })));

  test(`is refused or meant, ${cases.length} times`, async () => {
    for (const { id, payload } of cases) {
      const { section, key } = ALL_SETTINGS.of(id);
      writeFileSync(config, withSetting(section, `${key} = ${payload}`));
      const { code, stderr } = await inProcess(['status', '--config', config], { env: { HOME: folder } });
      expect({ id, payload, code, expected: [1, 2].includes(code ?? -1) }).toMatchObject({ expected: true });
      expectPlain(stderr);
    }
    expect(existsSync(join(folder, 'pwned')) || existsSync('pwned')).toBe(false);
  });

  test('may be anything: the commands end with a code of their own', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ALL_SETTINGS.ids),
        fc.string({ unit: 'binary', maxLength: 30 }),
        async (id, text) => {
          const { section, key } = ALL_SETTINGS.of(id);
          writeFileSync(config, withSetting(section, `${key} = ${text}`));
          const { code, stderr } = await inProcess(['status', '--config', config]);
          expect([0, 1, 2]).toContain(code);
          expectPlain(stderr);
        },
      ),
      { numRuns: 60 },
    ));
});

/** A configuration for the embedded warehouse with a line of its own in a section. */
function withSetting(section: string, line: string): string {
  const usual = { S3: ['LOG_DATA = x', 'SONG_DATA = x'], DUCKDB: ['PATH = :memory:'] };
  const key = line.split(' ')[0];
  const sections = Object.entries({ [section]: [], ...usual } as Record<string, string[]>);
  return sections
    .map(([name, lines]) => {
      const others = lines.filter((other) => other.split(' ')[0] !== key);
      return `[${name}]\n${[...others, ...(name === section ? [line] : [])].join('\n')}\n`;
    })
    .join('');
}
