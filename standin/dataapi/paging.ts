import { UNCERTAIN, validation } from './errors.ts';

/** Writes a NextToken: opaque, and valid only for the request it came from. */
export function nextToken(subject: string, offset: number): string {
  return Buffer.from(JSON.stringify([subject, offset])).toString('base64url');
}

/** Reads a NextToken. Throws ValidationException if it is not ours or belongs to another request. */
export function offsetFrom(token: string | undefined, subject: string): number {
  if (token === undefined) {
    return 0;
  }
  const [, offset] = parse(token).filter((_, __, [owner]) => owner === subject);
  if (typeof offset !== 'number') {
    throw validation(UNCERTAIN.badNextToken);
  }
  return offset;
}

function parse(token: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** A page of a list: at most `size` items, and the token of the next page if there is one. */
export function pageOf<T>(
  items: readonly T[],
  size: number,
  token: string | undefined,
  subject: string,
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const offset = offsetFrom(token, subject);
  const end = offset + size;
  return { items: items.slice(offset, end), next: end < items.length ? nextToken(subject, end) : undefined };
}

/** How many items from `offset` fit into `bytes`: at least one, if there are any. */
export function fitting<T>(items: readonly T[], offset: number, bytes: number, sizeOf: (item: T) => number): number {
  let total = 0;
  let count = 0;
  for (let index = offset; index < items.length; index += 1) {
    total += sizeOf(items[index] as T);
    if (total > bytes && count > 0) {
      break;
    }
    count += 1;
  }
  return count;
}
