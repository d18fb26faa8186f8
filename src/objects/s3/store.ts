import { StarloadError } from '../../errors.ts';
import {
  isHidden,
  type ListPage,
  listOne,
  type ObjectStore,
  reasonToSkip,
  type SkippedObject,
  type SourceObject,
} from '../objects.ts';
import type { S3Clients } from './client.ts';
import { explain, isDenied, isMissing } from './errors.ts';
import { type ListedObject, listPages } from './listing.ts';
import { describe, type S3Object } from './object.ts';
import { readObject } from './reading.ts';
import { placeOf, type S3Place, uriOf } from './uri.ts';

/** Files in S3 below `s3://bucket/folder` or, if there is no such folder, those whose names begin with it. */
export class S3Store implements ObjectStore {
  readonly #clients: S3Clients;

  constructor(clients: S3Clients) {
    this.#clients = clients;
  }

  async *list(root: string): AsyncIterable<ListPage> {
    const place = placeOf(root);
    const prefix = place.key === '' || place.key.endsWith('/') ? place.key : `${place.key}/`;
    let isEmpty = true;
    try {
      const client = await this.#clients.of(place.bucket);
      for await (const objects of listPages(client, { bucket: place.bucket, key: prefix })) {
        isEmpty &&= objects.length === 0;
        yield sortOut(objects, place.bucket, prefix);
      }
    } catch (error) {
      // Only a listing that was denied from the start can mean that the root is a single file, and that only that file
      // may be read.
      const mayBeFile = isEmpty && isDenied(error) && prefix !== place.key;
      const file = mayBeFile ? await this.#findFile(place).catch(() => undefined) : undefined;
      if (file === undefined) throw explain(error, { action: 'list', uri: root, bucket: place.bucket });
      isEmpty = false;
      yield listOne(file);
    }
    if (isEmpty) {
      yield* this.#withoutFolder(root, place);
    }
  }

  read(object: SourceObject): AsyncIterable<Uint8Array> {
    return readObject(this.#clients, object as S3Object);
  }

  /**
   * The files of a root that is not a folder: one object, or every file whose name begins with it, as COPY does. Throws
   * StarloadError if there is neither.
   */
  async *#withoutFolder(root: string, place: S3Place): AsyncIterable<ListPage> {
    const file = await this.#findFile(place).catch((error: unknown) => {
      throw explain(error, { action: 'read', uri: root, bucket: place.bucket });
    });
    if (file !== undefined) {
      yield listOne(file);
      return;
    }
    let isEmpty = true;
    for await (const objects of this.#beginningLike(root, place)) {
      isEmpty = false;
      yield sortOut(objects, place.bucket, place.key.slice(0, place.key.lastIndexOf('/') + 1));
    }
    if (isEmpty) {
      throw new StarloadError(`nothing is at ${root}`, {
        next: 'Correct the location in dwh.cfg, capitals included, or upload the files first.',
      });
    }
  }

  /**
   * The files of one folder whose names begin with the key. A folder whose name begins with the key belongs to others
   * or is a mistake: it throws.
   */
  async *#beginningLike(root: string, place: S3Place): AsyncIterable<readonly ListedObject[]> {
    if (place.key === '' || place.key.endsWith('/')) return;
    let isEmpty = true;
    try {
      const client = await this.#clients.of(place.bucket);
      for await (const objects of listPages(client, place)) {
        refuseFolders(root, place, objects);
        if (objects.length === 0) continue;
        isEmpty = false;
        yield objects;
      }
    } catch (error) {
      // Permissions may be limited to the folder that was listed first. Then nothing else is visible.
      if (!isEmpty || !isDenied(error)) throw explain(error, { action: 'list', uri: root, bucket: place.bucket });
    }
  }

  async #findFile({ bucket, key }: S3Place): Promise<S3Object | undefined> {
    if (key === '' || key.endsWith('/')) return undefined;
    try {
      const client = await this.#clients.of(bucket);
      const { ETag = '', ContentLength = 0, LastModified } = await client.headObject({ Bucket: bucket, Key: key });
      const modified = LastModified?.getTime();
      return describe({ key, size: ContentLength, etag: ETag.replaceAll('"', ''), modified }, bucket);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function refuseFolders(root: string, { bucket, key: beginning }: S3Place, objects: readonly ListedObject[]): void {
  for (const { key } of objects) {
    const end = key.indexOf('/', beginning.length);
    if (end < 0) continue;
    const folder = uriOf({ bucket, key: key.slice(0, end + 1) });
    throw new StarloadError(`nothing is at ${root}, but the name of the folder ${folder} begins that way`, {
      next: 'Write the whole name of the folder. A prefix may only select files of one folder: s3://bucket/logs/2018-11-0 for 2018-11-01.json and similar names.',
    });
  }
}

/** Separates data files from other objects. Omits the empty objects that consoles create for folders. */
function sortOut(listed: readonly ListedObject[], bucket: string, prefix: string): ListPage {
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  for (const object of listed) {
    const reason = reasonToSkipKey(object.key.slice(prefix.length));
    if (object.size === 0 && object.key.endsWith('/')) continue;
    if (reason === undefined) {
      objects.push(describe(object, bucket));
    } else {
      skipped.push({ label: uriOf({ bucket, key: object.key }), reason });
    }
  }
  return { objects, skipped };
}

function reasonToSkipKey(path: string): string | undefined {
  const segments = path.split('/');
  return segments.some(isHidden) ? 'hidden' : reasonToSkip(segments.at(-1) as string);
}
