import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { S3Clients } from '../../src/objects/s3/client.ts';
import { S3Store } from '../../src/objects/s3/store.ts';
import { KEY_ID, SECRET, TOKEN, withS3 } from '../../standin/s3-place.ts';
import { type Fault, startS3Server } from '../../standin/s3-server.ts';
import { failureOf } from '../support/failures.ts';
import { listAll, readAll, withEnvironment, withFile } from './s3-support.ts';

describe('an error of S3', () => {
  const cases: readonly (readonly [title: string, fault: Fault, message: string, next: string])[] = [
    [
      'access denied names the permission',
      { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' },
      'cannot list s3://b/d: S3 denies it (Access Denied)',
      'Allow s3:ListBucket on arn:aws:s3:::b to',
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
      'Look up the code',
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

  test.each([
    ['a clock that is wrong', 403, 'RequestTimeTooSkewed', 'Set the clock and run again.'],
    ['a server that fails', 502, 'BadGateway', 'Run again in a few minutes.'],
  ])('of %s is gone once the advice is followed', (_, status, code, next) =>
    withFile(async ({ server, store }) => {
      server.faults = ({ operation }) => (operation === 'ListObjectsV2' ? { kind: 'error', status, code } : undefined);
      expect(await failureOf(listAll(store, 's3://b/d'))).toMatchObject({ next });
      server.faults = () => undefined;
      expect(await listAll(store, 's3://b/d')).toHaveLength(1);
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
