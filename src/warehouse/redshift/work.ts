import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { StarloadError } from '../../errors.ts';
import { mapAtOnce } from '../../objects/at-once.ts';
import { COMPRESSED_ENDING, COMPRESSIONS } from '../../objects/compression.ts';
import type { SourceObject } from '../../objects/objects.ts';
import type { Part } from '../../objects/part.ts';
import type { Batch, OnMoment, Step } from '../warehouse.ts';
import { type CopyFiles, jsonpathsOf, manifestOf } from './copy.ts';

/** The part of S3 the loader may write to, as far as the engine needs it. */
export interface WorkFolder {
  /** `s3://bucket/folder/`. */
  readonly prefix: string;
  /** The region of its bucket. */
  region(): Promise<string>;
  put(uri: string, body: Uint8Array): Promise<unknown>;
  /** Copies an S3 object, which must not have changed since it was listed. */
  copy(from: SourceObject, toUri: string): Promise<unknown>;
  remove(uris: readonly string[]): Promise<void>;
}

/** A part in S3: the name that COPY uses in its errors, and the part. */
export interface PlacedPart {
  readonly uri: string;
  readonly part: Part;
}

/** A part with its name in S3. Parts that are bundled here are compressed during upload. */
interface NamedPart extends PlacedPart {
  readonly compression: Part['compression'];
}

type CopyStep = Extract<Step, { kind: 'copy' }>;

/** What a batch has in the work prefix. */
export interface PlacedBatch {
  readonly filesOf: (step: Step) => readonly CopyFiles[];
  readonly parts: ReadonlyMap<Step, readonly PlacedPart[]>;
  /** The batch's own folder, `s3://…/`. */
  readonly folder: string;
  /** Everything that was written, to remove after the commit. */
  readonly written: readonly string[];
}

/** For a batch without COPYs. */
export const NOTHING_PLACED: PlacedBatch = { filesOf: () => [], parts: new Map(), folder: '', written: [] };

/** The files a COPY step would read, for display. */
export function plannedFiles(batch: Batch, step: Step, prefix: string): readonly CopyFiles[] {
  if (step.kind !== 'copy') {
    return [];
  }
  const found = new Set(step.parts.map((part) => (part.untouched === undefined ? 'gzip' : part.compression)));
  // One COPY reads files of one compression.
  return COMPRESSIONS.filter((compression) => found.has(compression)).map((compression) => ({
    compression,
    manifest: `${prefix}${batch.name}/${step.table.name}-${compression}.manifest`,
    jsonpaths: undefined,
  }));
}

const compress = promisify(gzip);

/** The maximum number of concurrent copies inside S3. */
const COPIES_AT_ONCE = 8;

/**
 * Brings a batch's parts, manifests and jsonpaths files to S3, under keys of this batch only. The keys are short
 * because error views keep 256 characters. S3 files that are passed on untouched are copied there too, by S3 and as
 * they were listed: COPY reads them at its own time, and takes whatever bytes it finds then.
 */
export async function placeBatch(batch: Batch, store: WorkFolder, onMoment: OnMoment = () => {}): Promise<PlacedBatch> {
  const placer = new Placer(`${store.prefix}${batch.name}/`, store, onMoment);
  for (const step of batch.steps) {
    if (step.kind === 'copy') {
      await placer.place(step);
    }
  }
  return placer.placed();
}

class Placer {
  readonly #folder: string;
  readonly #store: WorkFolder;
  readonly #files = new Map<Step, CopyFiles[]>();
  readonly #parts = new Map<Step, PlacedPart[]>();
  readonly #written: string[] = [];
  readonly #onMoment: OnMoment;

  constructor(folder: string, store: WorkFolder, onMoment: OnMoment) {
    this.#folder = folder;
    this.#store = store;
    this.#onMoment = onMoment;
  }

  placed(): PlacedBatch {
    return {
      filesOf: (step) => this.#files.get(step) ?? [],
      parts: this.#parts,
      folder: this.#folder,
      written: this.#written,
    };
  }

  async place(step: CopyStep): Promise<void> {
    const parts = await this.#placeParts(step);
    this.#parts.set(step, parts);
    const jsonpaths = await this.#placeJsonpaths(step);
    const files: CopyFiles[] = [];
    for (const compression of COMPRESSIONS) {
      const uris = parts.filter((part) => part.compression === compression).map(({ uri }) => uri);
      if (uris.length > 0) {
        const name = `${step.table.name}-${compression}.manifest`;
        files.push({ compression, jsonpaths, manifest: await this.#write(name, manifestOf(uris)) });
      }
    }
    this.#files.set(step, files);
  }

  /**
   * Copies run in parallel, because S3 does the work. Of the parts that are compressed here, only one is in memory at a
   * time.
   */
  async #placeParts({ table, parts }: CopyStep): Promise<NamedPart[]> {
    const named = parts.map((part, index) => ({ part, name: `${table.name}-${index + 1}.json` }));
    const untouched = named.filter(({ part }) => part.untouched !== undefined);
    let done = 0;
    const tell = () => this.#onMoment({ kind: 'sending', table: table.name, done, of: parts.length });
    tell();
    const told = <T>(placed: T): T => {
      done += 1;
      tell();
      return placed;
    };
    const copied = await mapAtOnce(untouched, COPIES_AT_ONCE, async ({ part, name }) =>
      told(await this.#copy(part, name)),
    );
    const placed = new Map(copied.map((one) => [one.part, one]));
    for (const { part, name } of named.filter((one) => one.part.untouched === undefined)) {
      const uri = told(await this.#write(`${name}.gz`, await compress(await readFile(part.path))));
      placed.set(part, { uri, part, compression: 'gzip' });
    }
    return parts.flatMap((part) => placed.get(part) ?? []);
  }

  async #copy(part: Part, name: string): Promise<NamedPart> {
    const { compression, untouched } = part;
    const uri = `${this.#folder}${name}${COMPRESSED_ENDING[compression]}`;
    this.#written.push(uri);
    await this.#store.copy(untouched as SourceObject, uri);
    return { uri, part, compression };
  }

  async #placeJsonpaths({ table, mapping }: CopyStep): Promise<string | undefined> {
    const text = jsonpathsOf(mapping);
    return text === undefined ? undefined : this.#write(`${table.name}.jsonpaths`, text);
  }

  async #write(name: string, content: string | Uint8Array): Promise<string> {
    const uri = `${this.#folder}${name}`;
    await this.#store.put(uri, typeof content === 'string' ? Buffer.from(content) : content);
    this.#written.push(uri);
    return uri;
  }
}

/** The part that COPY names in an error. Its view keeps 256 characters of the location. */
export function findPart(parts: readonly PlacedPart[], fileName: string): PlacedPart | undefined {
  const name = fileName.trim();
  return (
    parts.find(({ uri }) => uri === name) ??
    parts.find(({ uri }) => uri.startsWith(name) || basename(uri) === basename(name))
  );
}

/** The error for a missing work prefix. */
export function noWorkPrefix(): StarloadError {
  return new StarloadError('dwh.cfg has no work prefix, and Redshift reads only from S3', {
    next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: a folder the loader may write to and the role may read.',
  });
}
