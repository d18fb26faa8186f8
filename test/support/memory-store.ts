import { createHash } from 'node:crypto';
import { StarloadError } from '../../src/errors.ts';
import {
  isHidden,
  type ListPage,
  type ObjectStore,
  reasonToSkip,
  type SourceObject,
} from '../../src/objects/objects.ts';

/** Source files in memory, by URI; each has its content's text as its version. */
export class MemoryStore implements ObjectStore {
  readonly files = new Map<string, string>();

  async *list(root: string): AsyncIterable<ListPage> {
    const found = [...this.files].filter(([uri]) => (uri === root || uri.startsWith(`${root}/`)) && !isHidden(uri));
    const objects = found
      .map(([uri, text]) => this.#describe(uri, text))
      .filter(({ uri }) => reasonToSkip(uri) === undefined);
    yield { objects: objects.sort((a, b) => Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri))), skipped: [] };
  }

  async *read(object: SourceObject): AsyncIterable<Uint8Array> {
    const text = this.files.get(object.uri);
    if (text === undefined) {
      throw new StarloadError(`${object.label} is gone`);
    }
    yield Buffer.from(text);
  }

  #describe(uri: string, text: string): SourceObject {
    return { uri, label: uri, size: Buffer.byteLength(text), version: createHash('sha256').update(text).digest('hex') };
  }
}
