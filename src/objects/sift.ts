import type { DataProblem } from '../errors.ts';
import { type MalformedJson, RecordFramer } from '../records/frame.ts';
import type { FramedFile } from '../records/framed.ts';
import { rewriter } from '../records/rewrite.ts';
import { WholeRecords } from '../records/whole-records.ts';
import { breathe } from './breathe.ts';
import {
  type Bundle,
  type BundledFile,
  type BundleOptions,
  mergeSpellings,
  problemOf,
  sourceOf,
  startKeys,
} from './bundle.ts';
import { type ContentId, ContentReader, identify } from './bytes.ts';
import type { ReadableStore, SourceObject } from './objects.ts';
import { PartWriter } from './part-writer.ts';

/** A record that is kept out or, without a line, the problem of its file as a whole. */
export interface Reject {
  /** The line on which the record begins. */
  readonly line: number | undefined;
  readonly problem: DataProblem;
}

/**
 * Why a record cannot be loaded; undefined if it can. `spellings` are those of the wanted keys met so far; `isOdd` is
 * that of RecordSink.
 */
export type Judge = (record: string, spellings: FramedFile['spellings'], isOdd: boolean) => DataProblem | undefined;

/** How bad records are kept out of a bundle. */
export interface SiftOptions extends Omit<BundleOptions, 'reads' | 'passThroughBytes' | 'partBytes' | 'onFile'> {
  readonly partBytes: number;
  readonly judge: Judge;
  /** Whether a file that holds a bad record, or is broken as a whole, is set aside with all its records. */
  readonly wholeFiles: boolean;
  /** Further rejects of a file are only counted. */
  readonly mostRejects: number;
  readonly onFile: (file: SiftedFile) => void;
}

/** A source file that has been examined. */
export interface SiftedFile {
  readonly file: BundledFile;
  /** The number of mistakes: its bad records, and the one that breaks it as a whole. */
  readonly bad: number;
  readonly rejects: readonly Reject[];
}

/**
 * Bundles source files like `bundle`, but examines every record and keeps the bad ones out: those the judge names, and
 * malformed ones that are one whole line each. A file with any other mistake, or that cannot be read to its end, is
 * broken as a whole. It is a problem, unless whole files are set aside.
 */
export async function sift(objects: readonly SourceObject[], options: SiftOptions): Promise<Bundle> {
  const sifter = new Sifter(objects, options);
  for (const object of objects) {
    await sifter.add(object);
  }
  return sifter.finish();
}

class Sifter {
  readonly #options: SiftOptions;
  readonly #source: ReadableStore;
  readonly #writer: PartWriter;
  readonly #files: BundledFile[] = [];
  readonly #spellings = new Set<FramedFile['spellings']>();
  readonly #problems: DataProblem[] = [];
  #framer: RecordFramer;
  #number = 0;
  /** The counts of the current file. */
  #records = 0;
  #forgotten = 0;
  #bad = 0;
  #rejects: Reject[] = [];
  /** The reject of the first malformed record. */
  #firstMalformed: Reject | undefined;
  #broken: MalformedJson | undefined;

  constructor(objects: readonly SourceObject[], options: SiftOptions) {
    this.#options = options;
    this.#source = sourceOf(options.store, objects);
    this.#writer = new PartWriter({ ...options, rewrite: rewriter(options.wanted, options.unknown) });
    this.#framer = this.#newFramer();
  }

  async add(object: SourceObject): Promise<void> {
    startKeys(this.#options, object);
    this.#number += 1;
    this.#writer.beginFile(object.label, this.#options.markOf?.(object, this.#number));
    this.#records = 0;
    this.#forgotten = 0;
    this.#bad = 0;
    this.#rejects = [];
    this.#firstMalformed = undefined;
    this.#broken = undefined;
    this.#end(object, await this.#read(object));
  }

  finish(): Bundle {
    this.#writer.endPart();
    return {
      parts: this.#writer.parts,
      files: this.#files,
      problems: this.#problems,
      spellings: mergeSpellings(this.#spellings),
    };
  }

  #newFramer(): RecordFramer {
    const framer = new RecordFramer({
      wanted: this.#options.wanted,
      unknown: this.#options.unknown,
      sink: new WholeRecords((record, line, isOdd) => this.#take(record, line, isOdd)),
      mistakes: {
        onMistake: (mistake) => this.#refuse(mistake),
        onBroken: (mistake) => {
          this.#broken = mistake;
        },
      },
    });
    this.#spellings.add(framer.spellings);
    return framer;
  }

  #take(record: Buffer, line: number, isOdd: boolean): void {
    this.#records += 1;
    const text = record.toString('utf8');
    if (this.#options.isForgotten?.(text, this.#framer.spellings) === true) {
      this.#options.unknown?.dropRecord();
      this.#forgotten += 1;
      return;
    }
    const problem = this.#options.judge(text, this.#framer.spellings, isOdd);
    if (problem === undefined) {
      this.#writer.segment(record, 0, record.length);
      this.#writer.endRecord(line, isOdd);
    } else {
      this.#options.unknown?.dropRecord();
      this.#reject({ line, problem: { line, ...problem } });
    }
  }

  #refuse({ line, column, recordLine, reason, excerpt }: MalformedJson): void {
    this.#records += 1;
    const reject = { line: recordLine, problem: { line, column, reason, excerpt } };
    this.#firstMalformed ??= reject;
    this.#reject(reject);
  }

  #reject(reject: Reject): void {
    this.#bad += 1;
    if (this.#rejects.length < this.#options.mostRejects) {
      this.#rejects.push(reject);
    }
  }

  async #read(object: SourceObject): Promise<ContentId> {
    const reader = new ContentReader(this.#source, object);
    try {
      for await (const chunk of reader.content()) {
        this.#framer.push(chunk);
        await breathe();
        this.#options.signal.throwIfAborted();
      }
      this.#framer.end();
      if (this.#broken !== undefined) {
        this.#breakFile(problemOf(object, this.#broken));
      }
      return reader.id();
    } catch (error) {
      this.#framer = this.#newFramer();
      this.#refuseFile(problemOf(object, error));
      return identify(this.#options.store, object);
    }
  }

  /**
   * Handles a file that is broken. The cause may be the mistake already reported for its first malformed record: it
   * counts once.
   */
  #breakFile(problem: DataProblem): void {
    const first = this.#firstMalformed;
    if (first === undefined || !this.#options.wholeFiles || !isSamePlace(first.problem, problem)) {
      this.#refuseFile(problem);
    } else {
      this.#rejects = this.#rejects.map((reject) => (reject === first ? { line: undefined, problem } : reject));
    }
  }

  #refuseFile(problem: DataProblem): void {
    if (this.#options.wholeFiles) {
      this.#reject({ line: undefined, problem });
    } else {
      this.#problems.push(problem);
    }
  }

  #end(object: SourceObject, id: ContentId): void {
    const { unknown, wholeFiles } = this.#options;
    const quarantined = wholeFiles && this.#bad > 0;
    if (quarantined) {
      this.#writer.dropFile();
      unknown?.dropFile();
    }
    const keys = quarantined ? undefined : unknown?.keepFile(object.label);
    const rejected = quarantined ? this.#records : this.#bad;
    const forgotten = quarantined ? 0 : this.#forgotten;
    const read = { object, number: this.#number, ...id, records: this.#records };
    const file = { ...read, rejected, forgotten, quarantined, keys };
    this.#files.push(file);
    this.#options.onFile({ file, bad: this.#bad, rejects: this.#rejects });
  }
}

function isSamePlace(one: DataProblem, other: DataProblem): boolean {
  return one.line === other.line && one.column === other.column;
}
