import type { SourceObject } from '../objects.ts';
import type { ListedObject } from './page.ts';
import { type S3Place, uriOf } from './uri.ts';

/** A file in S3. Its version is the ETag, without quotes. */
export interface S3Object extends SourceObject, S3Place {
  readonly version: string;
}

/** The place of an object of an S3Store, the key as it is; undefined for one of another store. */
export function s3Place(object: SourceObject): S3Place | undefined {
  const { bucket, key } = object as Partial<S3Object>;
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** A listed object as a source file. */
export function describe({ key, size, etag }: ListedObject, bucket: string): S3Object {
  const uri = uriOf({ bucket, key });
  return { uri, label: uri, size, version: etag, bucket, key };
}
