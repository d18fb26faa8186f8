import { describe, expect, test } from '@jest/globals';
import type { SourceObject } from '../../src/objects/objects.ts';
import { openStores } from '../../src/objects/stores.ts';
import { KEY_ID, SECRET, withS3 } from '../../standin/s3-place.ts';
import { startS3Server } from '../../standin/s3-server.ts';
import { listAll, readAll, withEnvironment } from './s3-support.ts';

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
