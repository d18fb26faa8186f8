import { describe, expect, test } from '@jest/globals';
import {
  backend,
  column,
  copy,
  FAILED,
  load,
  objects,
  openOther,
  refused,
  rows,
} from './standin-engine-copy-support.ts';

describe('page "COPY from JSON format": records', () => {
  test('objects are separated by white space or nothing, on one line or many', async () => {
    expect(await load('{"id":1}{"id":2}\t{"id":3}\r\n\n{\n "id":\n 4,\n "name": "a}{"\n}')).toBe('loaded');
    expect(await column('id')).toEqual(['1', '2', '3', '4']);
    expect(await column('name')).toEqual([null, null, null, 'a}{']);
  });

  test.each([
    ['a comma between objects', '{"id":1},\n{"id":2}', '1'],
    ['an array at the root', '[{"id":1},\n{"id":2}]', '2'],
    ['what is no JSON', '{"id":1}\n{"id":2,}', '2'],
    ['an object that does not end', '{"id":1}\n{"id":2', '2'],
    ['a byte order mark (uncertain)', '\uFEFF{"id":1}', '1'],
  ])('%s is refused', async (_, content, line) => {
    expect(await load(content)).toBe(FAILED);
    expect((await refused())?.slice(1, 3)).toEqual(['', line]);
  });

  test('an object beyond 4 MB is refused', async () => {
    expect(await load(`{"id":1,"more":"${'x'.repeat(4 * 1024 * 1024)}"}`)).toBe(FAILED);
    expect((await refused())?.[3]).toContain('larger than 4 MB');
  });

  test("'auto' matches keys with lower-case columns, case-sensitively; 'auto ignorecase' does not mind", async () => {
    const record = '{"ID":1,"Name":"a","unknown":{"id":5}}';
    expect(await load(record)).toBe(FAILED);
    objects.put('data/f.json', record);
    expect(await copy("COPY t FROM 's3://data/f.json' IAM_ROLE default JSON 'auto ignorecase'")).toBe('loaded');
    expect(await column('name')).toEqual(['a']);
  });

  test('a missing key is NULL, also where the listed column has a DEFAULT; an unlisted column takes it (3.9)', async () => {
    await backend.begin();
    expect(await load('{"id":1}', '', '(id)')).toBe('loaded');
    expect(await load('{"id":2}', '', '')).toBe('loaded');
    expect(await rows('SELECT id, loaded_at = SYSDATE FROM t ORDER BY id')).toEqual([
      ['1', 't'],
      ['2', null],
    ]);
    await backend.commit();
  });

  test('jsonpaths feed the nth column, reach into arrays and must be as many as the columns', async () => {
    objects.put('data/f.json', '{"a":{"b":[7,8]},"c.d":"x"}');
    objects.put('data/p.json', `{"jsonpaths":["$['a']['b'][1]","$['c.d']","$.a.missing"]}`);
    const sql = "COPY t (id, name, n) FROM 's3://data/f.json' IAM_ROLE default JSON 's3://data/p.json'";
    expect(await copy(sql)).toBe('loaded');
    expect(await rows('SELECT id, name, n FROM t')).toEqual([['8', 'x', null]]);
    expect(await copy(sql.replace(', n)', ')'))).toContain(
      'Number of jsonpaths and the number of columns should match. JSONPath size: 3, Number of columns in table or column list: 2',
    );
    objects.put('data/p.json', '{"jsonpaths":["$.a.b[5]","$.a","$.a"]}');
    expect(await copy(sql)).toBe(FAILED);
    expect((await refused())?.[3]).toBe('Invalid JSONPath format: Not an array or index out of range.');
  });

  test('jsonpaths take arrays at the root', async () => {
    objects.put('data/f.json', '[1,"a"] [2,"b"]');
    objects.put('data/p.json', '{"jsonpaths":["$[0]","$[1]"]}');
    expect(await copy("COPY t (id, name) FROM 's3://data/f.json' IAM_ROLE default JSON 's3://data/p.json'")).toBe(
      'loaded',
    );
    expect(await column('name')).toEqual(['a', 'b']);
  });

  test('a jsonpaths file under another key is silently auto; one that is malformed fails', async () => {
    objects.put('data/f.json', '{"id":1,"x":2}');
    objects.put('data/p.json', '{"jsonPaths":["$.x"]}');
    const sql = "COPY t (id) FROM 's3://data/f.json' IAM_ROLE default JSON 's3://data/p.json' MAXERROR 10";
    expect(await copy(sql)).toBe('loaded');
    expect(await column('id')).toEqual(['1']);
    for (const bad of [
      '{"jsonpaths":["$.x"]} more',
      '{"jsonpaths":["$.*"]}',
      '{"jsonpaths":[7]}',
      '{"jsonpaths":["$[\'a\'].b"]}',
    ]) {
      objects.put('data/p.json', bad);
      expect(await copy(sql)).toContain('Invalid JSONPath format');
    }
  });
});

describe('page "COPY from JSON format", page "DATEFORMAT and TIMEFORMAT strings": values', () => {
  test('empty text is NULL for all types but text, and null is NULL', async () => {
    expect(await load('{"id":1,"name":"","n":"","x":"  ","d":null,"b":"","at":""}')).toBe('loaded');
    expect(await rows('SELECT name, n, x, d, b, at FROM t')).toEqual([['', null, null, null, null, null]]);
    await load('{"id":2,"name":""}{"id":3,"name":"  "}', 'EMPTYASNULL BLANKSASNULL');
    expect(await column('name')).toEqual(['', null, null]);
  });

  test('text takes numbers as they are spelt, booleans, and nested values as raw text', async () => {
    await load('{"id":1,"name":1.50}{"id":2,"name":true}{"id":3,"name":[ 1 ]}');
    expect(await column('name')).toEqual(['1.50', 'true', '[ 1 ]']);
  });

  test('escapes are decoded, surrogate pairs too', async () => {
    await load('{"id":1,"name":"\\t\\"\\u00e9"}{"id":2,"name":"\\ud83d\\ude00"}');
    expect(await column('name')).toEqual(['\t"é', '😀']);
  });

  test('numbers load from text, a fraction of zeros into BIGINT, decimals are cut to their scale', async () => {
    await load(
      '{"id":"12","n":1540919166796.0,"x":"1.5e3","d":20.259,"b":1}{"id":13,"n":-9223372036854775808,"d":-0.001}',
    );
    expect(await rows('SELECT id, n, x, d, b FROM t ORDER BY id')).toEqual([
      ['12', '1540919166796', '1500', '20.25', 't'],
      ['13', '-9223372036854775808', null, '0.00', null],
    ]);
    await load('{"id":14,"d":20.259}', 'ROUNDEC');
    expect((await column('d')).at(-1)).toBe('20.26');
  });

  test('timestamps have the default format, ISO 8601 or epochs', async () => {
    await load('{"id":1,"at":"2018-11-02 01:25:34.796"}{"id":2,"at":"2018-11-02"}');
    await load('{"id":3,"at":"2018-11-02T01:25:34Z"}', "TIMEFORMAT 'auto'");
    await load('{"id":4,"at":1541121934796}', "TIMEFORMAT 'epochmillisecs'");
    await load('{"id":5,"at":1541121934}', "TIMEFORMAT AS 'epochsecs'");
    expect(await column('at')).toEqual([
      '2018-11-02 01:25:34.796',
      '2018-11-02 00:00:00',
      '2018-11-02 01:25:34',
      '2018-11-02 01:25:34.796',
      '2018-11-02 01:25:34',
    ]);
  });

  test.each([
    ['over-long text, by bytes', '"name":"éééé"', '1204', 'name', 'String length exceeds DDL length'],
    ['NULL into NOT NULL', '"id":null', '1213', 'id', 'Missing data for not-null field'],
    ['a letter in an integer', '"n":"12a"', '1207', 'n', "Invalid digit, Value 'a', Pos 2, Type: Long"],
    ['a fraction as text', '"n":"12.0"', '1207', 'n', "Invalid digit, Value '.', Pos 2, Type: Long"],
    ['a fraction that is not zero (uncertain)', '"n":12.5', '1207', 'n', "Invalid digit, Value '.', Pos 2, Type: Long"],
    ['an integer that is too large', '"n":9223372036854775808', '1222', 'n', 'Overflow'],
    ['no number in a float', '"x":"abc"', '1208', 'x', 'Invalid FLOAT'],
    ['no decimal', '"d":"1,5"', '1209', 'd', 'Invalid DECIMAL'],
    ['no boolean', '"b":"maybe"', '1210', 'b', 'Invalid BOOLEAN'],
    ['ISO text without TIMEFORMAT', '"at":"2018-11-02T01:25:34Z"', '1206', 'at', 'Invalid timestamp format or value'],
    ['a day that is none', '"at":"2018-02-30 00:00:00"', '1206', 'at', 'Invalid timestamp format or value'],
    ['an epoch without TIMEFORMAT', '"at":1541121934796', '1206', 'at', 'Invalid timestamp format or value'],
    ['NUL (uncertain)', '"name":"a\\u0000"', '1220', 'name', 'unsupported UTF-8'],
    ['half a surrogate pair', '"name":"\\ud83d"', '1220', 'name', 'unsupported UTF-8'],
  ])('%s is an error', async (_, member, code, name, reason) => {
    expect(await load(`{"id":1}\n{"id":2,\n${member}\n}\n`)).toBe(FAILED);
    const [actualCode, actualName, line, message] = (await refused()) ?? [];
    expect([actualCode, actualName, line]).toEqual([code, name, '4']);
    expect(message).toContain(reason);
    expect(await column('id')).toEqual([]);
  });

  test('bytes that are not UTF-8 are error 1220', async () => {
    expect(await load(Buffer.from('{"id":1,"name":"\xa4"}', 'latin1'))).toBe(FAILED);
    expect(await refused()).toEqual([
      '1220',
      'name',
      '1',
      'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: a4 (error 3)',
    ]);
  });

  test('CHAR takes single-byte characters only', async () => {
    await backend.execute('CREATE TABLE c (a CHAR(3))');
    objects.put('data/f.json', '{"a":"é"}');
    expect(await copy("COPY c FROM 's3://data/f.json' IAM_ROLE default JSON 'auto'")).toContain(
      "Load into table 'c' failed",
    );
    expect((await refused())?.[3]).toContain('Multibyte character not supported for CHAR');
  });

  test('TRUNCATECOLUMNS cuts text at a character, and surplus blanks are cut without it', async () => {
    expect(await load('{"id":1,"name":"éééé"}', 'TRUNCATECOLUMNS')).toBe('loaded');
    expect(await load('{"id":2,"name":"abc     "}')).toBe('loaded');
    expect(await rows("SELECT name || '|' FROM t ORDER BY id")).toEqual([['éé|'], ['abc  |']]);
  });

  test('what is uncertain goes the other way by option', async () => {
    await openOther({
      uncertain: { fraction: 'truncate', nul: 'end', numberText: 'normalised', epochFraction: 'accept' },
    });
    expect(await load('{"id":1,"n":12.5,"name":"a\\u0000b","at":1541121934796.0}', "TIMEFORMAT 'epochmillisecs'")).toBe(
      'loaded',
    );
    expect(await load('{"id":2,"name":1.50}')).toBe('loaded');
    expect(await rows('SELECT n, name, at FROM t ORDER BY id')).toEqual([
      ['12', 'a', '2018-11-02 01:25:34.796'],
      [null, '1.5', null],
    ]);
  });
});
