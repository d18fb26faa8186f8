import { type DataProblem, MAX_PROBLEMS, withoutValues } from '../errors.ts';
import type { BundledFile } from '../objects/bundle.ts';
import type { Part } from '../objects/part.ts';
import { PartWriter } from '../objects/part-writer.ts';
import type { Judge, SiftedFile } from '../objects/sift.ts';
import type { Spool } from '../objects/spool.ts';
import { fieldsAsMet } from '../records/fields-as-met.ts';
import { plainFits } from '../records/plain-record.ts';
import { checkFields, type FieldProblem, MISSING } from '../records/record.ts';
import { loadedColumns, type Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { excerptOf } from './search.ts';

/** The report on a staging table's bad records. */
export interface Rejects {
  /** The number of bad records. A file that is broken as a whole counts as one. */
  readonly count: number;
  /** The first of them. */
  readonly problems: readonly DataProblem[];
  /** The rows of rejected_records. */
  readonly parts: readonly Part[];
}

export const NO_REJECTS: Rejects = { count: 0, problems: [], parts: [] };

/**
 * A function that judges a staging table's records. It finds columns by paths or, without paths, by their names. It
 * reports one problem per record: that of the first column whose value does not fit. It shows nothing of a record with a
 * misfit in one of the columns `telling`, by which people who are forgotten are found: nobody can tell whose it is.
 */
export function judgeOf(
  table: Table,
  paths: readonly JsonPath[] | undefined,
  { isKept, telling }: { readonly isKept?: () => boolean; readonly telling?: ReadonlySet<string> } = {},
): Judge {
  const surelyFits = plainFits(table, paths);
  const fieldsOf = fieldsAsMet(table, paths, isKept);
  return (record, spellings, isOdd) => {
    if (!isOdd && surelyFits(record, spellings)) {
      return undefined;
    }
    const misfits = checkFields(fieldsOf(record, spellings), table);
    const [first, ...others] = misfits;
    if (first === undefined) {
      return undefined;
    }
    const inWords = (say: (problem: FieldProblem) => string) =>
      say(first) + others.map((other) => `; ${other.column}: ${say(other)}`).join('');
    const problem = {
      column: first.column,
      reason: inWords(({ reason }) => reason),
      plain: inWords(({ reason, plain = reason }) => plain),
      excerpt: excerptOf(record),
    };
    const mayBeTheirs = misfits.some(({ column, reason }) => reason !== MISSING && telling?.has(column) === true);
    return mayBeTheirs ? withoutValues(problem) : problem;
  };
}

const PART_BYTES = 16 * 1024 * 1024;

/** Where to record the rejects of a staging table. */
export interface RejectLogOptions {
  readonly spool: Spool;
  readonly table: Table;
  /** The table rejected_records. */
  readonly into: Table;
  readonly excerpts: boolean;
  /** Whether there may also be excerpts of malformed records. */
  readonly malformed: boolean;
}

/** Collects a staging table's rejects as rows of rejected_records, in the spool of the run. */
export class RejectLog {
  readonly #options: RejectLogOptions;
  readonly #writer: PartWriter;
  readonly #limits: ReadonlyMap<string, number>;
  readonly #problems: DataProblem[] = [];
  #count = 0;

  constructor(options: RejectLogOptions) {
    const { spool, table, into } = options;
    this.#options = options;
    this.#writer = new PartWriter({
      spool,
      prefix: `rejected-${table.name}`,
      partBytes: PART_BYTES,
      rewrite: (record) => record,
    });
    this.#limits = new Map(
      loadedColumns(into).map(({ name, maxBytes }) => [name, maxBytes ?? Number.POSITIVE_INFINITY]),
    );
  }

  add({ file, bad, rejects }: SiftedFile): void {
    this.#count += bad;
    for (const { line, problem: whole } of rejects) {
      const { plain, ...withValues } = whole;
      const { excerpts, malformed } = this.#options;
      const problem = (typeof whole.column === 'number' ? malformed : excerpts) ? withValues : withoutValues(whole);
      if (this.#problems.length < MAX_PROBLEMS) {
        this.#problems.push({ ...problem, file: file.object.label });
      }
      this.#write(file, line, problem);
    }
  }

  finish(): Rejects {
    this.#writer.endPart();
    return { count: this.#count, problems: this.#problems, parts: this.#writer.parts };
  }

  #write({ object, version }: BundledFile, line: number | undefined, problem: DataProblem): void {
    const { spool, table } = this.#options;
    const isMalformed = typeof problem.column === 'number';
    const texts = {
      run_id: spool.name,
      staging_table: table.name,
      uri: object.uri,
      version,
      column_name: isMalformed ? undefined : problem.column?.toString(),
      reason: isMalformed ? `line ${problem.line}, column ${problem.column}: ${problem.reason}` : problem.reason,
      excerpt: problem.excerpt,
    };
    const cut = Object.entries(texts).map(([name, text]) => [
      name,
      text && cutToBytes(text, this.#limits.get(name) ?? 0),
    ]);
    const row = Buffer.from(JSON.stringify({ ...Object.fromEntries(cut), line }));
    this.#writer.segment(row, 0, row.length);
    this.#writer.endRecord(line ?? 0, false);
  }
}

/** The beginning of a text, at most `most` bytes long. It never cuts a character in two. */
export function cutToBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) {
    return text;
  }
  let bytes = Buffer.byteLength('…');
  const kept = [...text.slice(0, most)];
  const end = kept.findIndex((character) => {
    bytes += Buffer.byteLength(character);
    return bytes > most;
  });
  return `${kept.slice(0, end).join('')}…`;
}
