import type { ContentCache } from './content-cache.ts';
import { LocalStore } from './local.ts';
import type { ObjectStore } from './objects.ts';
import { S3Clients, type S3Options } from './s3/client.ts';
import { S3Store } from './s3/store.ts';
import { isS3 } from './s3/uri.ts';
import { S3WorkStore, type WorkStore } from './s3/work.ts';

/** The stores of all locations. Nothing of S3 is loaded before it is used. */
export interface Stores {
  /** The store that holds a root's files. */
  storeOf(root: string): ObjectStore;
  /** The region of a bucket, which Redshift's COPY requires. Throws StarloadError. */
  regionOf(bucket: string): Promise<string>;
  /** The store for writing to S3. */
  readonly work: WorkStore;
  /** Closes the connections to S3. */
  close(): Promise<void>;
}

/** The stores, with the configured AWS keys and region, if any, and what is known of the contents of local files. */
export function openStores(options: S3Options = {}, contents?: ContentCache): Stores {
  const clients = new S3Clients(options);
  const [local, s3] = [new LocalStore({ contents }), new S3Store(clients)];
  return {
    storeOf: (root) => (isS3(root) ? s3 : local),
    regionOf: (bucket) => clients.regionOf(bucket),
    work: new S3WorkStore(clients),
    close: () => clients.close(),
  };
}

/** The local roots among some roots: folders a warehouse on this machine may read. */
export function localRoots(roots: readonly string[]): readonly string[] {
  return roots.filter((root) => !isS3(root));
}
