import { createHash } from 'node:crypto';
import { StarloadError } from '../errors.ts';
import { isGzip, type SkippedObject, type SourceObject } from '../objects/objects.ts';
import { s3Place } from '../objects/s3/object.ts';
import { placeOf } from '../objects/s3/uri.ts';
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
  const key = objects[0] && s3Place(objects[0])?.key;
  const named = placeOf(root).key;
  refuse(key === named, `${root} is a single file, and COPY would take every file whose name begins like it`);
  // Where there is no such folder, the listing holds the files whose names begin so.
  const isFolder = named === '' || key?.startsWith(`${named}/`) === true;
  const uri = isFolder && !root.endsWith('/') ? `${root}/` : root;
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

/**
 * Names, versions, sizes and times: what a listing can tell of a folder's content. COPY reads a folder as it is at that moment;
 * the time tells of a file that was another then and has been put back since, whose version is the same.
 */
function digest(objects: readonly SourceObject[]): string {
  const hash = createHash('sha256');
  for (const { uri, version, size, modified } of objects) {
    hash.update(JSON.stringify([uri, version, size, modified]));
  }
  return `listing:${hash.digest('hex')}`;
}
