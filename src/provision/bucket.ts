import type { ObjectIdentifier } from '@aws-sdk/client-s3';
import { StarloadError } from '../errors.ts';
import type { S3Clients } from '../objects/s3/client.ts';
import { explain } from '../objects/s3/errors.ts';
import { uriOf } from '../objects/s3/uri.ts';

/**
 * Deletes everything in a bucket, all versions and delete markers included. `progress` hears the number deleted so far.
 * A bucket that is gone already is empty. Throws StarloadError.
 */
export async function emptyBucket(clients: S3Clients, bucket: string, progress: (count: number) => void) {
  const uri = uriOf({ bucket, key: '' });
  let count = 0;
  try {
    const client = await clients.of(bucket);
    for (;;) {
      // Always the first page: what it named is gone when it is asked for again.
      const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions({ Bucket: bucket });
      const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (objects.length === 0) return count;
      await removeAll(client, bucket, objects as ObjectIdentifier[]);
      count += objects.length;
      progress(count);
    }
  } catch (error) {
    if ((error as { name?: string }).name === 'NoSuchBucket' || isGone(error)) return count;
    throw explain(error, { action: 'remove', uri, bucket });
  }
}

async function removeAll(client: Awaited<ReturnType<S3Clients['of']>>, bucket: string, objects: ObjectIdentifier[]) {
  const { Errors = [] } = await client.deleteObjects({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
  const [first] = Errors;
  if (first === undefined) return;
  throw new StarloadError(
    `cannot remove ${uriOf({ bucket, key: first.Key ?? '' })} and ${Errors.length - 1} others: ${first.Code} (${first.Message})`,
    { next: `Allow s3:DeleteObject and s3:DeleteObjectVersion on ${bucket}, and run again.` },
  );
}

/** What the search for a bucket's region says where there is no bucket. */
function isGone(error: unknown): boolean {
  return error instanceof StarloadError && /there is no bucket/.test(error.message);
}
