import { StarloadError } from '../errors.ts';
import { LocalStore } from './local.ts';
import type { ObjectStore } from './objects.ts';

/** The store that holds a root's files: so far, local ones. Throws StarloadError for an s3:// root. */
export function storeOf(root: string): ObjectStore {
  if (isS3(root)) {
    throw new StarloadError(`this version reads local folders only, and ${root} is in S3`, {
      next: 'Copy the files to a local folder and name it in dwh.cfg.',
    });
  }
  return new LocalStore();
}

/** Of some roots, the local ones: folders a warehouse on this machine may read. */
export function localRoots(roots: readonly string[]): readonly string[] {
  return roots.filter((root) => !isS3(root));
}

function isS3(root: string): boolean {
  return root.startsWith('s3://');
}
