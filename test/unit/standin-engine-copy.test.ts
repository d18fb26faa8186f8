import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { MemoryObjects } from '../../standin/engine/memory-objects.ts';
import { HAS_ZSTD, LINES_BZIP2, LINES_ZSTD, SKIPPABLE } from '../support/compressed.ts';
import { makeGate } from '../support/gate.ts';
import { testIf } from '../support/skips.ts';
import {
  backend,
  column,
  copy,
  FAILED,
  load,
  objects,
  openOther,
  ROLE,
  refused,
  rows,
} from './standin-engine-copy-support.ts';

describe('page "COPY": what COPY says', () => {
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

describe('page "COPY from Amazon S3": which files', () => {
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

  test.each([
    { option: 'BZIP2', bytes: LINES_BZIP2, odd: [LINES_BZIP2, Buffer.alloc(1), 'x'] },
    ...(HAS_ZSTD ? [{ option: 'ZSTD', bytes: LINES_ZSTD, odd: [LINES_ZSTD, SKIPPABLE, Buffer.alloc(1), 'x'] }] : []),
  ])('$option takes one stream, and nothing behind it', async ({ option, bytes, odd }) => {
    const sql = `COPY t (id) FROM 's3://data/log_data' IAM_ROLE default ${option} JSON 's3://data/paths'`;
    objects.put('data/paths', JSON.stringify({ jsonpaths: ['$.ts'] }));
    objects.put('data/log_data/a', bytes);
    expect(await copy(sql)).toBe('loaded');
    expect((await column('id')).map(Number).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const more of odd) {
      objects.put('data/log_data/a', Buffer.concat([bytes, Buffer.from(more)]));
      expect(await copy(sql)).toContain(`Failed to decompress s3://data/log_data/a as ${option}`);
    }
    expect(await copy(sql.replace(option, `${option} GZIP`))).toContain('one compression only');
  });

  testIf(!HAS_ZSTD, 'ZSTD without a decompressor: Node.js has one from 22.15 on')(
    'ZSTD is refused where Node.js has none',
    async () => {
      objects.put('data/log_data/a', LINES_ZSTD);
      expect(await copy(`${ALL} ZSTD`)).toContain('ZSTD is not imitated by the stand-in in Node.js');
    },
  );

  test('GZIP takes several members, and nothing behind them', async () => {
    const [one, two] = [gzipSync('{"id":1}'), gzipSync('{"id":2}')];
    objects.put('data/log_data/a', Buffer.concat([one, two]));
    expect(await copy(`${ALL} GZIP`)).toBe('loaded');
    for (const rest of [[0], [0, ...two], [0x78]]) {
      objects.put('data/log_data/a', Buffer.concat([one, Buffer.from(rest)]));
      expect(await copy(`${ALL} GZIP`)).toContain('Failed to decompress s3://data/log_data/a');
    }
    expect(await column('id')).toEqual(['1', '2']);
  });
});

describe('page "Data load operations", COPY messages users have shown, pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS": what becomes of a load', () => {
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
    const [asked, answered] = [makeGate(), makeGate()];
    class Slow extends MemoryObjects {
      override async get(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
        asked.open();
        await answered.opened;
        return objects.get(bucket, key);
      }
    }
    const slow = new Slow();
    slow.put('data/f.json', '');
    await openOther({ objects: slow });
    objects.put('data/f.json', '{"id":1}');
    const loading = load('{"id":1}');
    await asked.opened;
    await backend.cancel();
    answered.open();
    expect(await loading).toMatch(/^ERROR: Query \(\d+\) cancelled on user's request$/);
    expect(await column('id')).toEqual([]);
  });
});
