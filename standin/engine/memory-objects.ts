import { type ObjectReader, S3Refusal } from './objects.ts';

/** Objects in memory, by `bucket/key`, for tests of COPY that need no S3. */
export class MemoryObjects implements ObjectReader {
  readonly contents = new Map<string, string | Uint8Array>();
  /** The regions of buckets that are not in the default region. */
  readonly regions = new Map<string, string>();
  /** Locations that S3 refuses to return. */
  readonly forbidden = new Set<string>();

  put(location: string, content: string | Uint8Array): void {
    this.contents.set(location, content);
  }

  async list(bucket: string, prefix: string): Promise<readonly string[]> {
    const keys = [...this.contents.keys()].filter((location) => location.startsWith(`${bucket}/${prefix}`));
    return keys.map((location) => location.slice(bucket.length + 1)).sort();
  }

  async get(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const location = `${bucket}/${key}`;
    if (this.forbidden.has(location)) throw new S3Refusal('Access Denied', 403, 'AccessDenied');
    const content = this.contents.get(location);
    return content === undefined ? undefined : inPieces(Buffer.from(content));
  }

  async regionOf(bucket: string): Promise<string | undefined> {
    const exists = [...this.contents.keys()].some((location) => location.startsWith(`${bucket}/`));
    return this.regions.get(bucket) ?? (exists ? 'us-east-1' : undefined);
  }
}

/** Small chunks, so that records are cut at any position. */
async function* inPieces(content: Buffer): AsyncGenerator<Uint8Array> {
  const size = Math.max(7, content.length >> 8);
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
