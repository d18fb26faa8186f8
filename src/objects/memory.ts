import { createHash } from 'node:crypto';
import { StarloadError } from '../errors.ts';
import { isHidden, type ListPage, type ObjectStore, reasonToSkip, type SourceObject } from './objects.ts';

/** Source files in memory, by URI; each has its content's hash as its version. */
export class MemoryStore implements ObjectStore {
  readonly files = new Map<string, string | Uint8Array>();
  /** Files are read in chunks of so many bytes. */
  chunkBytes = Number.POSITIVE_INFINITY;

  async *list(root: string): AsyncIterable<ListPage> {
    const found = [...this.files].filter(([uri]) => (uri === root || uri.startsWith(`${root}/`)) && !isHidden(uri));
    const objects = found
      .map(([uri, content]) => describe(uri, content))
      .filter(({ uri }) => reasonToSkip(uri) === undefined);
    yield { objects: objects.sort((a, b) => Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri))), skipped: [] };
  }

  async *read(object: SourceObject): AsyncIterable<Uint8Array> {
    const content = this.files.get(object.uri);
    if (content === undefined) {
      throw new StarloadError(`${object.label} is gone`, { next: 'Run again when nobody writes to it.' });
    }
    const bytes = Buffer.from(content);
    for (let from = 0; from === 0 || from < bytes.length; from += this.chunkBytes) {
      yield bytes.subarray(from, from + this.chunkBytes);
    }
  }
}

function describe(uri: string, content: string | Uint8Array): SourceObject {
  const version = createHash('sha256').update(content).digest('hex');
  return { uri, label: uri, size: Buffer.byteLength(content), version };
}
