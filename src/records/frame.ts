import { type DuplicateListener, KeyTracker, type WantedKeys } from './frame-keys.ts';
import { SourceLine } from './frame-line.ts';
import type { FramedFile, RecordSink } from './framed.ts';
import {
  ACTION_SHIFT,
  Action,
  AFTER_KEY,
  AFTER_VALUE,
  ARRAY_AFTER,
  BETWEEN,
  Container,
  FIRST_ACTION,
  KEYLESS_TABLE,
  LOST,
  PASSED_CLOSED,
  PASSED_OVER,
  PASSED_STRING,
  type Spot,
  START,
  STATE_MASK,
  spotOf,
  stateBehind,
  TABLE,
} from './json-automaton.ts';
import { explainRefusal, MalformedJson } from './malformed-json.ts';
import { type MistakeListener, type NotAlone, PastMistakes } from './past-mistakes.ts';
import type { UnknownKeys } from './unknown-keys.ts';

export { MalformedJson } from './malformed-json.ts';

/** The largest JSON object that Redshift's COPY accepts (developer guide, COPY from JSON format): 4 MB. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
/** The maximum nesting depth of objects and arrays, including the record. */
export const MAX_DEPTH = 512;

const OPEN_ARRAY_SPOTS: ReadonlySet<Spot['name']> = new Set(['arrayOpen', 'arrayNext', 'arrayAfter']);

const NOTHING = new Uint8Array(0);
const SPACE = Uint8Array.of(0x20);

export interface FramerOptions {
  readonly sink?: RecordSink | undefined;
  /** First-level keys whose spellings and values are tracked. */
  readonly wanted?: WantedKeys | undefined;
  /** Counts the first-level keys that are not wanted. The caller says which files are kept. */
  readonly unknown?: UnknownKeys | undefined;
  /**
   * Receives the mistakes if a file is to be read past them: a malformed record that is one whole line is dropped, and
   * reading continues after it. If absent, the first mistake is thrown.
   */
  readonly mistakes?: MistakeListener | undefined;
}

/**
 * Splits source files, one after the other, into records and validates them: JSON objects, separated by any white space
 * or none, or one array of objects, and nothing else. Strict RFC 8259 and UTF-8. In addition it accepts no lone surrogates, no wanted key twice
 * in a record, and at most MAX_DEPTH and MAX_RECORD_BYTES. Chunks may be cut anywhere and are not kept. It keeps the
 * spellings of keys from file to file. After it has thrown, a framer cannot be used any more; with `mistakes` it never
 * throws.
 */
export class RecordFramer {
  readonly #sink: RecordSink | undefined;
  readonly #past: PastMistakes | undefined;
  readonly #keys: KeyTracker | undefined;
  readonly #table: Int32Array;
  #line = new SourceLine();
  /** The container that is open at each depth from 1, the record. */
  readonly #containers = new Uint8Array(MAX_DEPTH + 1);
  #depth = 0;
  #state = START;
  /** The state after a record: it depends on whether the file is an array. */
  #afterRecord = BETWEEN;
  /** The line on which the array begins, if the file is one. */
  #arrayLine = 0;
  #chunk: Uint8Array = NOTHING;
  /** Where in the chunk the automaton must stop: at the chunk's end, or where the record becomes too large. */
  #limit = 0;
  /** Where the record began, relative to the current chunk; negative if in an earlier one. */
  #recordFrom = 0;
  #recordLine = 0;
  #lastRecordLine = 0;
  #segmentFrom = 0;
  #records = 0;
  #bytes = 0;
  #isFitAsIs = true;
  /** Where in the chunk the last mistake was found, and the state from which to continue. */
  #mistakeAt = 0;
  #stateBehind = PASSED_OVER;
  /** The last line on which the record has more than blanks; tracked only if the file is read past mistakes. */
  #inkLine = 0;

  constructor({ sink, wanted, unknown, mistakes }: FramerOptions = {}) {
    this.#sink = sink;
    this.#past = mistakes && new PastMistakes(mistakes);
    if (wanted !== undefined && wanted.names.length > 0) {
      const onDuplicate: DuplicateListener = (key, at, length) =>
        this.#fail(`key "${key}" occurs twice in one record${this.#whichRecord()}`, at, length, PASSED_STRING);
      this.#keys = new KeyTracker(wanted, { onDuplicate, unknown });
    }
    this.#table = this.#keys === undefined ? KEYLESS_TABLE : TABLE;
  }

  /** Reads the next bytes of the file. Throws MalformedJson at the first byte that is not valid. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#keys?.resume(chunk);
    this.#limit = this.#limitFrom(this.#recordFrom);
    for (let from = 0; from < chunk.length; ) {
      from = this.#passingMistakes(() => {
        this.#state = this.#run(chunk, this.#state, from);
        return chunk.length;
      });
    }
    this.#carry(chunk);
  }

  /** Ends the file, so that the next one may begin. Throws MalformedJson if the end is inside a record. */
  end(): FramedFile {
    this.#passingMistakes(() => this.#checkEnd());
    this.#endPassing();
    this.#keys?.endFile();
    const framed = {
      records: this.#records,
      bytes: this.#bytes,
      lines: this.#line.number - (this.#line.isEmpty ? 1 : 0),
      fitAsIs: this.#isFitAsIs,
      spellings: this.spellings,
    };
    this.#startFile();
    return framed;
  }

  /** For each wanted key, the spellings met so far. */
  get spellings(): ReadonlyMap<string, readonly string[]> {
    return this.#keys?.spellings ?? new Map();
  }

  #checkEnd(): number {
    const reason = `the file ends inside the record that begins on line ${this.#recordLine}`;
    if (this.#depth > 0) this.#fail(reason, 0, 0, PASSED_CLOSED);
    const { name } = spotOf(this.#state);
    if (name === 'byteOrderMark') this.#refuse(this.#state, 0);
    if (OPEN_ARRAY_SPOTS.has(name)) {
      this.#fail(`the file ends inside the array that begins on line ${this.#arrayLine}: its "]" is missing`, 0);
    }
    return 0;
  }

  /** The end of the file also ends its last line. */
  #endPassing(): void {
    const { name } = spotOf(this.#state);
    if (name === 'passedClosed' || name === 'passedBrokenOff') this.#past?.keepOut();
    if (name === 'passedOver') this.#past?.giveUp('unclosed');
  }

  /** Runs an action. Returns the position from which to continue: the action's, or that of the mistake it met. */
  #passingMistakes(action: () => number): number {
    try {
      return action();
    } catch (error) {
      if (this.#past === undefined || !(error instanceof MalformedJson)) throw error;
      const why = this.#whyNotAlone();
      if (why === undefined) this.#past.suspend(error, this.#depth);
      else this.#past.lose(error, why);
      this.#dropRecord();
      this.#state = this.#past.isLost ? LOST : this.#stateBehind;
      return this.#mistakeAt;
    }
  }

  /** Why the record with a mistake cannot be one whole line; undefined if it can, as far as it has been read. */
  #whyNotAlone(): NotAlone | undefined {
    if (this.isArray) return 'inArray';
    if (this.#depth === 0) return 'noRecord';
    const isAtEnd = this.#mistakeAt === this.#chunk.length;
    if (!isAtEnd || !this.#line.isBlankBefore(this.#chunk, this.#mistakeAt)) this.#inkLine = this.#line.number;
    return this.#inkLine === this.#recordLine ? undefined : 'spread';
  }

  #dropRecord(): void {
    this.#sink?.dropRecord?.();
    this.#keys?.dropRecord();
    this.#depth = 0;
    this.#limit = this.#chunk.length;
    this.#isFitAsIs = false;
  }

  /** Returns `next`, unless good records do not have lines of their own in a file from which others were dropped. */
  #unlessLost(next: number): number {
    if (this.#past?.isLost !== true) return next;
    this.#dropRecord();
    return LOST;
  }

  /** Whether the file that is being read is one array. */
  get isArray(): boolean {
    return this.#afterRecord === ARRAY_AFTER;
  }

  #startFile(): void {
    this.#line = new SourceLine();
    this.#state = START;
    this.#afterRecord = BETWEEN;
    this.#records = 0;
    this.#bytes = 0;
    this.#lastRecordLine = 0;
    this.#isFitAsIs = true;
    this.#past?.startFile();
  }

  /** The automaton itself. `#act` does everything that is not needed for every byte. */
  #run(chunk: Uint8Array, initial: number, from: number): number {
    const table = this.#table;
    const end = chunk.length;
    let state = initial;
    let at = from;
    while (at < end) {
      const limit = this.#limit;
      while (at < limit && state < FIRST_ACTION) {
        state = table[state | (chunk[at] as number)] as number;
        at += 1;
      }
      if (state >>> ACTION_SHIFT === Action.keyStart) {
        const behind = this.#keys?.startKey(chunk, at, limit) ?? -1;
        state = behind === -1 ? state & STATE_MASK : AFTER_KEY;
        at = Math.max(at, behind);
      } else if (state >= FIRST_ACTION) state = this.#act(state, at - 1);
      else if (at < end) this.#refuseSize(state, at);
    }
    return state;
  }

  /** Performs the action of a table entry at the byte `at` and returns the next state. */
  #act(entry: number, at: number): number {
    const next = entry & STATE_MASK;
    switch (entry >>> ACTION_SHIFT) {
      case Action.keyEnd:
        this.#keys?.endKey(this.#chunk, at);
        return next;
      case Action.recordStart:
        this.#startRecord(at);
        return this.#unlessLost(next);
      case Action.recordEnd:
        this.#endRecord(at);
        return this.#unlessLost(this.#afterRecord);
      case Action.arrayStart:
        this.#afterRecord = ARRAY_AFTER;
        this.#arrayLine = this.#line.number;
        this.#isFitAsIs = false;
        return next;
      case Action.newlineBetween:
        this.#line.startNext(at);
        return next;
      case Action.newlineInside:
        this.#breakRecord(at);
        this.#noteInk(at);
        this.#line.startNext(at);
        return next;
      case Action.returnInside:
        this.#breakRecord(at);
        return next;
      case Action.openObject:
        this.#open(Container.object, at);
        return next;
      case Action.openArray:
        this.#open(Container.array, at);
        return next;
      case Action.close:
        this.#depth -= 1;
        return AFTER_VALUE[this.#containers[this.#depth] as number] as number;
      case Action.passedOpen:
        this.#past?.openBracket();
        return next;
      case Action.passedClose:
        return this.#past?.closeBracket() === true ? PASSED_CLOSED : next;
      case Action.passedEnd:
        this.#past?.keepOut();
        this.#line.startNext(at);
        return next;
      case Action.passedUnclosed:
        this.#past?.giveUp('unclosed');
        return next;
      case Action.passedBehind:
        this.#past?.giveUp('goesOn');
        return next;
      case Action.byteOrderMark:
        this.#isFitAsIs = false;
        this.#line.start = at + 1;
        return next;
      default:
        return this.#refuse(next, at);
    }
  }

  #startRecord(at: number): void {
    this.#depth = 1;
    this.#recordFrom = at;
    this.#segmentFrom = at;
    this.#limit = this.#limitFrom(at);
    this.#recordLine = this.#line.number;
    this.#inkLine = this.#recordLine;
    if (this.#recordLine === this.#lastRecordLine) {
      this.#isFitAsIs = false;
      this.#past?.noteStray(this.#recordLine);
    }
    this.#keys?.startRecord(this.#recordLine);
  }

  #endRecord(at: number): void {
    this.#depth = 0;
    this.#limit = this.#chunk.length;
    this.#records += 1;
    this.#lastRecordLine = this.#line.number;
    this.#emit(at + 1);
    const isOdd = this.#keys?.isOdd === true;
    if (isOdd) this.#isFitAsIs = false;
    this.#sink?.endRecord(this.#recordLine, isOdd);
    if (this.#recordLine !== this.#lastRecordLine) this.#past?.noteStray(this.#recordLine);
  }

  #breakRecord(at: number): void {
    this.#isFitAsIs = false;
    this.#emit(at);
    this.#sink?.segment(SPACE, 0, 1);
    this.#segmentFrom = at + 1;
  }

  /** Handles a line end inside the record. */
  #noteInk(at: number): void {
    if (this.#past !== undefined && !this.#line.isBlankBefore(this.#chunk, at)) this.#inkLine = this.#line.number;
  }

  #emit(to: number): void {
    if (to > this.#segmentFrom) this.#sink?.segment(this.#chunk, this.#segmentFrom, to);
  }

  #open(container: Container, at: number): void {
    if (this.#depth === MAX_DEPTH) {
      this.#fail(`objects and arrays nested deeper than ${MAX_DEPTH}${this.#whichRecord()}`, at);
    }
    this.#depth += 1;
    this.#containers[this.#depth] = container;
  }

  #limitFrom(recordFrom: number): number {
    const end = this.#chunk.length;
    return this.#depth === 0 ? end : Math.min(end, recordFrom + MAX_RECORD_BYTES);
  }

  #carry(chunk: Uint8Array): void {
    if (this.#depth > 0) this.#emit(chunk.length);
    this.#segmentFrom = 0;
    this.#recordFrom -= chunk.length;
    this.#bytes += chunk.length;
    this.#keys?.carry(chunk);
    this.#line.carry(chunk);
    this.#chunk = NOTHING;
  }

  #refuse(state: number, at: number): never {
    const byte = this.#chunk[at] ?? 0;
    const { reason, back } = explainRefusal(spotOf(state), byte);
    return this.#fail(reason + this.#whichRecord(), at, back, stateBehind(spotOf(state), byte));
  }

  #refuseSize(state: number, at: number): never {
    const byte = this.#chunk[at] as number;
    const isInsideCharacter = (byte & 0xc0) === 0x80;
    const reason = `the record that begins on line ${this.#recordLine} is larger than 4 MiB (${MAX_RECORD_BYTES} bytes)`;
    return this.#fail(reason, at, isInsideCharacter ? 1 : 0, stateBehind(spotOf(state), byte));
  }

  /** Where the record with a mistake begins, if that is another line. The cause may well be there. */
  #whichRecord(): string {
    const isElsewhere = this.#depth > 0 && this.#recordLine !== this.#line.number;
    return isElsewhere ? ` (the record begins on line ${this.#recordLine})` : '';
  }

  /**
   * Refuses the file because of the character that is `back` characters before the byte at `at`. If the file is read
   * past mistakes, that byte is read again in the state `behind`.
   */
  #fail(reason: string, at: number, back = 0, behind = PASSED_OVER): never {
    const { number: line } = this.#line;
    this.#mistakeAt = at;
    this.#stateBehind = behind;
    throw new MalformedJson({
      line,
      column: this.#line.columnAt(this.#chunk, at) - back,
      recordLine: this.#depth > 0 ? this.#recordLine : line,
      reason,
      excerpt: this.#line.excerpt(this.#chunk, at, back),
    });
  }
}
