import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BrokenFile } from '../../src/objects/compressed/broken.ts';
import { unbzip2 } from '../../src/objects/compressed/bzip2.ts';
import { HAS_ZSTD, unzstd } from '../../src/objects/compressed/zstd.ts';
import { EngineError } from '../executor.ts';
import { type Path, parsePaths } from './copy-json.ts';
import type { CopyStatement } from './copy-statement.ts';
import { type ObjectReader, S3Refusal } from './objects.ts';
import { literal, refusal } from './reader.ts';

export interface SourceFile {
  readonly url: string;
  readonly bucket: string;
  readonly key: string;
  readonly mandatory: boolean;
}

/** S3 as one COPY sees it: through its role and in its region. */
export class CopySource {
  readonly #objects: ObjectReader;
  readonly #copy: CopyStatement;
  readonly #region: string;
  readonly #signal: AbortSignal;
  readonly #inRegion = new Set<string>();

  constructor(objects: ObjectReader, copy: CopyStatement, region: string, signal: AbortSignal) {
    this.#objects = objects;
    this.#copy = copy;
    this.#region = copy.region ?? region;
    this.#signal = signal;
  }

  /**
   * The files to load: by prefix, which also matches files with a longer name, or by manifest (page "COPY from Amazon
   * S3"). Throws EngineError.
   */
  async files(): Promise<readonly SourceFile[]> {
    if (this.#copy.manifest) return this.#readManifest();
    const { bucket, key: prefix } = splitUrl(this.#copy.from);
    await this.#assertRegion(bucket);
    const keys = await orServiceException(() => this.#objects.list(bucket, prefix));
    if (keys.length === 0) throw refusal(`The specified S3 prefix '${prefix}' does not exist`);
    return keys.map((key) => ({ url: `s3://${bucket}/${key}`, bucket, key, mandatory: false }));
  }

  /** The jsonpaths, one for each column; undefined if COPY matches by name. Throws EngineError. */
  async paths(columns: number): Promise<readonly Path[] | undefined> {
    const { json } = this.#copy;
    if (!json.startsWith('s3://')) return undefined;
    const text = await this.#readText(json);
    let paths: readonly Path[] | undefined;
    try {
      paths = parsePaths(text);
    } catch (cause) {
      // MAXERROR does not apply (page "COPY from JSON format").
      throw refusal(`Invalid JSONPath format in ${json}: ${String(cause)}`);
    }
    if (paths !== undefined && paths.length !== columns) {
      throw refusal(
        `Number of jsonpaths and the number of columns should match. JSONPath size: ${paths.length}, Number of columns in table or column list: ${columns}`,
      );
    }
    return paths;
  }

  /** The file's bytes, unzipped; undefined if it does not exist. */
  async open({ bucket, key, url }: SourceFile): Promise<AsyncIterable<Buffer> | undefined> {
    await this.#assertRegion(bucket);
    const body = await orServiceException(() => this.#objects.get(bucket, key, this.#signal));
    if (body === undefined) return undefined;
    const source = Readable.from(body, { signal: this.#signal });
    return decompress(source, url, this.#copy.compression);
  }

  async #readManifest(): Promise<readonly SourceFile[]> {
    const text = await this.#readText(this.#copy.from);
    let entries: unknown;
    try {
      entries = (JSON.parse(text) as { entries?: unknown }).entries;
    } catch {
      throw refusal(`Problem reading manifest file - ${this.#copy.from} is not a JSON document`);
    }
    if (!Array.isArray(entries) || entries.length === 0) {
      throw refusal(`Problem reading manifest file - no entries in ${this.#copy.from}`);
    }
    return entries.map((entry) => readEntry(entry as { url?: unknown; mandatory?: unknown }));
  }

  async #readText(url: string): Promise<string> {
    const { bucket, key } = splitUrl(url);
    await this.#assertRegion(bucket);
    const body = await orServiceException(() => this.#objects.get(bucket, key, this.#signal));
    if (body === undefined) throw serviceException('The specified key does not exist.', 404, 'NoSuchKey');
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    } catch {
      throw refusal(`${url} is not UTF-8 text`);
    }
  }

  /** REGION applies to data files, manifest and jsonpaths (page "COPY from Amazon S3"); the text is uncertain. */
  async #assertRegion(bucket: string): Promise<void> {
    if (this.#inRegion.has(bucket)) return;
    const region = await orServiceException(() => this.#objects.regionOf(bucket));
    if (region === undefined) throw serviceException('The specified bucket does not exist', 404, 'NoSuchBucket');
    if (region !== this.#region) {
      throw serviceException(
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
        301,
        'PermanentRedirect',
      );
    }
    this.#inRegion.add(bucket);
  }
}

/** mandatory is false by default; a url is a full key (page "COPY from Amazon S3", error 8001). */
function readEntry({ url, mandatory }: { url?: unknown; mandatory?: unknown }): SourceFile {
  if (typeof url !== 'string' || !/^s3:\/\/[^/]+\/.*[^/]$/.test(url)) {
    throw refusal(`Problem reading manifest file - the url ${literal(String(url))} is not a full S3 path (8001)`);
  }
  return { url, ...splitUrl(url), mandatory: mandatory === true };
}

function splitUrl(url: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined) throw refusal(`Invalid S3 location: ${url}`);
  return { bucket, key };
}

function serviceException(message: string, status: number, code: string): EngineError {
  return new EngineError(
    `ERROR: S3ServiceException:${message},Status ${status},Error ${code},Rid 0123456789ABCDEF,ExtRid 0123456789abcdef=,CanRetry 1`,
  );
}

async function orServiceException<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof S3Refusal) throw serviceException(error.message, error.status, error.code);
    throw error;
  }
}

function decompress(source: Readable, url: string, compression: CopyStatement['compression']): AsyncIterable<Buffer> {
  if (compression === 'none') return source as AsyncIterable<Buffer>;
  if (compression === 'gzip') return gunzip(source, url);
  if (compression === 'zstd' && !HAS_ZSTD) {
    throw refusal(`COPY … ZSTD is not imitated by the stand-in in Node.js ${process.versions.node}, but from 22.15 on`);
  }
  return decompressStrictly(source, url, compression);
}

/**
 * Decompresses a file that all decompressors read alike. It is not known whether Redshift reads several streams or
 * frames, large windows, or zeros behind the end; here they fail the load.
 */
async function* decompressStrictly(
  source: Readable,
  url: string,
  compression: 'zstd' | 'bzip2',
): AsyncGenerator<Buffer> {
  const failed = () => refusal(`Failed to decompress ${url} as ${compression.toUpperCase()}`);
  const refuse = () => {
    throw failed();
  };
  try {
    const text = compression === 'zstd' ? unzstd(source, refuse, url) : unbzip2(source, refuse);
    for await (const chunk of text) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  } catch (error) {
    throw error instanceof BrokenFile ? failed() : error;
  }
}

/**
 * GZIP means that all files are zipped: one that is not fails the load (page "COPY"). It is not known what happens to
 * bytes after the last member, including zeros; here they also fail the load.
 */
async function* gunzip(source: Readable, url: string): AsyncGenerator<Buffer> {
  const unzip = createGunzip();
  let bytes = 0;
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const unzipped = pipeline(source, unzip, () => undefined);
  try {
    for await (const chunk of unzipped) yield chunk as Buffer;
  } catch (error) {
    // Node's own errors may come from another realm, where instanceof fails.
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw refusal(`Failed to decompress ${url} as GZIP`);
    throw error;
  }
  if (bytes > unzip.bytesWritten) throw refusal(`Failed to decompress ${url} as GZIP`);
}
