import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';

/** An object as a listing names it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** What to list. `after` is exclusive; with `byFolder` the keys of a sub-folder come as one item, the folder. */
export interface PageQuery {
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly byFolder?: boolean;
  readonly token?: string | undefined;
}

/** A page of a listing: objects, and folders if they were asked for, each in the order of their bytes. */
export interface Page {
  readonly objects: readonly ListedObject[];
  readonly folders: readonly string[];
  readonly isLast: boolean;
  readonly token: string | undefined;
}

/** Asks for one page. */
export type PageReader = (query: PageQuery) => Promise<Page>;

/** The request for a page. Keys are asked for in URL form: XML cannot hold every character a key may have. */
export function renderQuery(bucket: string, { prefix, after, byFolder, token }: PageQuery): ListObjectsV2CommandInput {
  return {
    Bucket: bucket,
    Prefix: prefix,
    EncodingType: 'url',
    ...(after !== undefined && { StartAfter: after }),
    ...(byFolder && { Delimiter: '/' }),
    ...(token !== undefined && { ContinuationToken: token }),
  };
}

/** The answer, its keys decoded: the SDK leaves them as they came (3.1169.0). */
export function parsePage(answer: ListObjectsV2CommandOutput): Page {
  // A server that does not know the encoding does not name it in the answer.
  const decode = answer.EncodingType === 'url' ? decodeKey : (text: string) => text;
  return {
    objects: (answer.Contents ?? []).map(({ Key = '', Size = 0, ETag = '' }) => ({
      key: decode(Key),
      size: Size,
      etag: ETag.replaceAll('"', ''),
    })),
    folders: (answer.CommonPrefixes ?? []).map(({ Prefix = '' }) => decode(Prefix)),
    isLast: answer.IsTruncated !== true,
    token: answer.NextContinuationToken,
  };
}

/** S3 writes a blank as +, others as %20; a plus is %2B with all of them. */
function decodeKey(text: string): string {
  return /[+%]/.test(text) ? decodeURIComponent(text.replaceAll('+', '%20')) : text;
}

/** Compares by UTF-8 bytes, as S3 does; JavaScript's own order differs for characters beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === length) return a.length - b.length;
  const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
  // Surrogates stand for characters above all others.
  return isSurrogate(one) === isSurrogate(other) ? one - other : isSurrogate(one) ? 1 : -1;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
