import type { ObjectStore, SourceObject } from './objects.ts';

/** Limits on files in progress and on bytes held in memory for them. A round trip to S3 takes tens of milliseconds. */
const MOST_FILES = 32;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Reads the files of a list in order. Reads the next small files concurrently, so that thousands of them do not cost a
 * round trip each. Files read ahead are held in memory, within limits. Larger files are streamed when it is their turn.
 */
export class ReadAhead {
  readonly #store: ObjectStore;
  readonly #objects: readonly SourceObject[];
  readonly #underWay = new Map<SourceObject, Promise<readonly Uint8Array[]>>();
  #next = 0;
  #bytes = 0;

  constructor(store: ObjectStore, objects: readonly SourceObject[]) {
    this.#store = store;
    this.#objects = objects;
  }

  /** A file's bytes, once. Request files in the list's order. */
  async *read(object: SourceObject): AsyncIterable<Uint8Array> {
    this.#start(object);
    const ahead = this.#underWay.get(object);
    if (ahead === undefined) {
      yield* this.#store.read(object);
      return;
    }
    this.#underWay.delete(object);
    this.#bytes -= object.size;
    yield* await ahead;
  }

  /** Starts reading the files from this one on, as far as the limits allow. */
  #start(object: SourceObject): void {
    const turn = this.#objects.indexOf(object, Math.max(0, this.#next - MOST_FILES - 1));
    this.#next = Math.max(this.#next, turn);
    while (this.#next < this.#objects.length && this.#underWay.size < MOST_FILES) {
      const candidate = this.#objects[this.#next] as SourceObject;
      if (this.#bytes + candidate.size > MOST_BYTES) {
        break;
      }
      this.#begin(candidate);
      this.#next += 1;
    }
  }

  #begin(object: SourceObject): void {
    const content = collect(this.#store.read(object));
    // A failure is handled when it is the file's turn; until then it is ignored.
    content.catch(() => {});
    this.#underWay.set(object, content);
    this.#bytes += object.size;
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) {
    collected.push(chunk);
  }
  return collected;
}
