import { StarloadError } from '../../errors.ts';

/** A location in S3. The key may be a folder, with or without its slash, or empty. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Characters that are invisible or would break a line, and the escape character itself. */
const ESCAPED = /[%\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Exactly the escapes that `uriOf` writes. `%20` in a key is three literal characters. */
const ESCAPES = /%25|%[01][0-9A-F]|%7F|%C2%[89][0-9A-F]|%E2%80%A[89]/g;

/** `s3://bucket/key` with a readable key: only `%` and unprintable characters are percent-encoded. */
export function uriOf({ bucket, key }: S3Place): string {
  return `s3://${bucket}/${key.replace(ESCAPED, encodeURIComponent)}`;
}

/** The location that a URI, or a user's entry in dwh.cfg, names. Throws StarloadError. */
export function placeOf(uri: string): S3Place {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === '') {
    throw new StarloadError(`${uri} does not name a bucket`, { next: 'Write s3://bucket/folder in dwh.cfg.' });
  }
  return { bucket, key: key.replace(ESCAPES, decodeURIComponent) };
}

/** A location in S3 as COPY names it: `s3://bucket/key` with the unescaped key. Throws StarloadError. */
export function locationOf(uri: string): string {
  const { bucket, key } = placeOf(uri);
  return `s3://${bucket}/${key}`;
}

/** Whether a root is in S3. */
export function isS3(root: string): boolean {
  return root.startsWith('s3://');
}
