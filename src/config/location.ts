import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A parsed location, or why it is not valid: the end of a sentence that begins with the value. */
export type Location = { readonly uri: string } | { readonly complaint: string };

/** The base of relative paths and of `~/`: both absolute; `home` is undefined if unknown. */
export interface PathBase {
  readonly directory: string;
  readonly home: string | undefined;
}

const S3 = /^s3[an]?:\/\/([^/]*)(?:\/(.*))?$/i;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Whether a value is meant as a location in S3. */
export function isS3(text: string): boolean {
  return /^s3[an]?:/i.test(text);
}

/**
 * Parses the location of data: `s3://bucket/key` (also s3a and s3n, which become s3), a `file://` URL or a path.
 * Returns local locations as absolute paths. Pure: does not access the location.
 */
export function parseLocation(text: string, base: PathBase): Location {
  if (text.includes('*')) return { complaint: `is a pattern: ${insteadOf(text)}` };
  return isS3(text) ? parseS3(text) : parsePath(text, base);
}

/**
 * What to write instead of a pattern: the folder or, in S3, where a common prefix is possible, the beginning of the
 * names as well.
 */
function insteadOf(pattern: string): string {
  const beginning = pattern.slice(0, pattern.indexOf('*'));
  const folder = beginning.slice(0, beginning.lastIndexOf('/') + 1);
  const isOpenEnded = isS3(pattern) && beginning !== folder && /^\*(\.[\w.]+)?$/.test(pattern.slice(beginning.length));
  const files = isOpenEnded ? `, or write the beginning of the file names (${beginning})` : '';
  return `name the folder, and all files below it are loaded${folder && ` (${folder})`}${files}`;
}

function parseS3(text: string): Location {
  const [, bucket = '', key = ''] = S3.exec(text) ?? [];
  if (!BUCKET.test(bucket) || bucket.includes('..')) {
    return { complaint: 'does not name a bucket: write s3://bucket/folder, the bucket in lower case' };
  }
  // These locations are written into COPY statements, where Redshift treats a backslash as an escape.
  if (/['"\\]/.test(key)) return { complaint: 'holds a quote or a backslash: use a folder without them' };
  return { uri: `s3://${bucket}/${key}` };
}

/** Parses a local location only: a path, `~/…` or a `file://` URL. Returns an absolute path. */
export function parsePath(text: string, { directory, home }: PathBase): Location {
  if (/^file:/i.test(text)) return parseFileUrl(text);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) {
    return { complaint: 'is neither in S3 nor local: write s3://bucket/folder or a path' };
  }
  if (/^[a-z]:\\/i.test(text) && directory.startsWith('/')) {
    return { complaint: 'is a Windows path, but this is not a Windows machine: write one such as /home/me/data' };
  }
  const [, mark, rest = ''] = /^(~|\$HOME)(\/.*)?$/s.exec(text) ?? [];
  if (mark === undefined) return { uri: resolve(directory, text) };
  if (home === undefined) return { complaint: `begins with ${mark}, but HOME is not set: write the whole path` };
  return { uri: join(home, rest) };
}

function parseFileUrl(text: string): Location {
  try {
    return { uri: resolve(fileURLToPath(text)) };
  } catch {
    return { complaint: 'is not a file on this machine: write file:///folder/name or a path' };
  }
}
