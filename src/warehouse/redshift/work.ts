import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { StarloadError } from '../../errors.ts';
import type { SourceObject } from '../../objects/objects.ts';
import type { Part } from '../../objects/part.ts';
import type { Batch, Step } from '../warehouse.ts';
import { type CopyFiles, jsonpathsOf, manifestOf } from './copy.ts';

/** The part of S3 the loader may write to, as far as the engine needs it. */
export interface WorkStore {
  /** `s3://bucket/folder/`. */
  readonly prefix: string;
  /** The region of its bucket. */
  region(): Promise<string>;
  put(uri: string, body: Uint8Array): Promise<unknown>;
  /** Copies an object of S3, which must still be as it was listed. */
  copy(from: SourceObject, toUri: string): Promise<unknown>;
  remove(uris: readonly string[]): Promise<void>;
  /** The region of another bucket. */
  regionOf(uri: string): Promise<string>;
  /** An object's URI as COPY wants it in a manifest. */
  locationOf(uri: string): string;
}

/** A part in S3: what COPY will name in its errors, and the part it is. */
export interface PlacedPart {
  readonly uri: string;
  readonly part: Part;
}

type CopyStep = Extract<Step, { kind: 'copy' }>;

/** What a batch has in the work prefix. */
export interface PlacedBatch {
  readonly filesOf: (step: Step) => readonly CopyFiles[];
  readonly parts: ReadonlyMap<Step, readonly PlacedPart[]>;
  /** The batch's own folder, `s3://…/`. */
  readonly folder: string;
  /** Everything that was written, to be removed after the commit. */
  readonly written: readonly string[];
}

/** For a batch without COPYs. */
export const NOTHING_PLACED: PlacedBatch = { filesOf: () => [], parts: new Map(), folder: '', written: [] };

/** The files a COPY step would read, for people to read. */
export function plannedFiles(batch: Batch, step: Step, prefix: string): readonly CopyFiles[] {
  const manifest = (table: string) => `${prefix}${batch.name}/${table}-gzip.manifest`;
  return step.kind === 'copy'
    ? [{ compression: 'gzip', manifest: manifest(step.table.name), jsonpaths: undefined }]
    : [];
}

const compress = promisify(gzip);

/**
 * Brings a batch's parts, manifests and jsonpaths files to S3, under keys of this batch alone, kept short since error
 * views keep 256 characters. Files in S3 that are handed on untouched stay where they are, unless they are in another
 * region than the work prefix: COPY's REGION holds for all it reads.
 */
export async function placeBatch(batch: Batch, store: WorkStore): Promise<PlacedBatch> {
  const placer = new Placer(`${store.prefix}${batch.name}/`, store);
  for (const step of batch.steps) {
    if (step.kind === 'copy') {
      await placer.place(step);
    }
  }
  return placer.placed();
}

class Placer {
  readonly #folder: string;
  readonly #store: WorkStore;
  readonly #files = new Map<Step, CopyFiles[]>();
  readonly #parts = new Map<Step, PlacedPart[]>();
  readonly #written: string[] = [];

  constructor(folder: string, store: WorkStore) {
    this.#folder = folder;
    this.#store = store;
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
    const parts: (PlacedPart & { readonly compression: Part['compression'] })[] = [];
    for (const [index, part] of step.parts.entries()) {
      parts.push(await this.#placePart(part, `${step.table.name}-${index + 1}.json`));
    }
    this.#parts.set(step, parts);
    const jsonpaths = await this.#placeJsonpaths(step);
    const files: CopyFiles[] = [];
    for (const compression of ['none', 'gzip'] as const) {
      const uris = parts.filter((part) => part.compression === compression).map(({ uri }) => uri);
      if (uris.length > 0) {
        const name = `${step.table.name}-${compression}.manifest`;
        files.push({ compression, jsonpaths, manifest: await this.#write(name, manifestOf(uris)) });
      }
    }
    this.#files.set(step, files);
  }

  async #placePart(part: Part, name: string): Promise<PlacedPart & { readonly compression: Part['compression'] }> {
    if (part.untouched !== undefined) {
      return { uri: await this.#placeUntouched(part, part.untouched, name), part, compression: part.compression };
    }
    const uri = await this.#write(`${name}.gz`, await compress(await readFile(part.path)));
    return { uri, part, compression: 'gzip' };
  }

  async #placeUntouched(part: Part, object: SourceObject, name: string): Promise<string> {
    if ((await this.#store.regionOf(part.path)) === (await this.#store.region())) {
      await part.assertUnchanged?.();
      return this.#store.locationOf(part.path);
    }
    const uri = `${this.#folder}${name}${part.compression === 'gzip' ? '.gz' : ''}`;
    await this.#store.copy(object, uri);
    this.#written.push(uri);
    return uri;
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

/** The part that COPY names in an error: its view keeps 256 characters of the location. */
export function findPart(parts: readonly PlacedPart[], fileName: string): PlacedPart | undefined {
  const name = fileName.trim();
  return (
    parts.find(({ uri }) => uri === name) ??
    parts.find(({ uri }) => uri.startsWith(name) || basename(uri) === basename(name))
  );
}

/** What to say where there is no work prefix and one is needed. */
export function noWorkPrefix(): StarloadError {
  return new StarloadError('dwh.cfg names no work prefix, and Redshift reads only what lies in S3', {
    next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: a folder the loader may write to and the role may read.',
  });
}
