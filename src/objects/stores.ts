import { LocalStore } from './local.ts';
import type { ObjectStore } from './objects.ts';
import { S3Clients, type S3Options } from './s3/client.ts';
import { S3Store } from './s3/store.ts';
import { isS3 } from './s3/uri.ts';
import { S3WorkStore, type WorkStore } from './s3/work.ts';

/** Every place files are in. Nothing of S3 is loaded before it is used. */
export interface Stores {
  /** The store that holds a root's files. */
  storeOf(root: string): ObjectStore;
  /** The region a bucket lies in; Redshift's COPY wants to know. Throws StarloadError. */
  regionOf(bucket: string): Promise<string>;
  /** Where S3 is written to. */
  readonly work: WorkStore;
  /** Closes the connections to S3. */
  close(): Promise<void>;
}

/** The stores, with the AWS keys and region a configuration names, if it does. */
export function openStores(options: S3Options = {}): Stores {
  const clients = new S3Clients(options);
  const [local, s3] = [new LocalStore(), new S3Store(clients)];
  return {
    storeOf: (root) => (isS3(root) ? s3 : local),
    regionOf: (bucket) => clients.regionOf(bucket),
    work: new S3WorkStore(clients),
    close: () => clients.close(),
  };
}

/** Of some roots, the local ones: folders a warehouse on this machine may read. */
export function localRoots(roots: readonly string[]): readonly string[] {
  return roots.filter((root) => !isS3(root));
}
