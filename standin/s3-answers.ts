import type { Bucket, ListItem, StoredObject } from './s3-buckets.ts';
import type { S3Request } from './s3-request.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** S3's answer to an error: a status and an <Error> with a code. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string = code,
    extra: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }

  answer(): Answer {
    const extra = Object.entries(this.extra).map(([name, value]) => element(name, value));
    const content = element('Code', this.code) + element('Message', this.message) + extra.join('');
    return xml(this.status, `<Error>${content}<RequestId>0123456789ABCDEF</RequestId></Error>`, this.headers);
  }
}

/** The attribute of the root of every answer that is not an error. */
export const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function xml(status: number, content: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** An element with text. Characters that XML 1.0 cannot hold are sent unchanged and break the reader, as with S3. */
export function element(name: string, text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
  return `<${name}>${escaped}</${name}>`;
}

/** A page of a listing that imitates other servers. */
export interface PageFault {
  readonly kind: 'page';
  /** Whether its keys are left for a later page. */
  readonly empty: boolean;
  /**
   * Where its token continues the listing: at the right place, at the start of this page, or nowhere, although there is
   * more.
   */
  readonly token: 'next' | 'same' | 'none';
}

/** ListObjectsV2. The token holds the key after which to continue, and which of the pages with that start it leads to. */
export function listObjects(
  bucket: Bucket,
  { bucket: name, query }: S3Request,
  maxKeys: number,
  fault: PageFault | undefined,
): Answer {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const max = Math.min(Number(query.get('max-keys') ?? maxKeys), maxKeys);
  const after = token === null ? startAfter && { key: startAfter, isPrefix: false } : JSON.parse(fromBase64(token));
  const items = bucket.list({ prefix, delimiter: query.get('delimiter') ?? '', after: after || undefined, max });
  const isUrl = query.get('encoding-type') === 'url';
  const encode = isUrl ? urlEncode : (text: string) => text;
  const page = fault?.empty === true ? [] : items.slice(0, max);
  const isTruncated = fault !== undefined || items.length > max;
  const begin = token ?? toBase64({ key: startAfter ?? '', isPrefix: false });
  const goesOn = isTruncated ? nextToken(begin, page, fault) : undefined;
  const content = [
    element('Name', name),
    element('Prefix', encode(prefix)),
    element('KeyCount', String(page.length)),
    element('IsTruncated', String(isTruncated)),
    isUrl ? element('EncodingType', 'url') : '',
    goesOn === undefined ? '' : element('NextContinuationToken', goesOn),
    ...page.map((item) => renderItem(item, encode)),
  ];
  return xml(200, `<ListBucketResult ${NAMESPACE}>${content.join('')}</ListBucketResult>`);
}

/**
 * ListObjectVersions of a bucket without versioning: each object is its only version, `null`. A page fault is an empty
 * page that leads to itself.
 */
export function listVersions(
  bucket: Bucket,
  { query }: S3Request,
  maxKeys: number,
  fault: PageFault | undefined,
): Answer {
  const marker = query.get('key-marker') || undefined;
  const after = marker === undefined ? undefined : { key: marker, isPrefix: false };
  const items = bucket.list({ prefix: query.get('prefix') ?? '', delimiter: '', after, max: maxKeys });
  const page = fault === undefined ? items.slice(0, maxKeys).flatMap((item) => ('key' in item ? [item] : [])) : [];
  const isTruncated = fault !== undefined || items.length > maxKeys;
  const next = element('NextKeyMarker', page.at(-1)?.key ?? marker ?? '-') + element('NextVersionIdMarker', 'null');
  const versions = page.map(({ key, object: { etag, size, modified } }) => {
    const about = element('LastModified', modified.toISOString()) + element('ETag', `"${etag}"`);
    const version = element('VersionId', 'null') + element('IsLatest', 'true');
    return `<Version>${element('Key', key)}${version}${about}${element('Size', String(size))}</Version>`;
  });
  const head = element('IsTruncated', String(isTruncated)) + (isTruncated ? next : '');
  return xml(200, `<ListVersionsResult ${NAMESPACE}>${head}${versions.join('')}</ListVersionsResult>`);
}

function nextToken(begin: string, page: readonly ListItem[], fault: PageFault | undefined): string | undefined {
  if (fault?.token === 'none') return undefined;
  if (fault?.token === 'same') return begin;
  const { salt = 0, ...place } = JSON.parse(fromBase64(begin));
  return page.length === 0 ? toBase64({ ...place, salt: salt + 1 }) : tokenAfter(page.at(-1));
}

function renderItem(item: ListItem, encode: (text: string) => string): string {
  if ('prefix' in item) {
    return `<CommonPrefixes>${element('Prefix', encode(item.prefix))}</CommonPrefixes>`;
  }
  const { etag, size, modified } = item.object;
  return `<Contents>${[
    element('Key', encode(item.key)),
    element('LastModified', modified.toISOString()),
    element('ETag', `"${etag}"`),
    element('Size', String(size)),
    element('StorageClass', 'STANDARD'),
  ].join('')}</Contents>`;
}

/** S3 encodes a blank as + and does not encode the slash. */
function urlEncode(text: string): string {
  const special = /[!'()*]/g;
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(special, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function tokenAfter(item: ListItem | undefined): string {
  const after = item === undefined || 'prefix' in item ? { key: item?.prefix, isPrefix: true } : { key: item.key };
  return toBase64(after);
}

function toBase64(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString('base64');
}

function fromBase64(token: string): string {
  return Buffer.from(token, 'base64').toString();
}

/** GetObject and HeadObject, whole or from `Range: bytes=a-[b]`. */
export function getObject(object: StoredObject, { headers, operation, key }: S3Request): Answer {
  const wanted = headers['if-match'];
  if (wanted !== undefined && unquote(wanted) !== object.etag) {
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: 'If-Match',
    });
  }
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from !== undefined && Number(from) >= object.size) {
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', { Key: key });
  }
  const last = to === undefined || to === '' ? object.size - 1 : Math.min(Number(to), object.size - 1);
  const body = object.body().subarray(Number(from ?? 0), last + 1);
  const common = {
    etag: `"${object.etag}"`,
    'last-modified': object.modified.toUTCString(),
    'accept-ranges': 'bytes',
    'content-length': String(body.length),
    'content-type': 'application/octet-stream',
  };
  const partial = { 'content-range': `bytes ${from}-${last}/${object.size}` };
  return {
    status: from === undefined ? 200 : 206,
    headers: from === undefined ? common : { ...common, ...partial },
    ...(operation === 'HeadObject' ? {} : { body }),
  };
}

export function unquote(etag: string): string {
  return etag.replaceAll('"', '');
}
