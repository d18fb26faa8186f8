import type { S3 } from '@aws-sdk/client-s3';
import { mapAtOnce } from '../at-once.ts';
import type { S3Object } from './object.ts';
import type { S3Place } from './uri.ts';

/** One request copies so much: S3 takes up to 5 GiB, but is silent for long then. */
export const COPY_BYTES = 512 * 1024 ** 2;
/** Parts of a multipart upload (Amazon S3 User Guide, multipart upload limits). */
const MOST_PARTS = 10_000;
const AT_ONCE = 4;

/**
 * Copies an object inside S3, in one request or in several. Each is bound to the listed version (its ETag), so that the copy
 * holds what was listed or is not made. Gives the copy's ETag. Throws the SDK's errors.
 */
export async function copyObject(
  client: S3,
  source: S3Object,
  { bucket, key }: S3Place,
  copyBytes = COPY_BYTES,
): Promise<string | undefined> {
  const from = {
    CopySource: `${source.bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: `"${source.version}"`,
  };
  const target = { Bucket: bucket, Key: key };
  if (source.size <= copyBytes) {
    // Copying tags would need permissions of its own.
    const { CopyObjectResult } = await client.copyObject({ ...target, ...from, TaggingDirective: 'REPLACE' });
    return CopyObjectResult?.ETag;
  }
  const { UploadId } = await client.createMultipartUpload(target);
  const upload = { ...target, UploadId };
  try {
    const ranges = rangesOf(source.size, Math.max(copyBytes, Math.ceil(source.size / MOST_PARTS)));
    const Parts = await mapAtOnce(ranges, AT_ONCE, async (CopySourceRange, index) => {
      const part = { ...upload, ...from, CopySourceRange, PartNumber: index + 1 };
      const { CopyPartResult } = await client.uploadPartCopy(part);
      return { ETag: CopyPartResult?.ETag, PartNumber: part.PartNumber };
    });
    const { ETag } = await client.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    return ETag;
  } catch (error) {
    // What stays of it where this may not be done goes by the bucket's lifecycle rule; the first failure is the one to tell.
    await client.abortMultipartUpload(upload).catch(() => {});
    throw error;
  }
}

/** `bytes=0-9`, `bytes=10-19`, …: both ends inclusive. */
function rangesOf(size: number, length: number): readonly string[] {
  return Array.from(
    { length: Math.ceil(size / length) },
    (_, at) => `bytes=${at * length}-${Math.min(size, (at + 1) * length) - 1}`,
  );
}
