import type pg from 'pg';
import { EngineError } from '../executor.ts';
import { type Frame, Frames } from './copy-frames.ts';
import { follow, membersOf, NoSuchElement, type Path } from './copy-json.ts';
import { CopySource, type SourceFile } from './copy-source.ts';
import type { CopyStatement } from './copy-statement.ts';
import { readTarget, type Target } from './copy-target.ts';
import { convert, type Rules, type TargetColumn, ValueError } from './copy-values.ts';
import type { Journal, LoadError } from './journal.ts';
import type { EngineOptions, Uncertain } from './options.ts';
import { refusal } from './reader.ts';

/** The context of a COPY. */
export interface CopyContext {
  readonly client: pg.Client;
  readonly options: EngineOptions;
  readonly uncertain: Uncertain;
  readonly journal: Journal;
  readonly session: number;
  readonly queryId: number;
  readonly signal: AbortSignal;
  readonly lock: (table: string) => Promise<void>;
  /** Called when the statement has passed all checks that leave no trace: pg_last_copy_id() is then its id. */
  readonly onBegin: () => void;
}

/** The approximate number of rows, or of characters, that go to PostgreSQL at a time. */
const BATCH_ROWS = 1000;
const BATCH_CHARACTERS = 1_000_000;

/** Runs a COPY inside the open transaction and returns the number of rows. Throws EngineError. AWS: "COPY". */
export async function runCopy(copy: CopyStatement, context: CopyContext): Promise<number> {
  assertRole(copy, context.options);
  const target = await readTarget(context.client, copy);
  const source = new CopySource(context.options.objects, copy, context.options.region ?? 'us-east-1', context.signal);
  const paths = await source.paths(target.columns.length);
  const files = await source.files();
  context.onBegin();
  await context.lock(copy.table);
  const load = new Load(copy, target, paths, context);
  return load.run(source, files);
}

/** A role that is not attached cannot be assumed, and without an attached role there is no default (page "COPY"). */
function assertRole({ role }: CopyStatement, { roles, defaultRole }: EngineOptions): void {
  const [arn] = (role ?? defaultRole)?.split(',') ?? [];
  if (arn === undefined) throw refusal('No default IAM role is set for the cluster');
  if (roles !== undefined && !roles.includes(arn)) {
    throw refusal(
      `User arn:aws:redshift:us-east-1:123456789012:dbuser:cluster/user is not authorized to assume IAM Role ${arn}`,
    );
  }
}

/** A running COPY. */
class Load {
  readonly #copy: CopyStatement;
  readonly #target: Target;
  readonly #paths: readonly Path[] | undefined;
  readonly #context: CopyContext;
  readonly #rules: Rules;
  readonly #errors: LoadError[] = [];
  #batch: (string | null)[][];
  #characters = 0;
  #rows = 0;
  #bytes = 0;
  #found = 0;

  constructor(copy: CopyStatement, target: Target, paths: readonly Path[] | undefined, context: CopyContext) {
    this.#copy = copy;
    this.#target = target;
    this.#paths = paths;
    this.#context = context;
    this.#rules = { copy, uncertain: context.uncertain };
    this.#batch = target.columns.map(() => []);
  }

  async run(source: CopySource, files: readonly SourceFile[]): Promise<number> {
    const started = new Date();
    for (const file of files) {
      await this.#loadFile(source, file);
    }
    // page "COPY from Amazon S3": if no file is found, COPY fails, whether files are mandatory or not.
    if (this.#found === 0) throw refusal('No data files were found for the manifest');
    await this.#flush();
    const { journal, queryId, session } = this.#context;
    await journal.loadErrors({ queryId, session, table: this.#copy.name, tableId: this.#target.oid }, this.#errors);
    await journal.loaded({
      queryId,
      session,
      started,
      table: this.#copy.name,
      source: this.#copy.from,
      rows: this.#rows,
      bytes: this.#bytes,
      files: this.#found,
      errors: this.#errors.length,
    });
    return this.#rows;
  }

  async #loadFile(source: CopySource, file: SourceFile): Promise<void> {
    const content = await source.open(file);
    if (content === undefined) {
      if (file.mandatory) throw refusal(`Mandatory url is not present in manifest file. Error: ${file.url}`);
      return;
    }
    this.#found += 1;
    const frames = new Frames();
    for await (const chunk of content) {
      this.#bytes += chunk.length;
      for (const frame of frames.push(Buffer.from(chunk))) await this.#loadFrame(frame, file);
    }
    for (const frame of frames.end()) await this.#loadFrame(frame, file);
  }

  async #loadFrame(frame: Frame, file: SourceFile): Promise<void> {
    const row: (string | null)[] = [];
    try {
      const values = this.#valuesOf(frame);
      for (const [index, column] of this.#target.columns.entries()) {
        row.push(this.#convert(values(column, index), column));
      }
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      await this.#refuse(error, frame, file);
      return;
    }
    for (const [index, value] of row.entries()) {
      this.#batch[index]?.push(value);
      this.#characters += value?.length ?? 0;
    }
    const rows = this.#batch[0]?.length ?? 0;
    if (rows >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) await this.#flush();
  }

  #convert(raw: string | undefined, column: TargetColumn): string | null {
    try {
      return convert(raw, column, this.#rules);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new RowError(error, column, raw ?? '');
    }
  }

  /** Returns a function that finds a column's value in a record. Throws RowError if the value is not a record. */
  #valuesOf({ bytes, flaw }: Frame): (column: TargetColumn, index: number) => string | undefined {
    if (flaw !== undefined) throw badJson(flaw);
    const text = this.#decode(bytes);
    try {
      JSON.parse(text);
    } catch {
      throw badJson('Invalid value.');
    }
    if (this.#paths !== undefined) return (column, index) => this.#follow(text, index, column);
    // page "COPY from JSON format": arrays at the root need a jsonpaths file.
    if (text.startsWith('[')) throw badJson('Invalid JSON object: an array at the root needs a jsonpaths file');
    const members = this.#copy.json === 'auto' ? membersOf(text) : lowerKeys(membersOf(text));
    return ({ name }) => members.get(name);
  }

  #follow(text: string, index: number, column: TargetColumn): string | undefined {
    try {
      return follow(text, this.#paths?.[index] ?? []);
    } catch (error) {
      if (!(error instanceof NoSuchElement)) throw error;
      throw new RowError(new ValueError(1216, error.message), column, '');
    }
  }

  /** page "COPY from JSON format", error 1220. */
  #decode(bytes: Buffer): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      const bad = badBytes(bytes);
      const reason = `String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ${bad} (error 3)`;
      throw new RowError(new ValueError(1220, reason), this.#columnOf(bytes), '');
    }
  }

  /** The first column with bytes that are not UTF-8, if it can be determined. */
  #columnOf(bytes: Buffer): TargetColumn | undefined {
    const text = bytes.toString('latin1');
    if (!text.startsWith('{') || this.#paths !== undefined) return undefined;
    const members = lowerKeys(membersOf(text));
    return this.#target.columns.find(({ name }) => badBytes(Buffer.from(members.get(name) ?? '', 'latin1')) !== '');
  }

  /** page "Data load operations": COPY fails when errors reach MAXERROR; 0 and 1 both fail at the first. */
  async #refuse({ failure, column, raw }: RowError, frame: Frame, file: SourceFile): Promise<void> {
    this.#errors.push({
      file: file.url,
      line: frame.lastLine,
      column,
      position: failure.position,
      code: failure.code,
      message: failure.message,
      rawLine: frame.bytes.toString(),
      rawValue: raw.startsWith('"') ? (JSON.parse(raw) as string) : raw,
      offset: frame.offset,
    });
    if (this.#errors.length < Math.max(1, this.#copy.maxErrors)) return;
    const { journal, queryId, session, uncertain } = this.#context;
    await journal.loadErrors({ queryId, session, table: this.#copy.name, tableId: this.#target.oid }, this.#errors);
    throw new EngineError(
      `ERROR: Load into table '${this.#copy.name}' failed.  Check '${uncertain.errorView}' system table for details.`,
    );
  }

  async #flush(): Promise<void> {
    const count = this.#batch[0]?.length ?? 0;
    this.#context.signal.throwIfAborted();
    if (count === 0) return;
    await this.#context.client.query(this.#target.insert, this.#batch);
    this.#rows += count;
    this.#batch = this.#target.columns.map(() => []);
    this.#characters = 0;
  }
}

/** A record that cannot be loaded. */
class RowError extends Error {
  readonly failure: ValueError;
  readonly column: TargetColumn | undefined;
  readonly raw: string;

  constructor(failure: ValueError, column: TargetColumn | undefined, raw: string) {
    super(failure.message);
    this.failure = failure;
    this.column = column;
    this.raw = raw;
  }
}

/** The code and message for invalid JSON are uncertain (page "Load error reference"). */
function badJson(reason: string): RowError {
  return new RowError(new ValueError(1216, reason), undefined, '');
}

function lowerKeys(members: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...members].map(([key, value]) => [key.toLowerCase(), value]));
}

/** The first sequence that is not UTF-8, in hexadecimal. */
function badBytes(bytes: Buffer): string {
  const text = bytes.toString();
  const at = text.indexOf('�');
  if (at === -1) return '';
  const from = Buffer.byteLength(text.slice(0, at));
  const byte = bytes[from] ?? 0;
  return byte.toString(16);
}
