import { type DataProblem, messageOf } from '../errors.ts';
import { breathe } from './breathe.ts';
import { ContentReader } from './bytes.ts';
import { type FramedFile, MalformedJson, RecordFramer, type RecordSink } from './frame.ts';
import { localPath } from './local.ts';
import { isGzip, type ObjectStore, type SourceObject } from './objects.ts';
import type { Part } from './part.ts';
import { PartWriter } from './part-writer.ts';
import type { Spool } from './spool.ts';

/** What a bundle needs to know. */
export interface BundleOptions {
  readonly store: ObjectStore;
  readonly spool: Spool;
  /** Looked at between chunks; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Names the parts; unique within the spool. */
  readonly prefix: string;
  /** Columns matched by name: their keys are watched, a key that occurs twice in a record is refused. */
  readonly wantedKeys: readonly string[];
  /** Files of at least this many bytes are handed on untouched where the warehouse can read them so. */
  readonly passThroughBytes?: number;
  /** A part ends after the file that brings it to this many bytes. */
  readonly partBytes?: number;
  readonly onFile?: (file: BundledFile) => void;
}

/** A source file as it went into the bundle: its identity and how many records it holds. */
export interface BundledFile {
  readonly object: SourceObject;
  readonly version: string;
  readonly size: number;
  readonly records: number;
}

/** Source files made ready to be loaded. */
export interface Bundle {
  readonly parts: readonly Part[];
  readonly files: readonly BundledFile[];
  readonly spellings: ReadonlyMap<string, readonly string[]>;
  /** Files that are not sequences of JSON objects, each with its first mistake. A bundle that has any is not to be loaded. */
  readonly problems: readonly DataProblem[];
}

const PASS_THROUGH_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 64 * 1024 * 1024;

/**
 * Streams source files through the framer: small ones into parts, big ones handed on untouched when every record stands
 * on a line of its own. Memory is bounded by the buffers, not by the files. Malformed files are reported in
 * `problems`.
 */
export async function bundle(objects: readonly SourceObject[], options: BundleOptions): Promise<Bundle> {
  const bundler = new Bundler(options);
  for (const object of objects) {
    await bundler.add(object);
  }
  return bundler.finish();
}

class Bundler {
  readonly #options: BundleOptions;
  readonly #writer: PartWriter;
  readonly #passedParts: Part[] = [];
  readonly #files: BundledFile[] = [];
  readonly #spellings = new Map<string, Set<string>>();
  readonly #problems: DataProblem[] = [];

  constructor(options: BundleOptions) {
    this.#options = options;
    this.#writer = new PartWriter(options.spool, options.prefix, options.partBytes ?? PART_BYTES);
  }

  async add(object: SourceObject): Promise<void> {
    try {
      const passed = this.#mayPass(object) && (await this.#pass(object));
      if (!passed) {
        this.#note(object, await this.#frame(object, this.#writer));
        this.#writer.endFile(object.label);
      }
    } catch (error) {
      this.#problems.push(problemOf(object, error));
    }
  }

  finish(): Bundle {
    this.#writer.endPart();
    return {
      parts: [...this.#passedParts, ...this.#writer.parts],
      files: this.#files,
      problems: this.#problems,
      spellings: new Map([...this.#spellings].map(([key, spellings]) => [key, [...spellings].sort()])),
    };
  }

  /** A path with a wildcard in it cannot be handed on: the warehouse would take it for a pattern. */
  #mayPass(object: SourceObject): boolean {
    const path = localPath(object);
    const big = object.size >= (this.#options.passThroughBytes ?? PASS_THROUGH_BYTES);
    return big && path !== undefined && !/[*?[\]{}\\]/.test(path);
  }

  async #pass(object: SourceObject): Promise<boolean> {
    const framed = await this.#frame(object, undefined);
    if (!framed.lineDelimited) {
      return false;
    }
    this.#note(object, framed);
    this.#passedParts.push({
      path: localPath(object) as string,
      compression: isGzip(object.uri) ? 'gzip' : 'none',
      records: framed.records,
      bytes: framed.size,
      index: [],
      assertUnchanged: () => this.#options.store.assertUnchanged(object),
    });
    return true;
  }

  async #frame(
    object: SourceObject,
    sink: RecordSink | undefined,
  ): Promise<FramedFile & { version: string; size: number }> {
    const reader = new ContentReader(this.#options.store, object);
    const framer = new RecordFramer({ wantedKeys: this.#options.wantedKeys, ...(sink === undefined ? {} : { sink }) });
    for await (const chunk of reader.content()) {
      framer.push(chunk);
      await breathe();
      this.#options.signal.throwIfAborted();
    }
    return { ...framer.end(), ...reader.id() };
  }

  #note(
    object: SourceObject,
    { records, version, size, spellings }: FramedFile & { version: string; size: number },
  ): void {
    const file = { object, version, size, records };
    this.#files.push(file);
    for (const [key, found] of spellings) {
      const known = this.#spellings.get(key) ?? new Set();
      this.#spellings.set(key, known);
      for (const spelling of found) {
        known.add(spelling);
      }
    }
    this.#options.onFile?.(file);
  }
}

/** Malformed JSON and broken gzip are the file's fault; anything else is thrown on. */
function problemOf(object: SourceObject, error: unknown): DataProblem {
  if (error instanceof MalformedJson) {
    const { line, column, reason, excerpt } = error;
    return { file: object.label, line, column, reason, excerpt };
  }
  if (isGzip(object.uri) && error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
    return { file: object.label, reason: `not a whole gzip file: ${messageOf(error)}` };
  }
  throw error;
}
