import type { Entry } from './ini.ts';
import { redact } from './redact.ts';

const LONGEST = 80;

/** A password before a host, and the parameters of a URL that hold one or a signature. */
const USER_INFO = /:.*@/s;
const SECRET_PARAMETER = /((?:passw|pwd|secret|token|signature|credential|key)[^=&;?\s]*=)[^&;\s]+/gi;

/** A value as messages show it: quoted, on one line, cut at 80 characters, without secrets and passwords in URLs. */
export function showValue(value: string, secrets: readonly string[]): string {
  const safe = redact(value, secrets).replace(USER_INFO, ':***@').replace(SECRET_PARAMETER, '$1***');
  return JSON.stringify(safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe);
}

/** Where an entry stands, for the fields of a problem. */
export function placeOf({ section, key, line }: Entry): { section?: string; key: string; line: number } {
  return { ...(section === '' ? {} : { section }), key: key.toUpperCase(), line };
}

/** An entry's place, within a sentence. */
export function nameWithLine({ section, key, line }: Entry): string {
  return `${section === '' ? '' : `[${section}] `}${key.toUpperCase()} in line ${line}`;
}
