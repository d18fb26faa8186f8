import { type Answer, element, NAMESPACE, S3Error, xml } from './s3-answers.ts';
import { type Bucket, md5 } from './s3-buckets.ts';
import type { S3Request } from './s3-request.ts';

/** Parts have no minimum size here: S3's limit of 5 MiB for any part except the last would make tests slow. */
interface Upload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
}

/** Multipart uploads with copies as parts. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  perform(bucket: Bucket, request: S3Request, source: () => Buffer): Answer {
    const id = request.query.get('uploadId') ?? '';
    switch (request.operation) {
      case 'CreateMultipartUpload':
        return this.#create(request);
      case 'UploadPartCopy':
        return this.#copyPart(this.#find(id, request), request, source());
      case 'CompleteMultipartUpload':
        return this.#complete(bucket, this.#find(id, request), id);
      default:
        this.#find(id, request);
        this.#uploads.delete(id);
        return { status: 204 };
    }
  }

  #create({ bucket, key }: S3Request): Answer {
    const id = `upload-${this.#uploads.size + 1}-${key}`;
    this.#uploads.set(id, { key, parts: new Map() });
    const content = element('Bucket', bucket) + element('Key', key) + element('UploadId', id);
    return xml(200, `<InitiateMultipartUploadResult ${NAMESPACE}>${content}</InitiateMultipartUploadResult>`);
  }

  #copyPart({ parts }: Upload, { headers, query }: S3Request, source: Buffer): Answer {
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-amz-copy-source-range'])) ?? [];
    if (from === '' || Number(to) >= source.length)
      throw new S3Error(400, 'InvalidArgument', 'Range specified is not valid');
    const part = source.subarray(Number(from), Number(to) + 1);
    parts.set(Number(query.get('partNumber')), part);
    return xml(200, `<CopyPartResult ${NAMESPACE}>${element('ETag', `"${md5(part)}"`)}</CopyPartResult>`);
  }

  /** The ETag of a multipart object is not its MD5. */
  #complete(bucket: Bucket, { key, parts }: Upload, id: string): Answer {
    const bodies = [...parts].sort(([a], [b]) => a - b).map(([, body]) => body);
    const etag = `${md5(Buffer.concat(bodies))}-${bodies.length}`;
    bucket.put(key, Buffer.concat(bodies), etag);
    this.#uploads.delete(id);
    return xml(
      200,
      `<CompleteMultipartUploadResult ${NAMESPACE}>${element('ETag', `"${etag}"`)}</CompleteMultipartUploadResult>`,
    );
  }

  #find(id: string, { key }: S3Request): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined || upload.key !== key) throw new S3Error(404, 'NoSuchUpload');
    return upload;
  }
}
