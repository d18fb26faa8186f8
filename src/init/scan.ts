import { StarloadError } from '../errors.ts';
import { endOfExact, isExact } from './decimals.ts';
import { hashBytes } from './hashes.ts';
import { KeyPlace } from './place.ts';
import { Form, formOf } from './times.ts';

const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, OPEN_ARRAY, CLOSE_ARRAY] = [0x22, 0x5c, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d];
const [BLANK, TAB, COLON, MINUS, DOT, ZERO, NINE] = [0x20, 0x09, 0x3a, 0x2d, 0x2e, 0x30, 0x39];
const [LETTER_E, LETTER_F, LETTER_N, LETTER_T, LETTER_U, UPPER_CASE] = [0x65, 0x66, 0x6e, 0x74, 0x75, 0x20];

/** An object with more keys than this is taken as text: its keys are data. */
const MOST_KEYS = 250;
/** The most places of a source that are followed. */
const MOST_PLACES = 4000;
/** Objects nested deeper are taken as text. */
const MOST_LEVELS = 8;
/** Up to this many keys are compared with the one that comes next. */
const MOST_COMPARED = 24;
/** Every integer with at most this many digits is exact as a double. */
const EXACT_DIGITS = 15;

const EMPTY = Buffer.alloc(0);

/** Collects what the records of a source hold, place by place. Records must be well-formed and without line breaks. */
export class Profile {
  /** The place of the records themselves. */
  readonly root = new KeyPlace([], EMPTY);
  /** Called for each new place. */
  readonly #onPlace: (place: KeyPlace) => void;
  /** How many records were read, with those that have a key twice. */
  records = 0;
  #places = 0;
  /** The key that the current record has twice. */
  #twice: string | undefined;

  constructor(onPlace: (place: KeyPlace) => void) {
    this.#onPlace = onPlace;
  }

  /** Reads the record in [from, to). Returns a key that an object in it has twice, if there is one. */
  add(bytes: Buffer, from: number): string | undefined {
    this.records += 1;
    this.#twice = undefined;
    this.#readObject(this.root, bytes, from, 1);
    return this.#twice;
  }

  /** Reads the object that begins at `from`. Returns the position behind it. */
  #readObject(place: KeyPlace, b: Buffer, from: number, level: number): number {
    let at = skipBlanks(b, from + 1);
    if (b[at] === CLOSE) return at + 1;
    let next = 0;
    for (;;) {
      const found = nextKnown(place, b, at + 1, next);
      const child = found === -1 ? this.#meet(place, b, at) : (place.children[found] as KeyPlace);
      next = found + 1;
      at = found === -1 ? endOfString(b, at) : at + 1 + child.bytes.length;
      at = this.#readMember(child, b, skipBlanks(b, at), level);
      at = skipBlanks(b, at);
      if (b[at] !== COMMA) return at + 1;
      at = skipBlanks(b, at + 1);
    }
  }

  /** The place of a key that was not expected; one of no place if there are too many. */
  #meet(place: KeyPlace, b: Buffer, at: number): KeyPlace {
    const end = endOfString(b, at);
    const text = textOf(b, at + 1, end - 1);
    const known = place.known.get(text);
    if (known !== undefined) return known;
    const key: string = JSON.parse(b.toString('utf8', at, end));
    const child =
      place.children.find(({ path }) => path.at(-1) === key) ?? this.#newPlace(place, key, b.subarray(at + 1, end));
    if (place.isFollowed) place.known.set(text, child);
    return child;
  }

  #newPlace(place: KeyPlace, key: string, raw: Buffer): KeyPlace {
    const child = new KeyPlace([...place.path, key], Uint8Array.from(raw));
    const isFull = this.#places >= MOST_PLACES;
    if (place === this.root && isFull) throw tooManyKeys(MOST_PLACES);
    if (place !== this.root && place.isFollowed && (isFull || place.children.length >= MOST_KEYS)) {
      this.#places -= placesBelow(place);
      place.close();
    }
    if (!place.isFollowed) {
      child.close();
      return child;
    }
    this.#places += 1;
    place.children.push(child);
    this.#onPlace(child);
    return child;
  }

  #readMember(child: KeyPlace, b: Buffer, at: number, level: number): number {
    if (child.lastRecord === this.records) this.#twice = child.path.at(-1);
    child.lastRecord = this.records;
    switch (b[at]) {
      case QUOTE:
        return this.#readText(child, b, at);
      case LETTER_N:
        return at + 4;
      case LETTER_T:
        child.booleans += 1;
        return this.#noteScalar(child, b, at, at + 4);
      case LETTER_F:
        child.booleans += 1;
        return this.#noteScalar(child, b, at, at + 5);
      case OPEN: {
        const isFollowed = child.isFollowed && level < MOST_LEVELS;
        const end = isFollowed ? this.#readObject(child, b, at, level + 1) : endOfContainer(b, at);
        child.objects += 1;
        return noteSize(child, at, end);
      }
      case OPEN_ARRAY:
        child.arrays += 1;
        return noteSize(child, at, endOfContainer(b, at));
      default:
        return this.#readNumber(child, b, at);
    }
  }

  #readText(place: KeyPlace, b: Buffer, from: number): number {
    let [at, escapes, codes] = [from + 1, 0, 0];
    for (let byte = b[at]; byte !== QUOTE; byte = b[at]) {
      if (byte === BACKSLASH) {
        escapes += 1;
        at += 1;
        if (b[at] === LETTER_U) codes += 1;
      }
      at += 1;
    }
    place.texts += 1;
    if (escapes === 0) this.#judgeText(place, b, from + 1, at);
    // Only its size matters, and an escape without a code stands for one byte.
    else if (codes === 0 && !place.isHashed && (place.timeForms & Form.other) !== 0)
      noteSize(place, from + 1 + escapes, at);
    else {
      const text: string = JSON.parse(b.toString('utf8', from, at + 1));
      const bytes = Buffer.from(text);
      this.#judgeText(place, bytes, 0, bytes.length);
    }
    return at + 1;
  }

  #judgeText(place: KeyPlace, b: Buffer, from: number, to: number): void {
    noteSize(place, from, to);
    if ((place.timeForms & Form.other) === 0) place.timeForms |= formOf(b, from, to);
    if (place.isHashed) this.#hash(place, b, from, to);
  }

  #hash(place: KeyPlace, b: Buffer, from: number, to: number): void {
    // Blanks at the end of a key do not count, and an empty key is none.
    let end = to;
    while (end > from && b[end - 1] === BLANK) end -= 1;
    if (end === from) return;
    hashBytes(b, from, end, place);
    place.hashOf = this.records;
  }

  #noteScalar(place: KeyPlace, b: Buffer, from: number, to: number): number {
    if (place.isHashed) this.#hash(place, b, from, to);
    return noteSize(place, from, to);
  }

  #noteDecimal(place: KeyPlace, b: Buffer, from: number, to: number): number {
    place.decimals += 1;
    return this.#noteScalar(place, b, from, to);
  }

  #readNumber(place: KeyPlace, b: Buffer, from: number): number {
    const first = b[from] === MINUS ? from + 1 : from;
    let at = first;
    let value = 0;
    let byte = b[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      at += 1;
      byte = b[at] as number;
    }
    const signed = first > from ? -value : value;
    if (signed < place.least) place.least = signed;
    if (signed > place.most) place.most = signed;
    const isDecimal = byte === DOT || (byte | UPPER_CASE) === LETTER_E || (value === 0 && first > from);
    if (isDecimal) {
      const exact = endOfExact(b, first, at, value);
      return this.#noteDecimal(place, b, from, exact === -1 ? judgeDecimal(place, b, from) : exact);
    }
    if (at - first > EXACT_DIGITS) judgeInteger(place, textOf(b, from, at));
    place.integers += 1;
    return this.#noteScalar(place, b, from, at);
  }
}

function placesBelow({ children }: KeyPlace): number {
  return children.reduce((sum, child) => sum + 1 + placesBelow(child), 0);
}

/** Notes how many bytes a value takes. Returns the position behind it. */
function noteSize(place: KeyPlace, from: number, to: number): number {
  if (to - from > place.mostBytes) place.mostBytes = to - from;
  return to;
}

/** The index of the known key at `at`, beginning with the one that is expected; -1 if it is none of the next ones. */
function nextKnown({ children }: KeyPlace, b: Buffer, at: number, expected: number): number {
  let index = expected;
  for (let left = Math.min(children.length, MOST_COMPARED); left > 0; left -= 1) {
    if (index >= children.length) index = 0;
    const { bytes } = children[index] as KeyPlace;
    let same = 0;
    while (same < bytes.length && b[at + same] === bytes[same]) same += 1;
    if (same === bytes.length) return index;
    index += 1;
  }
  return -1;
}

/** Notes whether a decimal number keeps its digits as a double, by its text. Returns the position behind it. */
function judgeDecimal(place: KeyPlace, b: Buffer, from: number): number {
  const end = endOfNumber(b, from);
  if (!place.isInexact && !isExact(textOf(b, from, end))) place.isInexact = true;
  return end;
}

function judgeInteger(place: KeyPlace, text: string): void {
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) place.isBeyondBigint = true;
  const double = Number(text);
  if (!Number.isFinite(double) || BigInt(double) !== value) place.isInexact = true;
}

function textOf(b: Buffer, from: number, to: number): string {
  return b.toString('latin1', from, to);
}

function skipBlanks(b: Buffer, from: number): number {
  let at = from;
  while (b[at] === BLANK || b[at] === TAB || b[at] === COLON) at += 1;
  return at;
}

function endOfNumber(b: Buffer, from: number): number {
  let at = from;
  for (let byte = b[at] as number; byte !== COMMA && byte !== CLOSE && byte !== BLANK && byte !== TAB; ) {
    at += 1;
    byte = b[at] as number;
  }
  return at;
}

/** The position behind the closing quote of the text that begins at `from`. */
function endOfString(b: Buffer, from: number): number {
  let at = from + 1;
  while (b[at] !== QUOTE) at += b[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfContainer(b: Buffer, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const byte = b[at];
    if (byte === QUOTE) {
      at = endOfString(b, at);
      continue;
    }
    if (byte === OPEN || byte === OPEN_ARRAY) depth += 1;
    else if (byte === CLOSE || byte === CLOSE_ARRAY) depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

function tooManyKeys(keys: number): StarloadError {
  return new StarloadError(`the records have more than ${keys} different keys, too many for the columns of a table`, {
    next: 'Do the keys hold data, such as ids? Rearrange the records so that these are values.',
  });
}
