import { DataError, type DataProblem, StarloadError } from '../errors.ts';
import { breathe } from '../objects/breathe.ts';
import { problemOf, sourceOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import {
  andPassedOver,
  DATA_ENDINGS,
  type ObjectStore,
  passedOver,
  type SkippedObject,
  type SourceObject,
} from '../objects/objects.ts';
import type { Emit } from '../pipeline/events.ts';
import { type MalformedJson, RecordFramer } from '../records/frame.ts';
import type { RecordSink } from '../records/framed.ts';
import { KeySearch } from './keys.ts';
import type { GivenSource, ReadSource } from './source.ts';

/** What is needed to read sources. */
export interface ReadContext {
  readonly storeOf: (root: string) => ObjectStore;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Reads all records of a source, with the files and the records that a load would read. Records that a load would refuse
 * are counted. Throws StarloadError if there are none, DataError if all are refused.
 */
export async function readSource(context: ReadContext, source: GivenSource): Promise<ReadSource> {
  const { root, names } = source;
  context.emit({ type: 'doing', what: `listing the files of ${names.key}` });
  const { objects, skipped } = await listAll(context, root);
  const over = passedOver(skipped);
  context.emit({ type: 'listed', table: names.key, files: objects.length, passedOver: over });
  const reader = new SourceReader(context, source, objects);
  for (const object of objects) {
    await reader.read(object);
  }
  const read = reader.result();
  if (read.search.records > 0) return read;
  if (read.firstBad === undefined) {
    throw new StarloadError(`${root} holds no records${andPassedOver(over)}`, {
      next: `Name a folder with files that end in ${DATA_ENDINGS}, and hold JSON objects.`,
    });
  }
  throw new DataError(`${root} holds no record that can be read`, [read.firstBad], { next: 'Correct the files.' });
}

async function listAll({ storeOf, signal }: ReadContext, root: string) {
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  for await (const page of storeOf(root).list(root)) {
    signal.throwIfAborted();
    objects.push(...page.objects);
    skipped.push(...page.skipped);
  }
  return { objects, skipped };
}

/** Progress is told after so many bytes. */
const TOLD_BYTES = 8 * 1024 * 1024;

class SourceReader {
  readonly #context: ReadContext;
  readonly #source: GivenSource;
  readonly #objects: readonly SourceObject[];
  readonly #store: Pick<ObjectStore, 'read'>;
  readonly #search: KeySearch;
  readonly #records = new RecordBytes((bytes, from, line) => this.#take(bytes, from, line));
  readonly #ofBytes: number;
  #framer = this.#newFramer();
  #object: SourceObject | undefined;
  #files = 0;
  #bytes = 0;
  #bad = 0;
  #firstBad: DataProblem | undefined;

  constructor(context: ReadContext, source: GivenSource, objects: readonly SourceObject[]) {
    this.#context = context;
    this.#source = source;
    this.#objects = objects;
    this.#store = sourceOf(context.storeOf(source.root), objects);
    this.#search = new KeySearch(source.names.table, source.key);
    this.#ofBytes = objects.reduce((sum, { size }) => sum + size, 0);
  }

  async read(object: SourceObject): Promise<void> {
    this.#object = object;
    this.#tell(0);
    let [seen, told] = [0, 0];
    try {
      for await (const chunk of new ContentReader(this.#store, unidentified(object)).content()) {
        this.#framer.push(chunk);
        this.#records.keep();
        seen += chunk.length;
        if (seen > told + TOLD_BYTES) {
          told = seen;
          this.#tell(Math.min(seen, object.size));
        }
        await breathe();
        this.#context.signal.throwIfAborted();
      }
      this.#framer.end();
    } catch (error) {
      this.#refuse(problemOf(object, error));
      this.#records.dropRecord();
      this.#framer = this.#newFramer();
    }
    this.#files += 1;
    this.#bytes += object.size;
    this.#tell(0);
  }

  result(): ReadSource {
    const { root, names } = this.#source;
    return {
      ...{ root, names, search: this.#search, files: this.#files, bytes: this.#bytes },
      ...{ bad: this.#bad, firstBad: this.#firstBad },
    };
  }

  #newFramer(): RecordFramer {
    const refuse = (mistake: MalformedJson) => this.#refuse(problemOf(this.#object as SourceObject, mistake));
    return new RecordFramer({ sink: this.#records, mistakes: { onMistake: refuse, onBroken: refuse } });
  }

  #take(bytes: Buffer, from: number, line: number): void {
    const twice = this.#search.add(bytes, from);
    if (twice !== undefined) {
      const reason = `key ${JSON.stringify(twice)} occurs twice in one object`;
      this.#refuse({ file: this.#object?.label ?? '', line, reason });
    }
  }

  #refuse(problem: DataProblem): void {
    this.#bad += 1;
    this.#firstBad ??= problem;
  }

  #tell(more: number): void {
    this.#context.emit({
      ...{ type: 'read', table: this.#source.names.key, files: this.#files, of: this.#objects.length },
      ...{ bytes: this.#bytes + more, ofBytes: this.#ofBytes, records: this.#search.records },
    });
  }
}

/** Only a load needs to know the content of a file by its digest, which takes time. */
function unidentified(object: SourceObject): SourceObject {
  return object.version === undefined ? { ...object, version: '' } : object;
}

/** Passes on the bytes of each record without copying them, unless a line or a chunk ends inside the record. */
class RecordBytes implements RecordSink {
  readonly #onRecord: (bytes: Buffer, from: number, line: number) => void;
  #chunk: Buffer | undefined;
  /** The last chunk, and the same bytes as a Buffer. */
  #last: Uint8Array | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] = [];

  constructor(onRecord: (bytes: Buffer, from: number, line: number) => void) {
    this.#onRecord = onRecord;
  }

  segment(chunk: Uint8Array, from: number, to: number): void {
    this.keep();
    this.#chunk = this.#bufferOf(chunk);
    this.#from = from;
    this.#to = to;
  }

  #bufferOf(chunk: Uint8Array): Buffer {
    if (chunk !== this.#last) {
      this.#last = chunk;
      this.#buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    return this.#buffer;
  }

  endRecord(line: number): void {
    const chunk = this.#chunk;
    if (this.#pieces.length === 0 && chunk !== undefined) {
      this.#chunk = undefined;
      this.#onRecord(chunk, this.#from, line);
      return;
    }
    this.keep();
    const record = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#onRecord(record, 0, line);
  }

  dropRecord(): void {
    this.#chunk = undefined;
    this.#pieces = [];
  }

  /** Copies what it has of the current record, because the bytes of the chunk are about to change. */
  keep(): void {
    if (this.#chunk === undefined) return;
    this.#pieces.push(this.#chunk.slice(this.#from, this.#to));
    this.#chunk = undefined;
  }
}
