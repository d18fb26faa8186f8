import { printable } from '../errors.ts';
import type { Entry } from './ini.ts';
import { redact } from './redact.ts';

const LONGEST = 80;

/** A password before a host, and URL parameters that hold a password or a signature. */
const USER_INFO = /:.*@/s;
const SECRET_PARAMETER = /((?:passw|pwd|secret|token|signature|credential|key)[^=&;?\s]*=)[^&;\s]+/gi;

/** A bucket or the account of a role, which no password precedes: `@` is a valid character in keys and names. */
const PLACE = /^(?:s3:\/\/[^/@]{1,70}\/|arn:[\w:-]{1,100}:role\/)?/;

/** A value as messages show it: quoted, on one line, cut at 80 characters, without secrets and passwords in URLs. */
export function showValue(value: string, secrets: readonly string[]): string {
  return JSON.stringify(cut(withoutSecrets(value, secrets), LONGEST));
}

/** The longest key in S3 plus the longest name of a bucket. */
const LONGEST_PLACE = 1100;

/**
 * An understood value as a list shows it: on one line, whole unless it is longer than any location, without secrets.
 */
export function presentable(value: string, secrets: readonly string[]): string {
  const safe = printable(cut(withoutSecrets(value, secrets), LONGEST_PLACE));
  return safe === '***' ? '***, the same as a secret' : safe;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function withoutSecrets(value: string, secrets: readonly string[]): string {
  const safe = redact(value, secrets);
  const place = PLACE.exec(safe)?.[0] ?? '';
  return place + safe.slice(place.length).replace(USER_INFO, ':***@').replace(SECRET_PARAMETER, '$1***');
}

/** An entry's place, for the fields of a problem. */
export function placeOf({ section, key, line }: Entry): { section?: string; key: string; line: number } {
  return { ...(section === '' ? {} : { section }), key: key.toUpperCase(), line };
}

/** An entry's place, within a sentence. */
export function nameWithLine({ section, key, line }: Entry): string {
  return `${section === '' ? '' : `[${section}] `}${key.toUpperCase()} in line ${line}`;
}
