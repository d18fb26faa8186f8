import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAwsAccess } from '../../src/config/aws-access.ts';
import { type Edits, editConfig } from '../../src/config/edit.ts';
import { type Entry, readIni } from '../../src/config/ini.ts';
import { ConfigError } from '../../src/errors.ts';
import { ALL_SETTINGS, OF_MODEL } from './config-support.ts';

const EDITS = {
  dbUser: null,
  region: null,
  host: 'wg.123456789012.eu-west-1.redshift-serverless.amazonaws.com',
  dbName: 'dwh',
  arn: 'arn:aws:iam::123456789012:role/new',
  workPrefix: 's3://new-bucket/work/',
} as const satisfies Edits;

const edit = (text: string, edits: Edits = EDITS) => editConfig('dwh.cfg', text, edits).text;

describe('editing dwh.cfg', () => {
  test.each([
    ['a value', '[CLUSTER]\nHOST = old\n', '[CLUSTER]\nHOST = new\n'],
    ['a blank value', '[CLUSTER]\nHOST=\nDB_NAME=x\n', '[CLUSTER]\nHOST=new\nDB_NAME=x\n'],
    ['a quoted value', `[CLUSTER]\nhost : 'old' \t\r\n`, `[CLUSTER]\nhost : 'new' \t\r\n`],
    ['a value under another name', '[DWH]\nDWH_ENDPOINT=old', '[DWH]\nDWH_ENDPOINT=new'],
    [
      'its own name, which outranks another',
      '[CLUSTER]\nHOST=a\n[D]\nDWH_HOST=b\n',
      '[CLUSTER]\nHOST=new\n[D]\nDWH_HOST=b\n',
    ],
    ['names that would disagree', '[A]\nDWH_HOST=a\n[D]\nDWH_HOST=b\n', '[A]\nDWH_HOST=new\n[D]\nDWH_HOST=new\n'],
    [
      'a key that is missing, below the last one',
      '[CLUSTER]\nDB_NAME=x\n\n[S3]\n',
      '[CLUSTER]\nDB_NAME=x\nHOST = new\n\n[S3]\n',
    ],
    [
      'a key that is missing, below its example',
      '[CLUSTER]\n# the host\n#HOST = e\n# b\n',
      '[CLUSTER]\n# the host\n#HOST = e\nHOST = new\n# b\n',
    ],
    ['a key below a last line without end', '[CLUSTER]\r\nDB_NAME=x', '[CLUSTER]\r\nDB_NAME=x\r\nHOST = new\r\n'],
    ['a section that is missing', '[S3]\nLOG_DATA=x', '[S3]\nLOG_DATA=x\n\n[CLUSTER]\nHOST = new\n'],
    ['an empty file', '', '[CLUSTER]\nHOST = new\n'],
    ['a file with a byte order mark', '\uFEFF[CLUSTER]\nHOST=old\n', '\uFEFF[CLUSTER]\nHOST=new\n'],
    ['an indented section', '[CLUSTER]\n  DB_NAME=x\n  [S3]\n', '[CLUSTER]\n  DB_NAME=x\n  HOST = new\n  [S3]\n'],
    ['a value in place already', '[CLUSTER]\nHOST=new # \n', undefined],
  ])('%s', (_, before, after) => {
    if (after === undefined) expect(edit('[CLUSTER]\nHOST="new"\n', { host: 'new' })).toBe('[CLUSTER]\nHOST="new"\n');
    else expect(edit(before, { host: 'new' })).toBe(after);
  });

  test('comments out what is to be gone, under every name, and leaves what is blank', () => {
    const text = '[CLUSTER]\n DB_USER = me\nREGION=\n[DWH]\nDWH_DB_USER=you\n';
    expect(edit(text, { dbUser: null, region: null })).toBe(
      '[CLUSTER]\n# DB_USER = me\nREGION=\n[DWH]\n#DWH_DB_USER=you\n',
    );
  });

  test('names the keys it changed', () => {
    const { keys } = editConfig('dwh.cfg', `[CLUSTER]\nDB_USER=me\nDB_NAME=dwh\n`, EDITS);
    expect(keys).toEqual(['DB_USER', 'HOST', 'ARN', 'WORK_PREFIX']);
  });

  test('refuses rather than change what another line means, and says what to write', () => {
    const swallowed = '[CLUSTER]\nHOST = old\n   more\n';
    expect(() => edit(swallowed, { host: 'new' })).toThrow(/write HOST = new under \[CLUSTER\]/);
    expect(() => edit('[A]\nx=1\n DB_USER=me\n', { dbUser: null })).not.toThrow();
    expect(() => edit('[CLUSTER]\nDB_NAME=a\nHOST=x\nHOST=y\n')).toThrow(/occurs twice/);
  });
});

const SECTIONS = ['CLUSTER', 'S3', 'IAM_ROLE', 'DWH', 'Other'];
const KEYS = 'HOST DB_NAME db_user ARN Work_Prefix REGION DWH_HOST ROLE_ARN DB_PASSWORD LOG_DATA OTHER'.split(' ');

const someValue = fc.oneof(
  fc.constantFrom('', 'x', "'quoted'", '"q"', '<ENTER>', 'a;b#c%d', 'a = b', 's3://bucket/a'),
  fc.string({ unit: fc.constantFrom(...';#%=:\\[]{}()$&@!? é東🎵ab1'), maxLength: 8 }),
);

/** A file with every section and key at most once, as configparser wants it, among comments and blank lines. */
function someText(indent: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const separator = fc.constantFrom('=', ' = ', ': ');
  const keyLine = (key: string) =>
    fc.tuple(indent, fc.constant(key), separator, someValue).map((parts) => parts.join(''));
  const comment = fc.tuple(indent, fc.constantFrom('#', '; '), fc.constantFrom(...KEYS), separator, someValue);
  const filler = fc.oneof(
    comment.map((parts) => parts.join('')),
    fc.constantFrom('', '  ', '\t'),
  );
  const body = fc
    .subarray(KEYS)
    .chain((keys) => fc.tuple(...keys.map((key) => fc.tuple(fc.array(filler, { maxLength: 1 }), keyLine(key)))));
  const section = (name: string) =>
    fc
      .tuple(indent, body, fc.array(filler, { maxLength: 2 }))
      .map(([blank, lines, rest]) => [
        `${blank}[${name}]`,
        ...lines.flatMap(([before, line]) => [...before, line]),
        ...rest,
      ]);
  return fc
    .shuffledSubarray(SECTIONS)
    .chain((names) => fc.tuple(fc.array(filler, { maxLength: 2 }), fc.tuple(...names.map(section))))
    .chain(([head, sections]) => {
      const ends = fc.tuple(fc.constantFrom('\n', '\r\n', '\r'), fc.boolean(), fc.boolean());
      return ends.map(
        ([end, closed, mark]) =>
          `${mark ? '\uFEFF' : ''}${[...head, ...sections.flat()].join(end)}${closed ? end : ''}`,
      );
    })
    .filter((text) => readIni(text).problems.length === 0);
}

const someIndent = fc.constantFrom('', '', '', '', '', ' ', '\t', '   ');

const linesOf = (text: string) => text.match(/[^\r\n]*(\r\n|\r|\n)|[^\r\n]+$/g) ?? [];

const bare = (line = '') => line.replace(/[\r\n]+$/, '');

/** What became of a line: nothing, another value, a comment; or undefined where it is not the line it was. */
function fateOf(
  was: string | undefined,
  line: string,
  isLast: boolean,
): 'same' | 'rewritten' | 'commented' | undefined {
  if (was === line || (isLast && was === bare(line))) return 'same';
  if (was !== undefined && bare(line) === `#${bare(was)}`) return 'commented';
  const head = /^[^=:]*[=:]\s*?/.exec(was ?? '')?.[0];
  const isEdited =
    head !== undefined && line.startsWith(head) && Object.values(EDITS).some((value) => value && line.includes(value));
  return isEdited ? 'rewritten' : undefined;
}

/** Compares a text with the edited one, line by line; counts what happened, and fails where anything else did. */
function compare(before: string, after: string) {
  const old = linesOf(before);
  const seen = { same: 0, inserted: 0, rewritten: 0, commented: 0 };
  let at = 0;
  for (const line of linesOf(after)) {
    const was = old[at];
    const fate = fateOf(was, line, at === old.length - 1);
    if (fate === undefined)
      expect(line).toMatch(/^\s*((HOST|DB_NAME|ARN|WORK_PREFIX) = \S+|\[(CLUSTER|IAM_ROLE|S3)\])?[\r\n]+$/);
    else at += 1;
    if (fate === 'rewritten') expect(was).toMatch(/^\s*(HOST|DB_NAME|ARN|WORK_PREFIX|DWH_HOST|ROLE_ARN)\s*[=:]/i);
    if (fate === 'commented') expect(was).toMatch(/^\s*(DB_USER|REGION)\s*[=:]/i);
    seen[fate ?? 'inserted'] += 1;
  }
  expect(at).toBe(old.length);
  return seen;
}

/** That the settings read as told, and everything else as before. */
function expectMeaning(before: string, after: string): void {
  const [old, now] = [readIni(before), readIni(after)];
  const idOf = ({ section, key }: Entry) => ALL_SETTINGS.idOf(section, key);
  const others = (entries: readonly Entry[]) =>
    entries.filter((entry) => !((idOf(entry) ?? '') in EDITS)).map(({ section, key, value }) => [section, key, value]);
  expect(now.problems).toEqual([]);
  expect(others(now.entries)).toEqual(others(old.entries));
  for (const [id, value] of Object.entries(EDITS)) {
    const found = now.entries.filter((entry) => idOf(entry) === id).map((entry) => entry.value);
    if (value === null) expect(found.filter((each) => each !== '')).toEqual([]);
    else expect(found).toContain(value);
  }
}

describe('any file', () => {
  test('keeps every byte that is not of the settings; they read as told; and editing again changes nothing', () => {
    const total = { inserted: 0, rewritten: 0, commented: 0 };
    fc.assert(
      fc.property(someText(fc.constant('')), (text) => {
        const after = edit(text);
        const seen = compare(text, after);
        for (const kind of ['inserted', 'rewritten', 'commented'] as const) total[kind] += Math.min(1, seen[kind]);
        expectMeaning(text, after);
        expect(edit(after)).toBe(after);
      }),
      { numRuns: 600 },
    );
    expect(Math.min(total.rewritten, total.commented, total.inserted)).toBeGreaterThan(150);
  });

  test('with lines indented is edited just so, or refused', () => {
    let edited = 0;
    fc.assert(
      fc.property(someText(someIndent), (text) => {
        try {
          const after = edit(text);
          compare(text, after);
          expectMeaning(text, after);
          edited += 1;
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
        }
      }),
      { numRuns: 600 },
    );
    expect(edited).toBeGreaterThan(200);
  });
});

describe('what provisioning reads of dwh.cfg', () => {
  const read = (text: string, env = {}) =>
    parseAwsAccess(text, { file: 'dwh.cfg', directory: '/p', env, sources: OF_MODEL });

  test('the region of the warehouse, else that of the data', () => {
    expect(read('[CLUSTER]\nHOST=a.b.eu-west-1.redshift.amazonaws.com\n[AWS]\nREGION=us-west-2\n').aws.region).toBe(
      'eu-west-1',
    );
    expect(read('[CLUSTER]\nREGION=eu-west-2\n[AWS]\nREGION=us-west-2\n').aws.region).toBe('eu-west-2');
    expect(read('[AWS]\nREGION=us-west-2\n').aws.region).toBe('us-west-2');
    expect(read('[CLUSTER]\nHOST=<ENTER>\n').aws.region).toBeUndefined();
    expect(() => read('[CLUSTER]\nREGION=nowhere\n')).toThrow(/not an AWS region/);
  });

  test('values that refer to others', () => {
    const text = '[S3]\nROOT=s3://logs\nLOG_DATA=%(root)s/data\n';
    expect(read(text).sources).toEqual(['s3://logs/data']);
  });

  test('the sources in S3, none of the rest', () => {
    const text =
      "[S3]\nLOG_DATA='s3a://logs/data'\nLOG_JSONPATH='s3://logs/paths.json'\nSONG_DATA=songs\nSONG_JSONPATH=<x>\n";
    expect(read(text).sources).toEqual(['s3://logs/data', 's3://logs/paths.json']);
    expect(read('').sources).toEqual([]);
  });

  test('the keys, with a warning; half a pair is refused', () => {
    const { aws, warnings } = read('[AWS]\nKEY=AKIAX\nSECRET=s\n');
    expect(aws).toMatchObject({ accessKeyId: 'AKIAX', secretAccessKey: 's' });
    expect(warnings).toHaveLength(1);
    expect(() => read('[AWS]\nKEY=AKIAX\n')).toThrow(ConfigError);
  });
});
