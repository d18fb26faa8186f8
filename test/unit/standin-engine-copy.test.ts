import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EngineOptions, type StandinEngine, startEngine } from '../standin/engine/engine.ts';
import { MemoryObjects } from '../standin/engine/memory-objects.ts';
import { type Postgres, startPostgres } from '../standin/engine/postgres.ts';
import type { Backend } from '../standin/executor.ts';

const ROLE = 'arn:aws:iam::123456789012:role/loader';
const FAILED = "ERROR: Load into table 't' failed.  Check 'sys_load_error_detail' system table for details.";

const DATABASE = 'dev';
const objects = new MemoryObjects();
let postgres: Postgres;
let shared: StandinEngine;
/** The shared one, or one that a test opened for itself. */
let engine: StandinEngine;
let backend: Backend;

beforeAll(async () => {
  postgres = await startPostgres();
  shared = await startEngine(options());
});

afterAll(async () => {
  await shared.stop();
  await postgres.stop();
});

beforeEach(async () => {
  objects.contents.clear();
  objects.regions.clear();
  objects.forbidden.clear();
  engine = shared;
  await open();
});

afterEach(async () => {
  await backend.close();
  if (engine !== shared) await engine.stop();
});

function options(different: Partial<EngineOptions> = {}): EngineOptions {
  return { objects, postgres, databases: [DATABASE], roles: [ROLE], defaultRole: ROLE, ...different };
}

async function open(): Promise<void> {
  await engine.inspect(DATABASE, 'TRUNCATE redshift.sys_load_error_detail, redshift.stl_load_errors');
  backend = await engine.connect({ database: DATABASE, user: 'ann' });
  await backend.execute('DROP TABLE IF EXISTS t');
  await backend.execute(
    'CREATE TABLE t (id INT NOT NULL, name VARCHAR(5), n BIGINT, x DOUBLE PRECISION, d DECIMAL(8,2), b BOOLEAN, at TIMESTAMP, loaded_at TIMESTAMP DEFAULT SYSDATE)',
  );
}

async function openOther(different: Partial<EngineOptions>): Promise<void> {
  await backend.close();
  engine = await startEngine(options(different));
  await open();
}

/** COPYs one file with these records. */
function load(content: string | Uint8Array, options = '', columns = '(id, name, n, x, d, b, at)'): Promise<string> {
  objects.put('data/f.json', content);
  return copy(`COPY t ${columns} FROM 's3://data/f.json' IAM_ROLE default FORMAT AS JSON 'auto' ${options}`);
}

function copy(sql: string): Promise<string> {
  return backend.execute(sql).then(
    () => 'loaded',
    (error: Error) => error.message,
  );
}

async function rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  return (await backend.execute(sql)).rows;
}

/** The one refused record: code, column, line and reason. */
async function refused(): Promise<readonly (string | null | undefined)[] | undefined> {
  const found = await rows('SELECT error_code, column_name, line_number, error_message FROM sys_load_error_detail');
  return found[0]?.map((value) => value?.trim());
}

const column = (name: string): Promise<readonly (string | null)[]> =>
  rows(`SELECT ${name} FROM t ORDER BY id`).then((all) => all.map(([value]) => value as string | null));

describe('facts 3.1: what COPY says', () => {
  test.each([
    ['no authorization', "COPY t FROM 's3://data/f' JSON 'auto'", 'No IAM_ROLE'],
    ['a role that is none', "COPY t FROM 's3://data/f' IAM_ROLE 'me' JSON 'auto'", 'Invalid IAM role ARN'],
    [
      'a role that is not attached',
      "COPY t FROM 's3://data/f' IAM_ROLE 'arn:aws:iam::123456789012:role/x' JSON 'auto'",
      'is not authorized to assume IAM Role',
    ],
    ['two roles', "COPY t FROM 's3://data/f' IAM_ROLE default IAM_ROLE default JSON 'auto'", 'one authorization only'],
    [
      'FILLRECORD',
      "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' FILLRECORD",
      'FILLRECORD option is not supported with JSON',
    ],
    [
      'NULL AS',
      "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' NULL AS 'x'",
      'NULL option is not supported with JSON',
    ],
    ['CSV', "COPY t FROM 's3://data/f' IAM_ROLE default CSV", 'CSV option is not supported with JSON'],
    [
      'what is not imitated',
      "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' ACCEPTINVCHARS",
      'ACCEPTINVCHARS is not imitated',
    ],
    ['an unknown word', "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' QUICKLY", 'near "QUICKLY"'],
    [
      'an upper-case time format (3.4)',
      "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' TIMEFORMAT 'EPOCHSECS'",
      'is not imitated',
    ],
    [
      'MAXERROR beyond 100000 (3.5)',
      "COPY t FROM 's3://data/f' IAM_ROLE default JSON 'auto' MAXERROR 100001",
      'between 0 and 100000',
    ],
    [
      'a missing table (3.6)',
      "COPY nowhere FROM 's3://data/f' IAM_ROLE default JSON 'auto'",
      'ERROR: Cannot COPY into nonexistent table nowhere',
    ],
    [
      'a missing column',
      "COPY t (nope) FROM 's3://data/f' IAM_ROLE default JSON 'auto'",
      'column "nope" of relation "t" does not exist',
    ],
  ])('%s is refused', async (_, sql, expected) => {
    expect(await copy(sql)).toContain(expected);
  });

  test('parameters come in any order, and JSON alone means auto', async () => {
    objects.put('data/f', gzipSync('{"id":1}'));
    const sql = `copy t(id) from 's3://data/f' statupdate off region as 'us-east-1' gzip maxerror as 3 compupdate preset json iam_role '${ROLE}' timeformat 'auto'`;
    expect(await copy(sql)).toBe('loaded');
  });

  test('parameters of the statement do not reach a COPY', async () => {
    await expect(
      backend.execute("COPY t FROM :file IAM_ROLE default JSON 'auto'", { file: 's3://data/f' }),
    ).rejects.toThrow('syntax error at or near ":file"');
  });
});

describe('facts 3.2: which files', () => {
  const ALL = "COPY t (id) FROM 's3://data/log_data' IAM_ROLE default JSON 'auto'";
  const MANIFEST = "COPY t (id) FROM 's3://data/m' IAM_ROLE default MANIFEST JSON 'auto'";
  const manifest = (...entries: readonly object[]): void => objects.put('data/m', JSON.stringify({ entries }));

  test('a prefix catches neighbours', async () => {
    objects.put('data/log_data/a', '{"id":1}');
    objects.put('data/log_data2/b', '{"id":2}');
    objects.put('data/log_data.bak', '{"id":3}');
    objects.put('data/other', '{"id":4}');
    expect(await copy(ALL)).toBe('loaded');
    expect(await column('id')).toEqual(['1', '2', '3']);
  });

  test('a prefix of nothing is an error that leaves no trace', async () => {
    objects.put('data/x', '');
    expect(await copy(ALL)).toContain("The specified S3 prefix 'log_data' does not exist");
    expect(await refused()).toBeUndefined();
  });

  test('an empty object under the prefix is no record', async () => {
    objects.put('data/log_data/', '');
    objects.put('data/log_data/a', '{"id":1}');
    expect(await copy(ALL)).toBe('loaded');
  });

  test('a manifest loads what it lists, twice what it lists twice, and skips what is missing', async () => {
    objects.put('data/a', '{"id":1}');
    objects.put('data/ab', '{"id":2}');
    manifest({ url: 's3://data/a' }, { url: 's3://data/a', mandatory: true }, { url: 's3://data/gone', meta: {} });
    expect(await copy(MANIFEST)).toBe('loaded');
    expect(await column('id')).toEqual(['1', '1']);
  });

  test('a mandatory file that is missing fails the load', async () => {
    objects.put('data/a', '{"id":1}');
    manifest({ url: 's3://data/a' }, { url: 's3://data/gone', mandatory: true });
    expect(await copy(MANIFEST)).toContain('Mandatory url is not present in manifest file');
    expect(await column('id')).toEqual([]);
  });

  test('a manifest none of whose files exists fails the load, mandatory or not', async () => {
    manifest({ url: 's3://data/gone' });
    expect(await copy(MANIFEST)).toContain('No data files were found');
  });

  test('an entry is a full key (error 8001), and a manifest is JSON', async () => {
    manifest({ url: 's3://data/folder/' });
    expect(await copy(MANIFEST)).toContain('8001');
    objects.put('data/m', 'id,name');
    expect(await copy(MANIFEST)).toContain('not a JSON document');
    objects.contents.delete('data/m');
    objects.put('data/n', '');
    expect(await copy(MANIFEST)).toContain('S3ServiceException:The specified key does not exist.,Status 404');
  });

  test('without MANIFEST the manifest is data', async () => {
    manifest({ url: 's3://data/a' });
    expect(await copy(MANIFEST.replace('MANIFEST', ''))).toBe(FAILED);
  });

  test('a bucket of another region answers 301, and REGION leads there', async () => {
    objects.put('data/log_data', '{"id":1}');
    objects.regions.set('data', 'eu-west-1');
    expect(await copy(ALL)).toMatch(
      /S3ServiceException:The bucket you are attempting to access.*Status 301,Error PermanentRedirect/,
    );
    expect(await copy(`${ALL} REGION 'eu-west-1'`)).toBe('loaded');
  });

  test('what the role may not read is denied', async () => {
    objects.put('data/log_data', '{"id":1}');
    objects.forbidden.add('data/log_data');
    expect(await copy(ALL)).toContain('S3ServiceException:Access Denied,Status 403,Error AccessDenied');
  });

  test('GZIP holds for every file', async () => {
    objects.put('data/log_data/a', gzipSync('{"id":1}'));
    expect(await copy(`${ALL} GZIP`)).toBe('loaded');
    expect(await copy(ALL)).toBe(FAILED);
    objects.put('data/log_data/b', '{"id":2}');
    expect(await copy(`${ALL} GZIP`)).toContain('Failed to decompress s3://data/log_data/b');
    expect(await column('id')).toEqual(['1']);
  });
});

describe('facts 3.3: records', () => {
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

describe('facts 3.3 and 3.4: values', () => {
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

describe('facts 3.5, 3.6 and 3.8: what becomes of a load', () => {
  const BAD = '{"id":1}\n{"id":"x"}\n{"id":3}\n{"id":"yé"}\n';

  test('MAXERROR n fails when errors reach n, and skips the records below', async () => {
    expect(await load(BAD, 'MAXERROR 1')).toBe(FAILED);
    expect(await load(BAD, 'MAXERROR 2')).toBe(FAILED);
    expect(await column('id')).toEqual([]);
    expect(await load(BAD, 'MAXERROR 3')).toBe('loaded');
    expect(await column('id')).toEqual(['1', '3']);
  });

  test('the load-error views survive the rollback of the load', async () => {
    await backend.begin();
    const error = (await backend.execute('SELECT pg_backend_pid()')).rows[0]?.[0];
    expect(await load(BAD)).toBe(FAILED);
    expect(await copy('SELECT 1')).toContain('current transaction is aborted');
    await backend.rollback();
    const [row] = await rows(
      'SELECT session_id, TRIM(file_name), TRIM(column_type), TRIM(column_length), position, query_id > 0, LEN(file_name) FROM sys_load_error_detail',
    );
    expect(row).toEqual([error, 's3://data/f.json', 'int4', '', '0', 't', '256']);
    expect(
      await rows('SELECT TRIM(raw_line), TRIM(raw_field_value), err_code, TRIM(err_reason) FROM stl_load_errors'),
    ).toEqual([['{"id":"x"}', 'x', '1207', "Invalid digit, Value 'x', Pos 0, Type: Integer"]]);
  });

  test('multi-byte characters of raw_line become periods', async () => {
    await load('{"id":"é"}');
    expect(await rows('SELECT TRIM(raw_line) FROM stl_load_errors')).toEqual([['{"id":"."}']]);
  });

  test('on Serverless the STL views are not to be had', async () => {
    await openOther({ stl: false });
    expect(await copy('SELECT 1 FROM stl_load_errors')).toBe('ERROR: permission denied for relation stl_load_errors');
  });

  test('pg_last_copy_count and pg_last_copy_id are the session’s own', async () => {
    expect(await rows('SELECT pg_last_copy_id(), pg_last_copy_count()')).toEqual([['-1', '0']]);
    await load('{"id":1}{"id":2}');
    const [[first, count] = []] = await rows('SELECT pg_last_copy_id(), pg_last_copy_count()');
    expect(count).toBe('2');
    await load('{"id":"x"}');
    const [[second, none] = []] = await rows('SELECT pg_last_copy_id(), pg_last_copy_count()');
    expect([Number(second) > Number(first), none]).toEqual([true, '0']);
    await copy("COPY t FROM 's3://data/nothing' IAM_ROLE default JSON 'auto'");
    expect((await rows('SELECT pg_last_copy_id()'))[0]?.[0]).toBe(second);
  });

  test('a COPY reports no rows of its own (1.4), and SYS_LOAD_HISTORY tells them by its query id', async () => {
    objects.put('data/f.json', '{"id":1}{"id":2}');
    const outcome = await backend.execute("COPY t (id) FROM 's3://data/f.json' IAM_ROLE default JSON 'auto'");
    expect([outcome.affected, outcome.columns]).toEqual([0, undefined]);
    const found = await rows(
      `SELECT status, table_name, loaded_rows, source_file_count, error_count FROM sys_load_history WHERE query_id = ${outcome.queryId}`,
    );
    expect(found).toEqual([['completed', 't', '2', '1', '0']]);
  });

  test('a load of many records goes in pieces, and is whole or not at all', async () => {
    const many = Array.from({ length: 2500 }, (_, id) => `{"id":${id}}`).join('\n');
    expect(await load(`${many}\n{"id":"x"}`)).toBe(FAILED);
    expect((await rows('SELECT COUNT(*) FROM t'))[0]?.[0]).toBe('0');
    expect(await load(many)).toBe('loaded');
    expect((await rows('SELECT COUNT(*) FROM t'))[0]?.[0]).toBe('2500');
  });

  test('a COPY can be cancelled while S3 keeps it waiting', async () => {
    class Slow extends MemoryObjects {
      override async get(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return objects.get(bucket, key);
      }
    }
    const slow = new Slow();
    slow.put('data/f.json', '');
    await openOther({ objects: slow });
    objects.put('data/f.json', '{"id":1}');
    const loading = load('{"id":1}');
    await new Promise((resolve) => setTimeout(resolve, 30));
    await backend.cancel();
    expect(await loading).toMatch(/^ERROR: Query \(\d+\) cancelled on user's request$/);
    expect(await column('id')).toEqual([]);
  });
});
