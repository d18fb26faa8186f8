import { inspect } from 'node:util';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { StarloadError } from '../../src/errors.ts';
import type { SourceObject } from '../../src/objects/objects.ts';
import { S3Clients, type S3Options } from '../../src/objects/s3/client.ts';
import { S3Store } from '../../src/objects/s3/store.ts';
import { S3WorkStore } from '../../src/objects/s3/work.ts';
import { openStores } from '../../src/objects/stores.ts';
import { KEY_ID, type S3Bench, SECRET, TOKEN, withS3 } from '../standin/s3-place.ts';
import { type Fault, startS3Server } from '../standin/s3-server.ts';

async function listAll(store: S3Store, root: string): Promise<SourceObject[]> {
  const found: SourceObject[] = [];
  for await (const { objects } of store.list(root)) {
    found.push(...objects);
  }
  return found;
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const chunk of chunks) {
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** One file of 300,000 bytes, listed. */
async function withFile(
  action: (bench: S3Bench & { object: SourceObject; content: Buffer }) => Promise<void>,
  options: S3Options = {},
) {
  await withS3(async (bench) => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
    bench.server.put('b', 'd/x.json', content);
    const [object] = await listAll(bench.store, 's3://b/d');
    await action({ ...bench, object: object as SourceObject, content });
  }, options);
}

async function failureOf(action: Promise<unknown>): Promise<StarloadError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StarloadError);
  return error as StarloadError;
}

describe('reading a file in S3', () => {
  test('gives its bytes, an empty file none', () =>
    withFile(async ({ server, store, object, content }) => {
      expect((await readAll(store.read(object))).equals(content)).toBe(true);
      server.put('b', 'e/empty.json', '');
      const [empty] = await listAll(store, 's3://b/e');
      expect(await readAll(store.read(empty as SourceObject))).toHaveLength(0);
    }));

  test('takes up a stream that was cut at the byte it had reached', () =>
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
      expect((await failureOf(readAll(store.read(short)))).message).toBe(
        'cannot read s3://b/d/x.json: S3 sends more than the 1000 bytes it listed',
      );
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
    'in the middle of a file is asked again for the rest',
    () =>
      withFile(async ({ server, store, object, content }) => {
        server.faults = ({ operation, earlier }) =>
          operation === 'GetObject' && earlier < 2 ? { kind: 'silence', after: 100_000 } : undefined;
        expect((await readAll(store.read(object))).equals(content)).toBe(true);
      }, quick),
    PATIENCE_MILLISECONDS,
  );

  test(
    'for good ends the load with an error, before its answer and in the middle of it',
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

describe('an error of S3', () => {
  const cases: readonly (readonly [title: string, fault: Fault, message: string, next: string])[] = [
    [
      'access denied names the permission',
      { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' },
      'cannot list s3://b/d: S3 denies it (Access Denied)',
      'Allow s3:ListBucket on arn:aws:s3:::b.',
    ],
    [
      'an expired token asks for new credentials',
      {
        kind: 'error',
        status: 400,
        code: 'ExpiredToken',
        message: 'The provided token has expired.',
        extra: { 'Token-0': TOKEN },
      },
      'cannot list s3://b/d: the AWS credentials have expired',
      'aws sso login',
    ],
    [
      'an unknown key says so',
      { kind: 'error', status: 403, code: 'InvalidAccessKeyId', extra: { AWSAccessKeyId: KEY_ID } },
      'cannot list s3://b/d: S3 does not accept the AWS keys (InvalidAccessKeyId)',
      'AWS_SECRET_ACCESS_KEY',
    ],
    [
      'a wrong secret says so',
      { kind: 'error', status: 403, code: 'SignatureDoesNotMatch', extra: { StringToSign: `x ${TOKEN}` } },
      'cannot list s3://b/d: S3 does not accept the AWS keys (SignatureDoesNotMatch)',
      'temporary keys need their session token',
    ],
    [
      'an archived file asks to be restored',
      { kind: 'error', status: 403, code: 'InvalidObjectState' },
      'it is archived',
      'Restore it in S3',
    ],
    [
      'an unknown answer is passed on',
      { kind: 'error', status: 405, code: 'MethodNotAllowed', message: 'The method is not allowed' },
      'cannot list s3://b/d: MethodNotAllowed: The method is not allowed',
      'Look the code up',
    ],
  ];

  test.each(cases)('%s, and never tells a secret', (_, fault, message, next) =>
    withS3(async ({ server, store }) => {
      server.createBucket('b');
      server.faults = ({ operation }) => (operation === 'ListObjectsV2' ? fault : undefined);
      const error = await failureOf(listAll(store, 's3://b/d'));
      expect(error.message).toContain(message);
      expect(error.next).toContain(next);
      const everything = inspect(error, { depth: null, showHidden: true });
      for (const secret of [SECRET, TOKEN, KEY_ID, 'AWS4-HMAC-SHA256']) {
        expect(everything).not.toContain(secret);
      }
    }),
  );

  test('names the bucket that does not exist, and the permissions to read and to write', () =>
    withFile(async ({ server, store, work, object }) => {
      const missing = await failureOf(listAll(store, 's3://nowhere/d'));
      expect(missing.message).toBe('cannot find s3://nowhere/: there is no bucket nowhere');
      server.faults = ({ operation }) =>
        operation === 'HeadBucket' ? undefined : { kind: 'error', status: 403, code: 'AccessDenied' };
      expect((await failureOf(readAll(store.read(object)))).next).toContain('s3:GetObject on arn:aws:s3:::b/d/x.json');
      expect((await failureOf(work.put('s3://b/w/1', Buffer.from('1')))).next).toContain(
        's3:PutObject on arn:aws:s3:::b/w/1',
      );
      expect((await failureOf(work.remove(['s3://b/w/1']))).next).toContain('s3:DeleteObject on arn:aws:s3:::b/w/1');
      expect((await failureOf(work.copy(object, 's3://b/w/2'))).next).toContain('s3:GetObject on the source');
    }));

  test('says that nobody is there, that there are no credentials, that the service stays busy', async () => {
    const server = await startS3Server();
    await server.stop();
    await expect(withS3(({ store }) => listAll(store, 's3://b/d'), { endpoint: server.url })).rejects.toThrow(
      'S3 does not answer',
    );
    await withS3(async ({ server: busy, store }) => {
      busy.faults = () => ({ kind: 'error', status: 503, code: 'SlowDown', message: 'Reduce your request rate.' });
      await expect(listAll(store, 's3://b/d')).rejects.toThrow('S3 is too busy, even after several attempts');
    });
    const empty = {
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    await withEnvironment(empty, async () => {
      const store = new S3Store(new S3Clients({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9' }));
      const error = await failureOf(listAll(store, 's3://b/d'));
      expect(error.message).toContain('there are no AWS credentials');
      expect(error.next).toContain('[AWS]');
    });
  });
});

/** Runs the action with these variables and no others of AWS. */
async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  action: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env };
  const ours = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  for (const name of ours) delete process.env[name];
  Object.assign(process.env, variables);
  try {
    await action();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

describe("a bucket's region", () => {
  test.each(['us-east-1', 'eu-west-1', 'ap-south-1'])('is found when %s is asked first', (region) =>
    withS3(
      async ({ server, clients, store, work }) => {
        server.createBucket('there', 'eu-central-1');
        server.createBucket('here', 'us-east-1');
        server.put('there', 'd/x.json', '{}');
        const [object] = await listAll(store, 's3://there/d');
        expect(await readAll(store.read(object as SourceObject))).toHaveLength(2);
        await work.copy(object as SourceObject, 's3://here/w/x.json');
        expect(server.get('here', 'w/x.json')?.toString()).toBe('{}');
        expect(await clients.regionOf('there')).toBe('eu-central-1');
        expect(await clients.regionOf('here')).toBe('us-east-1');
        expect(server.requests.filter(({ operation }) => operation === 'HeadBucket')).toHaveLength(2);
      },
      { region },
    ),
  );

  test('is asked again after a failure', () =>
    withS3(async ({ server, clients }) => {
      await expect(clients.regionOf('late')).rejects.toThrow('there is no bucket late');
      server.createBucket('late', 'eu-west-1');
      expect(await clients.regionOf('late')).toBe('eu-west-1');
    }));

  test('is asked of GetBucketLocation where HeadBucket does not tell', () =>
    withS3(async ({ server, clients }) => {
      server.createBucket('b', 'eu-west-1');
      server.faults = ({ operation }) =>
        operation === 'HeadBucket' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
      expect(await clients.regionOf('b')).toBe('eu-west-1');
    }));

  test('and the endpoint, the keys and the first region come from the environment when nobody names them', async () => {
    const server = await startS3Server({ region: 'eu-north-1' });
    server.put('b', 'd/x.json', '{}');
    const variables = {
      AWS_ACCESS_KEY_ID: KEY_ID,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_REGION: 'sa-east-1',
      AWS_ENDPOINT_URL_S3: server.url,
    };
    await withEnvironment(variables, async () => {
      const stores = openStores();
      const pages = [];
      for await (const page of stores.storeOf('s3://b/d').list('s3://b/d')) pages.push(page);
      expect(pages[0]?.objects).toHaveLength(1);
      expect(server.requests.map(({ region }) => region)).toEqual(['sa-east-1', 'eu-north-1']);
      expect(stores.storeOf('/tmp')).not.toBe(stores.storeOf('s3://b/d'));
      await stores.close();
    });
    await server.stop();
  });
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
