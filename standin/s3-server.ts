import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  element,
  getObject,
  listObjects,
  listVersions,
  NAMESPACE,
  type PageFault,
  S3Error,
  unquote,
  xml,
} from './s3-answers.ts';
import { Bucket, type StoredObject } from './s3-buckets.ts';
import { parseRequest, readBody, type S3Request } from './s3-request.ts';
import { Uploads } from './s3-uploads.ts';

export type { S3Request } from './s3-request.ts';

/** Faults that can be injected. */
export type Fault =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly extra?: Readonly<Record<string, string>>;
    }
  /** Sends this many bytes of the body, then cuts the connection. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Takes the request and never answers; or stops in the middle of the body, with the connection open. */
  | { readonly kind: 'silence'; readonly after?: number }
  | PageFault;

export interface S3ServerOptions {
  readonly port?: number;
  /** The region where buckets are created on demand; us-east-1 if absent. */
  readonly region?: string;
  /** Local folders to serve as read-only buckets, by bucket name. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** An S3 for tests and for trying things out: path-style, in memory, every signature is accepted. */
export interface S3Server {
  readonly url: string;
  /** The requests so far. */
  readonly requests: readonly S3Request[];
  /** Called for every request; may be set at any time. */
  faults: (request: S3Request) => Fault | undefined;
  /** The maximum number of keys per page of a listing. */
  maxKeys: number;
  createBucket(bucket: string, region?: string): void;
  put(bucket: string, key: string, body: string | Uint8Array): StoredObject;
  get(bucket: string, key: string): Buffer | undefined;
  remove(bucket: string, key: string): void;
  /** A bucket's keys, in the order of their bytes. */
  list(bucket: string): readonly string[];
  stop(): Promise<void>;
}

export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const standin = new Standin(options);
  await standin.listen(options.port ?? 0);
  return standin;
}

class Standin implements S3Server {
  url = '';
  readonly requests: S3Request[] = [];
  faults: (request: S3Request) => Fault | undefined = () => undefined;
  maxKeys = 1000;
  readonly #buckets = new Map<string, Bucket>();
  readonly #region: string;
  readonly #server: Server;
  readonly #earlier = new Map<string, number>();
  readonly #uploads = new Uploads();

  constructor({ region = 'us-east-1', folders = {} }: S3ServerOptions) {
    this.#region = region;
    for (const [name, folder] of Object.entries(folders)) {
      this.#buckets.set(name, new Bucket(region, folder));
    }
    this.#server = createServer((incoming, response) => void this.#serve(incoming, response));
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', () => {
        this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  createBucket(bucket: string, region = this.#region): void {
    this.#buckets.set(bucket, new Bucket(region));
  }

  put(bucket: string, key: string, body: string | Uint8Array): StoredObject {
    if (!this.#buckets.has(bucket)) {
      this.createBucket(bucket);
    }
    return this.#bucket(bucket).put(key, Buffer.from(body));
  }

  get(bucket: string, key: string): Buffer | undefined {
    return this.#buckets.get(bucket)?.get(key)?.body();
  }

  remove(bucket: string, key: string): void {
    this.#bucket(bucket).remove(key);
  }

  list(bucket: string): readonly string[] {
    const query = { prefix: '', delimiter: '', after: undefined, max: Number.POSITIVE_INFINITY };
    return this.#bucket(bucket)
      .list(query)
      .map((item) => ('key' in item ? item.key : item.prefix));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming).catch(() => undefined);
    if (body === undefined) {
      return;
    }
    const request = this.#note(parseRequest(incoming));
    const fault = this.faults(request);
    if (fault?.kind === 'delay') {
      await sleep(fault.milliseconds);
    }
    send(response, incoming.method === 'HEAD', this.#answer(request, body, fault), fault);
  }

  #note(request: Omit<S3Request, 'earlier'>): S3Request {
    const name = `${request.operation} ${request.bucket}/${request.key}`;
    const earlier = this.#earlier.get(name) ?? 0;
    this.#earlier.set(name, earlier + 1);
    const noted = { ...request, earlier };
    this.requests.push(noted);
    return noted;
  }

  #answer(request: S3Request, body: Buffer, fault: Fault | undefined): Answer {
    try {
      if (fault?.kind === 'error') {
        throw new S3Error(fault.status, fault.code, fault.message, fault.extra);
      }
      return this.#perform(request, body, fault?.kind === 'page' ? fault : undefined);
    } catch (error) {
      if (error instanceof S3Error) {
        return error.answer();
      }
      throw error;
    }
  }

  #perform(request: S3Request, body: Buffer, page: PageFault | undefined): Answer {
    if (request.operation === 'CreateBucket') {
      const [, region] = /<LocationConstraint>([^<]*)</.exec(body.toString()) ?? [];
      this.createBucket(request.bucket, region ?? this.#region);
      return { status: 200 };
    }
    const bucket = this.#bucket(request.bucket);
    refuseOtherRegion(bucket, request);
    switch (request.operation) {
      case 'HeadBucket':
        return { status: 200, headers: { 'x-amz-bucket-region': bucket.region } };
      case 'GetBucketLocation': {
        const constraint = bucket.region === 'us-east-1' ? '' : bucket.region;
        return xml(200, `<LocationConstraint ${NAMESPACE}>${constraint}</LocationConstraint>`);
      }
      case 'ListObjectsV2':
        return listObjects(bucket, request, this.maxKeys, page);
      case 'ListObjectVersions':
        return listVersions(bucket, request, this.maxKeys, page);
      case 'GetObject':
      case 'HeadObject':
        return getObject(objectOf(bucket, request.key), request);
      case 'PutObject':
        return { status: 200, headers: { etag: `"${bucket.put(request.key, body).etag}"` } };
      case 'CopyObject':
        return this.#copy(bucket, request);
      case 'CreateMultipartUpload':
      case 'UploadPartCopy':
      case 'CompleteMultipartUpload':
      case 'AbortMultipartUpload':
        return this.#uploads.perform(bucket, request, () => this.#sourceOf(request));
      case 'DeleteObject':
        bucket.remove(request.key);
        return { status: 204 };
      case 'DeleteObjects':
        return this.#removeAll(bucket, request, body);
      default:
        throw new S3Error(501, 'NotImplemented');
    }
  }

  #copy(target: Bucket, request: S3Request): Answer {
    const { etag } = target.put(request.key, this.#sourceOf(request));
    return xml(200, `<CopyObjectResult ${NAMESPACE}>${element('ETag', `"${etag}"`)}</CopyObjectResult>`);
  }

  /** The source of a copy, in the requested version. */
  #sourceOf({ headers }: S3Request): Buffer {
    const text = decodeURIComponent(String(headers['x-amz-copy-source'])).replace(/^\//, '');
    const [, name = '', sourceKey = ''] = /^([^/]*)\/(.*)$/s.exec(text) ?? [];
    const source = objectOf(this.#bucket(name), sourceKey);
    const wanted = headers['x-amz-copy-source-if-match'];
    if (typeof wanted === 'string' && unquote(wanted) !== source.etag) {
      throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
    return source.body();
  }

  /** A fault for DeleteObject of one of the keys becomes that key's error. */
  #removeAll(bucket: Bucket, request: S3Request, body: Buffer): Answer {
    const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
    const errors = keys.flatMap((key) => {
      const fault = this.faults({ ...request, operation: 'DeleteObject', key });
      if (fault?.kind !== 'error') {
        bucket.remove(key);
        return [];
      }
      return `<Error>${element('Key', key)}${element('Code', fault.code)}${element('Message', fault.code)}</Error>`;
    });
    return xml(200, `<DeleteResult ${NAMESPACE}>${errors.join('')}</DeleteResult>`);
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    return bucket;
  }
}

function objectOf(bucket: Bucket, key: string): StoredObject {
  const object = bucket.get(key);
  if (object === undefined) {
    throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
  }
  return object;
}

/** us-east-1 answers with a redirect, every other region with an error about the signature. */
function refuseOtherRegion({ region }: Bucket, { region: signed, operation }: S3Request): void {
  if (signed === undefined || signed === region || operation === 'GetBucketLocation') {
    return;
  }
  const headers = { 'x-amz-bucket-region': region };
  if (signed === 'us-east-1') {
    const message = 'The bucket you are attempting to access must be addressed using the specified endpoint.';
    throw new S3Error(301, 'PermanentRedirect', message, { Endpoint: `s3.${region}.amazonaws.com` }, headers);
  }
  const message = `The authorization header is malformed; the region '${signed}' is wrong; expecting '${region}'`;
  throw new S3Error(400, 'AuthorizationHeaderMalformed', message, { Region: region }, headers);
}

function send(response: ServerResponse, isHead: boolean, answer: Answer, fault: Fault | undefined): void {
  const body = Buffer.from(answer.body ?? '');
  const length = answer.headers?.['content-length'] ?? String(body.length);
  const headers = { 'x-amz-request-id': '0123456789ABCDEF', ...answer.headers, 'content-length': length };
  if (fault?.kind === 'silence' && fault.after === undefined) return;
  response.writeHead(answer.status, headers);
  if (fault?.kind === 'silence') {
    response.write(body.subarray(0, fault.after));
  } else if (fault?.kind === 'cut') {
    response.write(body.subarray(0, fault.after), () => response.destroy());
  } else {
    response.end(isHead ? undefined : body);
  }
}

function unescapeXml(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex?: string, decimal?: string, name = '') => {
    const code = hex === undefined ? decimal && Number(decimal) : Number.parseInt(hex, 16);
    return code === undefined ? (names[name] ?? '') : String.fromCodePoint(Number(code));
  });
}
