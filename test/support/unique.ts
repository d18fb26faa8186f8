import { randomBytes } from 'node:crypto';

/** A name that no other test uses, in this process or beside it: of a schema, a role, a bucket. Lower case, as all of them take it. */
export function uniqueName(prefix: string, separator = '_'): string {
  return `${prefix}${separator}${randomBytes(6).toString('hex')}`;
}
