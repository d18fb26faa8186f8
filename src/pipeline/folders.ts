import { createHash } from 'node:crypto';
import { StarloadError } from '../errors.ts';
import { isGzip, type SkippedObject, type SourceObject } from '../objects/objects.ts';
import type { FolderCopy } from './batches.ts';
import type { Source } from './context.ts';

/** Everything a source's root holds. */
export interface SourceListing {
  readonly objects: readonly SourceObject[];
  readonly skipped: readonly SkippedObject[];
}

/**
 * A source as a folder to be copied in a full refresh: where nobody may write to S3, COPY can only be given folders, and everything is loaded
 * anew whenever anything in them has changed. Throws StarloadError where a folder holds what COPY would take for data, or
 * a source is not in S3.
 */
export function toFolderCopy(source: Source, { objects, skipped }: SourceListing): FolderCopy {
  const { root, jsonpaths, table } = source;
  refuse(!root.startsWith('s3://'), `${root} is not in S3`);
  refuse(objects.length === 0, `${root} holds no files`);
  const [stray] = skipped;
  refuse(stray !== undefined, `COPY would take ${stray?.label} for data (${stray?.reason})`);
  const isFile = objects.length === 1 && objects[0]?.uri === root;
  const uri = isFile || root.endsWith('/') ? root : `${root}/`;
  refuse(jsonpaths?.startsWith(uri) === true, `COPY would take the jsonpaths file ${jsonpaths} for data`);
  const gzipped = objects.filter((object) => isGzip(object.uri)).length;
  refuse(
    gzipped > 0 && gzipped < objects.length,
    `${root} holds compressed and plain files, which one COPY cannot read`,
  );
  return {
    table,
    folder: { uri, compression: gzipped > 0 ? 'gzip' : 'none', jsonpaths },
    version: digest(objects),
    size: objects.reduce((sum, object) => sum + object.size, 0),
  };
}

function refuse(condition: boolean, reason: string): void {
  if (condition) {
    throw new StarloadError(`${reason}, and without a work prefix only whole folders of S3 can be loaded`, {
      next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: then files are loaded one by one, each once.',
    });
  }
}

/** Names, versions and sizes: what a listing can tell of a folder's content. */
function digest(objects: readonly SourceObject[]): string {
  const hash = createHash('sha256');
  for (const { uri, version, size } of objects) {
    hash.update(JSON.stringify([uri, version, size]));
  }
  return `listing:${hash.digest('hex')}`;
}
