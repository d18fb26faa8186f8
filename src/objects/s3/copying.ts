import type { S3 } from '@aws-sdk/client-s3';
import { mapAtOnce } from '../at-once.ts';
import type { S3Object } from './object.ts';
import type { S3Place } from './uri.ts';

/** The bytes copied per request. S3 takes up to 5 GiB, but then sends nothing for a long time. */
export const COPY_BYTES = 512 * 1024 ** 2;
/** The maximum number of parts of a multipart upload (Amazon S3 User Guide, multipart upload limits). */
const MOST_PARTS = 10_000;
const AT_ONCE = 4;

/**
 * Copies an object inside S3, in one or several requests. Each request is bound to the listed version (its ETag), so
 * the copy either holds what was listed or is not created. Returns the copy's ETag. Throws the SDK's errors.
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
    // Copying tags would need additional permissions.
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
    // If aborting is not permitted, the bucket's lifecycle rule removes the rest. The first failure is the one to
    // report.
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
