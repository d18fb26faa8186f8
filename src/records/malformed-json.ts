import { Container, type Spot } from './json-automaton.ts';

/** The details of a MalformedJson; see there. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly recordLine: number;
  readonly reason: string;
  readonly excerpt: string;
}

/**
 * A source file that is neither a sequence of JSON objects nor one array of them. `line` and `column` count from 1, `column` in characters (code
 * points). `recordLine` is the line on which the record began (`line` outside of records). `excerpt` is the line around
 * the mistake as far as it has been read, with visible control characters, cut with `…`.
 */
export class MalformedJson extends Error implements JsonFault {
  readonly line: number;
  readonly column: number;
  readonly recordLine: number;
  readonly reason: string;
  readonly excerpt: string;

  constructor({ line, column, recordLine, reason, excerpt }: JsonFault) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.name = 'MalformedJson';
    this.line = line;
    this.column = column;
    this.recordLine = recordLine;
    this.reason = reason;
    this.excerpt = excerpt;
  }
}

/** Why a byte was refused, and how many characters before it the mistake begins. */
export interface Refusal {
  readonly reason: string;
  readonly back: number;
}

const ONE_OBJECT = 'write one object per record';
const BAD_HEX = 'bad escape: \\u takes four hexadecimal digits';
const NUL = 'a NUL character (\\u0000), which no text column can hold';
const LONE_HIGH = 'a lone surrogate: \\uD800 to \\uDBFF must be followed by \\uDC00 to \\uDFFF';
const LONE_LOW = 'a lone surrogate: \\uDC00 to \\uDFFF must follow \\uD800 to \\uDBFF';

/** Why `byte` is refused at `spot`. */
export function explainRefusal(spot: Spot, byte: number): Refusal {
  return explainString(spot, byte) ?? { reason: explainStructure(spot, byte), back: 0 };
}

function explainString({ name }: Spot, byte: number): Refusal | undefined {
  const unlessHex = (back: number) => (isHex(byte) ? { reason: LONE_HIGH, back } : { reason: BAD_HEX, back: 0 });
  switch (name) {
    case 'string':
      return { reason: explainText(byte), back: 0 };
    case 'escape':
      return { reason: `bad escape: ${describe(byte)} cannot follow "\\"`, back: 0 };
    case 'hex':
      return { reason: BAD_HEX, back: 0 };
    case 'hexOfNul':
      return isHex(byte) ? { reason: NUL, back: '\\u000'.length } : { reason: BAD_HEX, back: 0 };
    case 'hexAfterD':
      return isHex(byte) ? { reason: LONE_LOW, back: '\\uD'.length } : { reason: BAD_HEX, back: 0 };
    case 'pairBackslash':
      return { reason: LONE_HIGH, back: '\\uD800'.length };
    case 'pairU':
      return { reason: LONE_HIGH, back: '\\uD800\\'.length };
    case 'pairD':
      return unlessHex('\\uD800\\u'.length);
    case 'pairLow':
      return unlessHex('\\uD800\\uD'.length);
    case 'utf8':
      return { reason: `invalid UTF-8: ${describe(byte)} cannot continue the character before it`, back: 1 };
    case 'byteOrderMark':
      return { reason: 'byte 0xEF outside a string, not part of a byte order mark', back: 1 };
    default:
      return undefined;
  }
}

function explainText(byte: number): string {
  if (byte >= 0x80) return `invalid UTF-8: ${describe(byte)} cannot begin a character`;
  if (byte === 0x0a || byte === 0x0d) return 'a line break inside a string: its closing quote is missing, or write \\n';
  return `a control character inside a string: write \\u${hex(byte, 4)}`;
}

function explainStructure(spot: Spot, byte: number): string {
  if (spot.name === 'start' && byte === 0x1f) return 'this looks like gzip: the name of a compressed file ends in .gz';
  if (spot.name === 'start' && byte >= 0xfe) return 'this looks like UTF-16: a source file must be UTF-8';
  if (byte >= 0x80) return `a character beyond ASCII (${describe(byte)}) outside a string`;
  if (byte === 0x0a || byte === 0x0d) return 'the line ends inside a number or a word';
  if (byte < 0x20) return `a control character (${describe(byte)}) outside a string`;
  const character = String.fromCharCode(byte);
  if (character === '/') return 'JSON has no comments';
  if (character === "'") return 'strings and keys need double quotes';
  return explainExpectation(spot, character);
}

function explainExpectation({ name, container }: Spot, character: string): string {
  const found = `found "${character}"`;
  const isArray = container === Container.array;
  switch (name) {
    case 'start':
    case 'between':
      return explainRoot(character);
    case 'arrayOpen':
    case 'arrayNext':
      return explainElement(name, character);
    case 'arrayAfter':
      return `expected "," or "]" after an element of the array, ${found}`;
    case 'arrayClosed':
      return `a file that is one array ends with its "]", ${found} behind it`;
    case 'openObject':
      return `expected a key in double quotes or "}", ${found}`;
    case 'key':
      return character === '}' ? 'a comma before "}"' : `expected a key in double quotes, ${found}`;
    case 'colon':
      return `expected ":" after the key, ${found}`;
    case 'openArray':
      return `expected a value or "]", ${found}`;
    case 'value':
      if (isArray && character === ']') return 'a comma before "]"';
      return 'NI'.includes(character) ? 'NaN and Infinity are not JSON values' : `expected a value, ${found}`;
    case 'minus':
    case 'point':
    case 'exponentSign':
    case 'exponentDigit':
      return `expected a digit, ${found}`;
    case 'literal':
      return `expected true, false or null, ${found}`;
    default:
      if (name === 'zero' && isDigit(character)) return 'a number cannot begin with 0';
      return `expected "," or "${isArray ? ']' : '}'}", ${found}`;
  }
}

function explainRoot(character: string): string {
  const [, kind] = kindBeginning(character);
  if (character === '[') return 'an array after something else: an array of records must be the whole file';
  if (kind !== undefined) return `a record must be a JSON object; this file holds ${kind}: ${ONE_OBJECT}`;
  if (character === ',')
    return 'records are separated by white space, not by commas, unless the whole file is one array';
  return `expected a record, which begins with "{", found "${character}"`;
}

function explainElement(name: 'arrayOpen' | 'arrayNext', character: string): string {
  const [, kind] = kindBeginning(character);
  if (kind !== undefined) return `each element of the array must be a JSON object, but this one is ${kind}`;
  if (name === 'arrayNext' && character === ']') return 'a comma before "]"';
  return `expected an object${name === 'arrayOpen' ? ' or "]"' : ''}, found "${character}"`;
}

/** What values other than objects begin with. */
const KINDS: readonly (readonly [beginning: RegExp, kind: string])[] = [
  [/\[/, 'an array'],
  [/"/, 'a string'],
  [/[-\d]/, 'a number'],
  [/[a-z]/i, 'a bare word'],
];

/** The kind of the value that a character begins, other than an object; empty if it begins none. */
function kindBeginning(character: string): readonly [beginning?: RegExp, kind?: string] {
  return KINDS.find(([beginning]) => beginning.test(character)) ?? [];
}

function describe(byte: number): string {
  if (byte >= 0x80) return `byte 0x${hex(byte, 2)}`;
  return byte < 0x20 || byte === 0x7f ? `U+${hex(byte, 4)}` : `"${String.fromCharCode(byte)}"`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function isHex(byte: number): boolean {
  return /[0-9a-f]/i.test(String.fromCharCode(byte));
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
