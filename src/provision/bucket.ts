import type { ObjectIdentifier } from '@aws-sdk/client-s3';
import { StarloadError } from '../errors.ts';
import type { S3Clients } from '../objects/s3/client.ts';
import { explain, isBucketMissing } from '../objects/s3/errors.ts';
import { uriOf } from '../objects/s3/uri.ts';

/**
 * Deletes everything in a bucket, including all versions and delete markers. `progress` receives the number deleted so
 * far. A bucket that no longer exists is empty. Throws StarloadError.
 */
export async function emptyBucket(clients: S3Clients, bucket: string, progress: (count: number) => void) {
  const uri = uriOf({ bucket, key: '' });
  let count = 0;
  try {
    const client = await clients.of(bucket);
    let from: { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined } = {};
    for (;;) {
      // What a page listed is gone at the next request. Only an empty page that is not the last leads to the next one.
      const page = await client.listObjectVersions({ Bucket: bucket, ...from });
      const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
      const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (objects.length > 0) {
        await removeAll(client, bucket, objects as ObjectIdentifier[]);
        count += objects.length;
        progress(count);
      } else if (page.IsTruncated !== true) {
        return count;
      } else if (NextKeyMarker === from.KeyMarker && NextVersionIdMarker === from.VersionIdMarker) {
        throw stuck(uri);
      } else {
        from = { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker };
      }
    }
  } catch (error) {
    if (isBucketMissing(error)) return count;
    throw explain(error, { action: 'remove', uri, bucket });
  }
}

function stuck(uri: string): StarloadError {
  return new StarloadError(`cannot empty ${uri}: the listing of its versions makes no progress`, {
    next: 'Run again; what is deleted stays deleted.',
  });
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
