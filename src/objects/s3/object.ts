import { StarloadError } from '../../errors.ts';
import type { SourceObject } from '../objects.ts';
import type { ListedObject } from './listing.ts';
import { type S3Place, uriOf } from './uri.ts';

/** A file in S3. Its version is the ETag, without quotes. */
export interface S3Object extends SourceObject, S3Place {
  readonly version: string;
}

/** The location of an object of an S3Store, with the unescaped key; undefined for an object of another store. */
export function s3Place(object: SourceObject): S3Place | undefined {
  const { bucket, key } = object as Partial<S3Object>;
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/**
 * Converts a listed object to a source file. Throws StarloadError for an object without an ETag, because a change of it
 * could not be detected.
 */
export function describe({ key, size, etag, modified }: ListedObject, bucket: string): S3Object {
  const uri = uriOf({ bucket, key });
  if (etag === '') {
    throw new StarloadError(`S3 names no ETag of ${uri}, so a change of it could not be detected`, {
      next: 'Upload the file again. If the error persists, the server is not compatible enough with S3: look at AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL.',
    });
  }
  return { uri, label: uri, size, version: etag, modified, bucket, key };
}
