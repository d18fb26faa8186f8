import type { IncomingMessage } from 'node:http';

/** A request as a fault sees it. */
export interface S3Request {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The region it was signed for; undefined if unsigned. */
  readonly region: string | undefined;
  /** The number of earlier requests of this operation for this key. */
  readonly earlier: number;
}

/** Reads a path-style request's line and headers; the body is read later. */
export function parseRequest(incoming: IncomingMessage): Omit<S3Request, 'earlier'> {
  const [path = '', search = ''] = (incoming.url ?? '').split(/\?(.*)/s);
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const query = new URLSearchParams(search);
  const decoded = decodeURIComponent(key);
  return {
    operation: operationOf(incoming, decoded, query),
    bucket: decodeURIComponent(bucket),
    key: decoded,
    query,
    headers: incoming.headers,
    region: signedRegion(incoming.headers.authorization),
  };
}

/** Credential=AKIA…/20260101/eu-west-1/s3/aws4_request. The signature itself is not verified. */
function signedRegion(authorization: string | undefined): string | undefined {
  return /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\//.exec(authorization ?? '')?.[1];
}

function operationOf({ method = '', headers }: IncomingMessage, key: string, query: URLSearchParams): string {
  if (key === '') {
    return bucketOperation(method, query);
  }
  const isCopy = method === 'PUT' && headers['x-amz-copy-source'] !== undefined;
  const multipart = multipartOperation(method, isCopy, query);
  if (multipart !== undefined) {
    return multipart;
  }
  const names: Record<string, string> = {
    GET: 'GetObject',
    HEAD: 'HeadObject',
    PUT: isCopy ? 'CopyObject' : 'PutObject',
    DELETE: 'DeleteObject',
  };
  return names[method] ?? method;
}

/** Multipart uploads, as far as copies need them. */
function multipartOperation(method: string, isCopy: boolean, query: URLSearchParams): string | undefined {
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (!query.has('uploadId')) return undefined;
  const names: Record<string, string> = {
    PUT: isCopy ? 'UploadPartCopy' : 'UploadPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  };
  return names[method];
}

function bucketOperation(method: string, query: URLSearchParams): string {
  if (method === 'GET') {
    if (query.has('versions')) return 'ListObjectVersions';
    return query.has('location') ? 'GetBucketLocation' : 'ListObjectsV2';
  }
  const names: Record<string, string> = { HEAD: 'HeadBucket', PUT: 'CreateBucket', POST: 'DeleteObjects' };
  return names[method] ?? method;
}

/** A request's body, without the chunk headers and trailers of `aws-chunked`. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks);
  return incoming.headers['content-encoding']?.includes('aws-chunked') ? unchunk(body) : body;
}

/** `<hexadecimal length>[;chunk-signature=…]\r\n<bytes>\r\n`, the last of length 0, then trailers. */
function unchunk(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(length > 0)) {
      break;
    }
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return Buffer.concat(parts);
}
