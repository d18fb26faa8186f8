import { StarloadError } from '../../errors.ts';
import type { SourceObject } from '../objects.ts';
import type { S3Clients } from './client.ts';
import { COPY_BYTES, copyObject } from './copying.ts';
import { explain, isChanged, isMissing, staleError } from './errors.ts';
import { listPages } from './listing.ts';
import type { S3Object } from './object.ts';
import { placeOf, uriOf } from './uri.ts';

/** What was written. */
export interface WrittenObject {
  readonly etag: string;
  readonly size: number;
}

/** A location to which the loader writes manifests, bundles and copies. All methods throw StarloadError. */
export interface WorkStore {
  /** Writes an object. The body is held in memory, because parts have a limited size. */
  put(uri: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<WrittenObject>;

  /** Copies a source file inside S3, in the listed version only. */
  copy(from: SourceObject, toUri: string): Promise<WrittenObject>;

  /** Removes everything whose URI begins with `prefix`. */
  removeBelow(prefix: string): Promise<void>;

  /** Removes objects; ignores those that no longer exist. Tries all of them before it throws. */
  remove(uris: readonly string[]): Promise<void>;
}

/** The maximum that DeleteObjects accepts. */
const MOST_REMOVALS = 1000;
/** The number of failures named in a message; the rest are counted. */
const MOST_NAMED = 5;

/** The work prefix in S3. */
export class S3WorkStore implements WorkStore {
  readonly #clients: S3Clients;
  readonly #copyBytes: number;

  /** A file of more than `copyBytes` is copied in parts of that size. */
  constructor(clients: S3Clients, copyBytes = COPY_BYTES) {
    this.#clients = clients;
    this.#copyBytes = copyBytes;
  }

  async put(uri: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<WrittenObject> {
    const { bucket, key } = placeOf(uri);
    const bytes = body instanceof Uint8Array ? body : await collect(body);
    try {
      const client = await this.#clients.of(bucket);
      const input = { Bucket: bucket, Key: key, Body: bytes, ContentLength: bytes.length };
      return { etag: unquoted((await client.putObject(input)).ETag), size: bytes.length };
    } catch (error) {
      throw explain(error, { action: 'write', uri, bucket });
    }
  }

  async copy(from: SourceObject, toUri: string): Promise<WrittenObject> {
    const source = from as S3Object;
    const target = placeOf(toUri);
    try {
      const client = await this.#clients.of(target.bucket);
      return { etag: unquoted(await copyObject(client, source, target, this.#copyBytes)), size: source.size };
    } catch (error) {
      const isStale = isChanged(error) || (isMissing(error) && (error as Error).name === 'NoSuchKey');
      throw isStale
        ? staleError(source.uri, error)
        : explain(error, { action: 'copy', uri: toUri, bucket: target.bucket });
    }
  }

  async removeBelow(prefix: string): Promise<void> {
    const place = placeOf(prefix);
    try {
      const client = await this.#clients.of(place.bucket);
      for await (const page of listPages(client, place)) {
        await this.remove(page.map(({ key }) => uriOf({ bucket: place.bucket, key })));
      }
    } catch (error) {
      throw explain(error, { action: 'remove', uri: prefix, bucket: place.bucket });
    }
  }

  async remove(uris: readonly string[]): Promise<void> {
    const failures: string[] = [];
    for (const [bucket, keys] of keysByBucket(uris)) {
      for (let at = 0; at < keys.length; at += MOST_REMOVALS) {
        failures.push(...(await this.#removeSome(bucket, keys.slice(at, at + MOST_REMOVALS))));
      }
    }
    if (failures.length > 0) {
      const rest = failures.length > MOST_NAMED ? [`and ${failures.length - MOST_NAMED} more`] : [];
      throw new StarloadError(`cannot remove from S3:\n  ${[...failures.slice(0, MOST_NAMED), ...rest].join('\n  ')}`, {
        next: 'Allow s3:DeleteObject on the work prefix, or let a lifecycle rule expire it.',
      });
    }
  }

  async #removeSome(bucket: string, keys: readonly string[]): Promise<readonly string[]> {
    try {
      const client = await this.#clients.of(bucket);
      const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await client.deleteObjects({ Bucket: bucket, Delete });
      return Errors.map(({ Key = '', Code, Message }) => `${uriOf({ bucket, key: Key })}: ${Code} (${Message})`);
    } catch (error) {
      throw explain(error, { action: 'remove', uri: uriOf({ bucket, key: keys[0] ?? '' }), bucket });
    }
  }
}

function keysByBucket(uris: readonly string[]): ReadonlyMap<string, string[]> {
  const byBucket = new Map<string, string[]>();
  for (const { bucket, key } of uris.map(placeOf)) {
    const keys = byBucket.get(bucket) ?? [];
    keys.push(key);
    byBucket.set(bucket, keys);
  }
  return byBucket;
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unquoted(etag = ''): string {
  return etag.replaceAll('"', '');
}
