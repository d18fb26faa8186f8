import type { ListObjectsV2CommandOutput, S3 } from '@aws-sdk/client-s3';
import { StarloadError } from '../../errors.ts';
import { type S3Place, uriOf } from './uri.ts';

/** An object in a listing. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** When it was last written, in milliseconds since 1970, whole seconds on AWS; absent if the server does not say. */
  readonly modified: number | undefined;
}

/**
 * Everything below a prefix, page by page, in the order of the keys' bytes. A page may be empty: S3 and compatible
 * servers send empty pages before the last one. Throws StarloadError if the pages are not a complete listing, and the
 * SDK's errors.
 */
export async function* listPages(client: S3, place: S3Place): AsyncIterable<readonly ListedObject[]> {
  const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
  // Requests URL-encoded keys: XML cannot hold every character that a key may have.
  const query = { Bucket: place.bucket, Prefix: place.key, EncodingType: 'url' } as const;
  const listing = new Listing(place);
  for await (const answer of paginateListObjectsV2({ client }, query)) {
    yield listing.read(answer);
  }
}

/** How many pages without keys may repeat an earlier page's token. One more ends the listing with an error. */
const MOST_STALLS = 1;

/** The state of a listing. Its keys must ascend, which also prevents loading an object twice. */
class Listing {
  readonly #place: S3Place;
  #last: string | undefined;
  /** The tokens since the last key. */
  #tokens = new Set<string>();
  #stalls = 0;

  constructor(place: S3Place) {
    this.#place = place;
  }

  /** A page's objects, after checking that the page continues where the last one ended. */
  read(answer: ListObjectsV2CommandOutput): readonly ListedObject[] {
    const objects = this.#parse(answer);
    for (const { key } of objects) {
      this.#advance(key);
    }
    this.#checkToken(answer, objects.length === 0);
    return objects;
  }

  #parse({ EncodingType, Contents = [] }: ListObjectsV2CommandOutput): readonly ListedObject[] {
    // The SDK does not decode the keys (3.1169.0). A server that does not know the encoding does not name it.
    const decode = EncodingType === 'url' ? (text: string) => this.#decode(text) : (text: string) => text;
    return Contents.map(({ Key = '', Size = 0, ETag = '', LastModified }) => ({
      key: decode(Key),
      size: Size,
      etag: ETag.replaceAll('"', ''),
      modified: LastModified?.getTime(),
    }));
  }

  /** S3 writes a blank as +, other servers as %20. All of them write a plus as %2B. */
  #decode(text: string): string {
    try {
      return /[+%]/.test(text) ? decodeURIComponent(text.replaceAll('+', '%20')) : text;
    } catch {
      throw this.#error(`the listing names a key that is not UTF-8: ${text}`);
    }
  }

  #advance(key: string): void {
    const { bucket, key: prefix } = this.#place;
    if (!key.startsWith(prefix)) {
      throw this.#error(`the listing names ${uriOf({ bucket, key })}, which is outside the prefix`);
    }
    if (this.#last !== undefined && compareKeys(key, this.#last) <= 0) {
      const [one, other] = [key, this.#last].map((each) => uriOf({ bucket, key: each }));
      throw this.#error(`the listing names ${one} after ${other}: it repeats itself, or is out of order`);
    }
    this.#last = key;
    this.#tokens.clear();
    this.#stalls = 0;
  }

  #checkToken({ IsTruncated, NextContinuationToken: token }: ListObjectsV2CommandOutput, isEmpty: boolean): void {
    if (IsTruncated === true && !token) {
      throw this.#error('the listing says that there are more objects, but not how to request them');
    }
    if (!token) return;
    this.#stalls += isEmpty && this.#tokens.has(token) ? 1 : 0;
    if (this.#stalls > MOST_STALLS) {
      throw this.#error('the listing makes no progress: page after page is empty and names the same next page');
    }
    this.#tokens.add(token);
  }

  #error(what: string): StarloadError {
    return new StarloadError(`cannot list ${uriOf(this.#place)}: ${what}`, {
      next: 'Run again. If the error persists, the server does not list as Amazon S3 does: look at AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL.',
    });
  }
}

/** Compares by UTF-8 bytes, as S3 does. JavaScript's own order differs for characters beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === length) return a.length - b.length;
  const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
  // Surrogates represent characters above all others.
  return isSurrogate(one) === isSurrogate(other) ? one - other : isSurrogate(one) ? 1 : -1;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
