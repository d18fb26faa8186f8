import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { SourceObject } from '../../src/objects/objects.ts';
import { S3Clients } from '../../src/objects/s3/client.ts';
import { S3Store } from '../../src/objects/s3/store.ts';
import { S3WorkStore } from '../../src/objects/s3/work.ts';
import { KEY_ID, SECRET, withS3 } from '../../standin/s3-place.ts';
import { failureOf } from '../support/failures.ts';
import { listAll, readAll, withFile } from './s3-support.ts';

describe('reading a file in S3', () => {
  test('gives its bytes, an empty file none', () =>
    withFile(async ({ server, store, object, content }) => {
      expect((await readAll(store.read(object))).equals(content)).toBe(true);
      server.put('b', 'e/empty.json', '');
      const [empty] = await listAll(store, 's3://b/e');
      expect(await readAll(store.read(empty as SourceObject))).toHaveLength(0);
    }));

  test('resumes an interrupted stream at the byte it had reached', () =>
    withFile(async ({ server, store, object, content }) => {
      server.faults = ({ operation, earlier }) =>
        operation === 'GetObject' && earlier < 2 ? { kind: 'cut', after: 100_000 } : undefined;
      expect((await readAll(store.read(object))).equals(content)).toBe(true);
      const ranges = server.requests
        .filter(({ operation }) => operation === 'GetObject')
        .map(({ headers }) => headers.range);
      expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)]);
    }));

  test('gives up on a stream that is cut again and again', () =>
    withFile(async ({ server, store, object }) => {
      server.faults = ({ operation }) => (operation === 'GetObject' ? { kind: 'cut', after: 10 } : undefined);
      const { message } = await failureOf(readAll(store.read(object)));
      expect(message).toContain('cannot read s3://b/d/x.json');
      expect(server.requests.filter(({ operation }) => operation === 'GetObject')).toHaveLength(4);
    }));

  test('refuses a file that changed since it was listed, before and during reading', () =>
    withFile(async ({ server, store, object }) => {
      server.faults = ({ operation, earlier }) => {
        if (operation !== 'GetObject') return undefined;
        if (earlier > 0) server.put('b', 'd/x.json', 'other');
        return earlier === 0 ? { kind: 'cut', after: 10 } : undefined;
      };
      const message = 's3://b/d/x.json changed since it was listed; nothing was loaded';
      expect((await failureOf(readAll(store.read(object)))).message).toBe(message);
      server.remove('b', 'd/x.json');
      server.faults = () => undefined;
      const gone = 's3://b/d/x.json is gone since it was listed; nothing was loaded';
      expect((await failureOf(readAll(store.read(object)))).message).toBe(gone);
    }));

  test('refuses another version, and more bytes than were listed, from a server that looks at no condition', () =>
    withFile(async ({ server, clients, store, object, content }) => {
      const client = await clients.of('b');
      client.middlewareStack.add(
        (next) => (args) => {
          delete (args.input as { IfMatch?: string }).IfMatch;
          return next(args);
        },
        { step: 'initialize', priority: 'high' },
      );
      const short = { ...object, size: 1000 };
      await expect(readAll(store.read(short))).rejects.toMatchObject({
        message: 'cannot read s3://b/d/x.json: S3 sends more than the 1000 bytes it listed',
        next: expect.stringMatching(/^Run again. If the error persists, the server changes the content it sends/),
      });
      expect((await readAll(store.read(object))).equals(content)).toBe(true);
      server.put('b', 'd/x.json', content.subarray(1));
      expect((await failureOf(readAll(store.read(object)))).message).toContain('x.json changed since it was listed');
    }));

  test('waits out a busy service and a slow one', () =>
    withFile(async ({ server, store, object, content }) => {
      server.faults = ({ earlier }) =>
        earlier < 2 ? { kind: 'error', status: 503, code: 'SlowDown' } : { kind: 'delay', milliseconds: 20 };
      expect((await readAll(store.read(object))).equals(content)).toBe(true);
    }));
});

describe('a server that goes silent', () => {
  const quick = { silenceMilliseconds: 500 };
  const PATIENCE_MILLISECONDS = 60_000;

  test(
    'in the middle of a file: the rest is requested again',
    () =>
      withFile(async ({ server, store, object, content }) => {
        server.faults = ({ operation, earlier }) =>
          operation === 'GetObject' && earlier < 2 ? { kind: 'silence', after: 100_000 } : undefined;
        expect((await readAll(store.read(object))).equals(content)).toBe(true);
      }, quick),
    PATIENCE_MILLISECONDS,
  );

  test(
    'permanently, ends the load with an error, before its answer and in the middle of it',
    () =>
      withFile(async ({ server, store, work, object }) => {
        server.faults = ({ operation }) =>
          operation === 'GetObject' ? { kind: 'silence', after: 10 } : { kind: 'silence' };
        const failures = [
          readAll(store.read(object)),
          listAll(store, 's3://b/d'),
          work.put('s3://b/w/1', Buffer.from('1')),
          work.copy(object, 's3://b/w/2'),
        ].map(failureOf);
        expect((await Promise.all(failures)).map(({ message }) => message.replace(/ \(.*/, ''))).toEqual([
          'cannot read s3://b/d/x.json: S3 does not answer',
          'cannot list s3://b/d: S3 does not answer',
          'cannot write s3://b/w/1: S3 does not answer',
          'cannot copy s3://b/w/2: S3 does not answer',
        ]);
      }, quick),
    PATIENCE_MILLISECONDS,
  );
});

describe('the work prefix', () => {
  test('is written and emptied', () =>
    withS3(async ({ server, work }) => {
      server.createBucket('b');
      const chunks = (async function* () {
        yield Buffer.from('{"a":');
        yield Buffer.from('1}');
      })();
      const { etag, size } = await work.put('s3://b/w/.parts/1.json', chunks);
      expect([size, server.get('b', 'w/.parts/1.json')?.toString()]).toEqual([7, '{"a":1}']);
      expect(await work.put('s3://b/w/2.json', Buffer.from('{"a":1}'))).toEqual({ etag, size });
      server.put('b', 'w2/x', '');
      await work.remove(['s3://b/w/.parts/1.json', 's3://b/w/2.json', 's3://b/w/gone']);
      expect(server.list('b')).toEqual(['w2/x']);
    }));

  test('is emptied a thousand at a time, and what stays is named', () =>
    withS3(async ({ server, work }) => {
      const keys = Array.from({ length: 2100 }, (_, at) => `w/${at}`);
      for (const key of keys) server.put('b', key, '');
      server.faults = ({ operation, key }) =>
        operation === 'DeleteObject' && key.endsWith('99')
          ? { kind: 'error', status: 403, code: 'AccessDenied' }
          : undefined;
      const { message } = await failureOf(work.remove(keys.map((key) => `s3://b/${key}`)));
      expect(message).toContain('s3://b/w/99: AccessDenied');
      expect(message).toContain('and 16 more');
      expect(server.list('b')).toHaveLength(21);
      expect(server.requests.filter(({ operation }) => operation === 'DeleteObjects')).toHaveLength(3);
    }));

  test('takes a copy of the listed version only', () =>
    withFile(async ({ server, work, object, content }) => {
      const written = await work.copy(object, 's3://b/w/copy.json');
      expect(written).toEqual({ etag: object.version, size: object.size });
      expect(server.get('b', 'w/copy.json')?.equals(content)).toBe(true);
      server.put('b', 'd/x.json', 'other');
      await expect(work.copy(object, 's3://b/w/copy.json')).rejects.toThrow(
        's3://b/d/x.json changed since it was listed',
      );
      server.remove('b', 'd/x.json');
      await expect(work.copy(object, 's3://b/w/copy.json')).rejects.toThrow('s3://b/d/x.json is gone');
    }));

  test('takes a big file in parts, each of the listed version', () =>
    withFile(async ({ server, clients, object, content }) => {
      const work = new S3WorkStore(clients, 70_000);
      const { etag, size } = await work.copy(object, 's3://b/w/copy.json');
      expect([etag.slice(-2), size]).toEqual(['-5', content.length]);
      expect(server.get('b', 'w/copy.json')?.equals(content)).toBe(true);
      server.faults = ({ operation, query }) => {
        if (operation === 'UploadPartCopy' && query.get('partNumber') === '3') server.put('b', 'd/x.json', 'other');
        return undefined;
      };
      await expect(work.copy(object, 's3://b/w/second.json')).rejects.toThrow('d/x.json changed since it was listed');
      expect(server.list('b')).toEqual(['d/x.json', 'w/copy.json']);
      expect(server.requests.at(-1)?.operation).toBe('AbortMultipartUpload');
    }));
});

describe('what the SDK is asked', () => {
  const keys = { accessKeyId: KEY_ID, secretAccessKey: SECRET, region: 'us-east-1' };

  test('keys of a listing stay as they are where the server does not encode them', async () => {
    const mock = mockClient(S3Client);
    mock.on(HeadBucketCommand).resolves({ BucketRegion: 'us-east-1' });
    mock.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'd/a+%20.json', Size: 1, ETag: '"e"' }] });
    const [object] = await listAll(new S3Store(new S3Clients(keys)), 's3://b/d');
    expect(object).toMatchObject({ uri: 's3://b/d/a+%2520.json', key: 'd/a+%20.json', version: 'e' });
    expect(mock.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toEqual({
      Bucket: 'b',
      Prefix: 'd/',
      EncodingType: 'url',
    });
    mock.restore();
  });

  test('a copy names its source in URL form, by version, and leaves tags behind', async () => {
    const mock = mockClient(S3Client);
    mock.on(HeadBucketCommand).resolves({ BucketRegion: 'us-east-1' });
    mock.on(CopyObjectCommand).resolves({ CopyObjectResult: { ETag: '"e"' } });
    const source = { uri: '', label: '', size: 1, version: 'v-2', bucket: 'b', key: 'd/a b+é.json' };
    await new S3WorkStore(new S3Clients(keys)).copy(source, 's3://w/x');
    expect(mock.commandCalls(CopyObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'w',
      Key: 'x',
      CopySource: 'b/d/a%20b%2B%C3%A9.json',
      CopySourceIfMatch: '"v-2"',
      TaggingDirective: 'REPLACE',
    });
    mock.restore();
  });

  test('removals of several buckets go out bucket by bucket', async () => {
    const mock = mockClient(S3Client);
    mock.on(HeadBucketCommand).resolves({});
    mock.on(DeleteObjectsCommand).resolves({});
    await new S3WorkStore(new S3Clients(keys)).remove(['s3://a/1', 's3://b/1', 's3://a/2']);
    const inputs = mock
      .commandCalls(DeleteObjectsCommand)
      .map(({ args: [{ input }] }) => [input.Bucket, input.Delete?.Objects?.length]);
    expect(inputs).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    mock.restore();
  });
});
