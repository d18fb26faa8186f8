import { StarloadError } from '../../errors.ts';

/** A place in S3. The key may be a folder, with or without its slash, or empty. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** What cannot be seen or would break a line; and the escape itself. */
const ESCAPED = /[%\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Exactly what `uriOf` makes of those: `%20` in a key is three characters that mean themselves. */
const ESCAPES = /%25|%[01][0-9A-F]|%7F|%C2%[89][0-9A-F]|%E2%80%A[89]/g;

/** `s3://bucket/key`: keys read as they are, only `%` and what cannot be printed is percent-encoded. */
export function uriOf({ bucket, key }: S3Place): string {
  return `s3://${bucket}/${key.replace(ESCAPED, encodeURIComponent)}`;
}

/** The place a URI, or what somebody wrote into dwh.cfg, names. Throws StarloadError. */
export function placeOf(uri: string): S3Place {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === '') {
    throw new StarloadError(`${uri} does not name a bucket`, { next: 'Write s3://bucket/folder in dwh.cfg.' });
  }
  return { bucket, key: key.replace(ESCAPES, decodeURIComponent) };
}

/** A place in S3 as COPY names it: `s3://bucket/key`, the key as it is. Throws StarloadError. */
export function locationOf(uri: string): string {
  const { bucket, key } = placeOf(uri);
  return `s3://${bucket}/${key}`;
}

/** Whether a root lies in S3. */
export function isS3(root: string): boolean {
  return root.startsWith('s3://');
}
