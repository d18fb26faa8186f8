/**
 * Strict JSON (RFC 8259), strict UTF-8 and the parts of a file and of a record as one table. The entry at `state | byte` is the next
 * state (a multiple of 256, so that no shift is needed), with an action in the higher bits if the byte needs more than
 * a step.
 */

/** What a byte requires besides the next state. The tight loop continues by itself only for `none`. */
export const Action = {
  none: 0,
  fail: 1,
  byteOrderMark: 2,
  newlineBetween: 3,
  newlineInside: 4,
  returnInside: 5,
  recordStart: 6,
  recordEnd: 7,
  keyStart: 8,
  keyEnd: 9,
  openObject: 10,
  openArray: 11,
  close: 12,
  passedOpen: 13,
  passedClose: 14,
  passedEnd: 15,
  passedUnclosed: 16,
  passedBehind: 17,
  arrayStart: 18,
} as const;
type Action = (typeof Action)[keyof typeof Action];

export const ACTION_SHIFT = 16;
/** Entries from this value on carry an action. */
export const FIRST_ACTION = 1 << ACTION_SHIFT;
export const STATE_MASK = FIRST_ACTION - 1;

/** What encloses a value: the record (whose keys matter), or an object or array inside it. */
export const Container = { record: 0, object: 1, array: 2 } as const;
export type Container = (typeof Container)[keyof typeof Container];

const STRING_SPOTS = [
  ...(['string', 'escape', 'hex', 'hexOfNul', 'hexAfterD'] as const),
  ...(['pairBackslash', 'pairU', 'pairD', 'pairLow', 'utf8'] as const),
] as const;

/** A state's place in the grammar. It determines the words of an error. */
export interface Spot {
  readonly name:
    | ('start' | 'byteOrderMark' | 'between')
    | ('arrayOpen' | 'arrayNext' | 'arrayAfter' | 'arrayClosed')
    | ('passedOver' | 'passedClosed' | 'passedBrokenOff' | 'lost')
    | ('openObject' | 'openArray' | 'key' | 'colon' | 'value' | 'afterValue')
    | ('minus' | 'zero' | 'digits' | 'point' | 'fraction' | 'exponentSign' | 'exponentDigit' | 'exponent' | 'literal')
    | (typeof STRING_SPOTS)[number];
  readonly container: Container;
}

const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdefABCDEF`;
const BLANK = ' \t';

const rows: Int32Array[] = [];
const spots: Spot[] = [];

function addState(name: Spot['name'], container: Container): number {
  const state = rows.length << 8;
  rows.push(new Int32Array(256).fill(state | (Action.fail << ACTION_SHIFT)));
  spots.push({ name, container });
  return state;
}

function rowOf(state: number): Int32Array {
  return rows[state >>> 8] as Int32Array;
}

function on(state: number, characters: string, next: number, action: Action = Action.none): void {
  for (const character of characters) rowOf(state)[character.charCodeAt(0)] = next | (action << ACTION_SHIFT);
}

function onRange(state: number, first: number, last: number, next: number): void {
  rowOf(state).fill(next, first, last + 1);
}

/** JSON's white space inside a record. The framer handles line ends: it cuts them out of the record. */
function onBlanks(state: number): void {
  on(state, BLANK, state);
  on(state, '\n', state, Action.newlineInside);
  on(state, '\r', state, Action.returnInside);
}

/**
 * Adds the states of a string from after its opening quote; `ended` follows the closing one. Returns the first of them.
 */
function addString(container: Container, ended: number, endAction: Action = Action.none): number {
  const body = addState('string', container);
  onRange(body, 0x20, 0x7f, body);
  on(body, '"', ended, endAction);
  addEscapes(body, container);
  addUtf8(body, container);
  return body;
}

function addEscapes(body: number, container: Container): void {
  const escaped = addState('escape', container);
  const [hex1, hex2, hex3, hex4] = addHexDigits(container);
  on(body, '\\', escaped);
  on(escaped, '"\\/bfnrt', body);
  on(escaped, 'u', hex1);
  on(hex1, HEX, hex2);
  on(hex2, HEX, hex3);
  on(hex3, HEX, hex4);
  on(hex4, HEX, body);
  addNul(hex1, hex3, hex4, body, container);
  addSurrogates(hex1, hex3, container);
}

/** \u0000 is refused: PostgreSQL's text cannot hold it, and COPY's treatment of it is not documented. */
function addNul(hex1: number, hex3: number, hex4: number, body: number, container: Container): void {
  const zero1 = addState('hex', container);
  const zero2 = addState('hex', container);
  const zero3 = addState('hexOfNul', container);
  on(hex1, '0', zero1);
  on(zero1, HEX, hex3);
  on(zero1, '0', zero2);
  on(zero2, HEX, hex4);
  on(zero2, '0', zero3);
  on(zero3, HEX.slice(1), body);
}

function addHexDigits(container: Container): readonly [number, number, number, number] {
  const add = () => addState('hex', container);
  return [add(), add(), add(), add()];
}

/** \uD800 to \uDBFF must be followed by \uDC00 to \uDFFF, which are allowed nowhere else. */
function addSurrogates(hex1: number, hex3: number, container: Container): void {
  const afterD = addState('hexAfterD', container);
  const high3 = addState('hex', container);
  const high4 = addState('hex', container);
  const backslash = addState('pairBackslash', container);
  const u = addState('pairU', container);
  const d = addState('pairD', container);
  const low = addState('pairLow', container);
  on(hex1, 'dD', afterD);
  on(afterD, '01234567', hex3);
  on(afterD, '89abAB', high3);
  on(high3, HEX, high4);
  on(high4, HEX, backslash);
  on(backslash, '\\', u);
  on(u, 'u', d);
  on(d, 'dD', low);
  on(low, 'cdefCDEF', hex3);
}

/**
 * The well-formed sequences of table 3-7 of the Unicode standard: no overlong form, no surrogate, nothing above
 * U+10FFFF.
 */
function addUtf8(body: number, container: Container): void {
  const add = (first: number, last: number, next: number) => {
    const state = addState('utf8', container);
    onRange(state, first, last, next);
    return state;
  };
  const last1 = add(0x80, 0xbf, body);
  const last2 = add(0x80, 0xbf, last1);
  const last3 = add(0x80, 0xbf, last2);
  onRange(body, 0xc2, 0xdf, last1);
  onRange(body, 0xe0, 0xe0, add(0xa0, 0xbf, last1));
  onRange(body, 0xe1, 0xef, last2);
  onRange(body, 0xed, 0xed, add(0x80, 0x9f, last1));
  onRange(body, 0xf0, 0xf0, add(0x90, 0xbf, last2));
  onRange(body, 0xf1, 0xf3, last3);
  onRange(body, 0xf4, 0xf4, add(0x80, 0x8f, last2));
}

/**
 * A number has no end marker: whatever may follow the value may follow its digits. So `after` must be complete before.
 */
function addNumber(value: number, after: number, container: Container): void {
  const add = (name: Spot['name'], endsHere: boolean) => {
    const state = addState(name, container);
    if (endsHere) for (const byte of ' \t\n\r,]}') copyEntry(after, state, byte);
    return state;
  };
  const minus = add('minus', false);
  const zero = add('zero', true);
  const digits = add('digits', true);
  const point = add('point', false);
  const fraction = add('fraction', true);
  const mark = add('exponentSign', false);
  const sign = add('exponentDigit', false);
  const exponent = add('exponent', true);
  for (const state of [value, minus]) {
    on(state, '0', zero);
    on(state, '123456789', digits);
  }
  on(value, '-', minus);
  on(digits, DIGITS, digits);
  for (const state of [zero, digits]) on(state, '.', point);
  for (const state of [point, fraction]) on(state, DIGITS, fraction);
  for (const state of [zero, digits, fraction]) on(state, 'eE', mark);
  on(mark, '+-', sign);
  for (const state of [mark, sign, exponent]) on(state, DIGITS, exponent);
}

function copyEntry(from: number, to: number, character: string): void {
  copyByte(from, to, character.charCodeAt(0));
}

function copyByte(from: number, to: number, byte: number): void {
  rowOf(to)[byte] = rowOf(from)[byte] as number;
}

function addLiteral(word: string, value: number, after: number, container: Container): void {
  let state = value;
  for (const [index, letter] of [...word].entries()) {
    const next = index === word.length - 1 ? after : addState('literal', container);
    on(state, letter, next);
    state = next;
  }
}

/** Adds everything that may begin at `value`. `after`, where it ends, must be complete before. */
function addValue(value: number, after: number, container: Container): void {
  onBlanks(value);
  on(value, '"', addString(container, after));
  addNumber(value, after, container);
  for (const word of ['true', 'false', 'null']) addLiteral(word, value, after, container);
  on(value, '{', OPEN_OBJECT, Action.openObject);
  on(value, '[', OPEN_ARRAY, Action.openArray);
}

/**
 * Adds the states of an object's members; `open` is the state after its brace. Returns the states after a key and after
 * a value.
 */
function addMembers(open: number, container: Container): { afterKey: number; afterValue: number } {
  const isRecord = container === Container.record;
  const key = addState('key', container);
  const afterKey = addState('colon', container);
  const value = addState('value', container);
  const afterValue = addState('afterValue', container);
  for (const state of [open, key, afterKey, afterValue]) onBlanks(state);
  for (const state of [open, afterValue]) on(state, '}', BETWEEN, isRecord ? Action.recordEnd : Action.close);
  const body = addString(container, afterKey, isRecord ? Action.keyEnd : Action.none);
  for (const state of [open, key]) on(state, '"', body, isRecord ? Action.keyStart : Action.none);
  on(afterKey, ':', value);
  on(afterValue, ',', key);
  addValue(value, afterValue, container);
  return { afterKey, afterValue };
}

function addElements(open: number): { afterValue: number } {
  const value = addState('value', Container.array);
  const afterValue = addState('afterValue', Container.array);
  onBlanks(afterValue);
  on(afterValue, ',', value);
  for (const state of [open, afterValue]) on(state, ']', BETWEEN, Action.close);
  addValue(value, afterValue, Container.array);
  for (const [byte, entry] of rowOf(value).entries()) {
    if (entry >>> ACTION_SHIFT !== Action.fail) rowOf(open)[byte] = entry;
  }
  onBlanks(open);
  return { afterValue };
}

function addRoot(): void {
  onBlanksBetween(START, LEADING);
  for (const state of [LEADING, BETWEEN]) onBlanksBetween(state, state);
  for (const state of [START, LEADING, BETWEEN]) on(state, '{', OPEN_RECORD, Action.recordStart);
  for (const state of [START, LEADING]) on(state, '[', ARRAY_OPEN, Action.arrayStart);
  const mark2 = addState('byteOrderMark', Container.record);
  const mark3 = addState('byteOrderMark', Container.record);
  on(START, '\xef', mark2);
  on(mark2, '\xbb', mark3);
  on(mark3, '\xbf', LEADING, Action.byteOrderMark);
}

/** JSON's white space outside of records. */
function onBlanksBetween(state: number, next: number): void {
  on(state, `${BLANK}\r`, next);
  on(state, '\n', next, Action.newlineBetween);
}

/** Adds the states of a file that is one array whose elements are the records. */
function addRootArray(): void {
  for (const state of [ARRAY_OPEN, ARRAY_NEXT, ARRAY_AFTER, ARRAY_CLOSED]) onBlanksBetween(state, state);
  for (const state of [ARRAY_OPEN, ARRAY_NEXT]) on(state, '{', OPEN_RECORD, Action.recordStart);
  for (const state of [ARRAY_OPEN, ARRAY_AFTER]) on(state, ']', ARRAY_CLOSED);
  on(ARRAY_AFTER, ',', ARRAY_NEXT);
}

/**
 * Adds the states for the rest of the line after a mistake. Only quotes and brackets count there: they show whether the
 * record ends with the line. A line break inside a string also ends the record if it was the mistake, because no JSON
 * continues after it. The file is lost if anything follows the record, if a line ends inside it, or if there is a
 * backslash outside of strings, where quotes are unreliable.
 */
function addPassingOver(): void {
  for (const state of [PASSED_OVER, PASSED_STRING, PASSED_ESCAPE]) {
    onRange(state, 0x00, 0xff, state === PASSED_OVER ? PASSED_OVER : PASSED_STRING);
    on(state, '\n', LOST, Action.passedUnclosed);
  }
  on(PASSED_OVER, '\\', LOST, Action.passedUnclosed);
  on(PASSED_OVER, '"', PASSED_STRING);
  on(PASSED_OVER, '{[', PASSED_OVER, Action.passedOpen);
  on(PASSED_OVER, '}]', PASSED_OVER, Action.passedClose);
  on(PASSED_STRING, '"', PASSED_OVER);
  on(PASSED_STRING, '\\', PASSED_ESCAPE);
  for (const byte of rowOf(PASSED_STRING).keys()) copyByte(PASSED_STRING, PASSED_BROKEN_OFF, byte);
  rowOf(PASSED_CLOSED).fill(LOST | (Action.passedBehind << ACTION_SHIFT));
  on(PASSED_CLOSED, BLANK, PASSED_CLOSED);
  for (const state of [PASSED_CLOSED, PASSED_BROKEN_OFF]) {
    on(state, '\r', state);
    on(state, '\n', BETWEEN, Action.passedEnd);
  }
  onRange(LOST, 0x00, 0xff, LOST);
}

/** The state before the first byte of a file. */
export const START: number = addState('start', Container.record);
/** The state outside all records. */
export const BETWEEN: number = addState('between', Container.record);
/** The state after a record that is an element of an array. */
export const ARRAY_AFTER: number = addState('arrayAfter', Container.record);
const LEADING = addState('between', Container.record);
const ARRAY_OPEN = addState('arrayOpen', Container.record);
const ARRAY_NEXT = addState('arrayNext', Container.record);
const ARRAY_CLOSED = addState('arrayClosed', Container.record);
/** The states after a mistake, up to the end of its line: outside of strings, inside, and after a backslash there. */
export const PASSED_OVER: number = addState('passedOver', Container.record);
export const PASSED_STRING: number = addState('passedOver', Container.record);
export const PASSED_ESCAPE: number = addState('passedOver', Container.record);
/** The state after a malformed record whose brackets have closed. */
export const PASSED_CLOSED: number = addState('passedClosed', Container.record);
/** The state at a line break inside a string, if that is the mistake. */
export const PASSED_BROKEN_OFF: number = addState('passedBrokenOff', Container.record);
/** The state once the records can no longer be separated: the rest of the file is not read. */
export const LOST: number = addState('lost', Container.record);
const OPEN_RECORD = addState('openObject', Container.record);
const OPEN_OBJECT = addState('openObject', Container.object);
const OPEN_ARRAY = addState('openArray', Container.array);

addRoot();
addRootArray();
addPassingOver();
const record = addMembers(OPEN_RECORD, Container.record);
const object = addMembers(OPEN_OBJECT, Container.object);
const array = addElements(OPEN_ARRAY);

/** The state after a key of the record itself. */
export const AFTER_KEY: number = record.afterKey;
/** The state after a value, by what encloses it: where to continue after a closed object or array. */
export const AFTER_VALUE: readonly number[] = [record.afterValue, object.afterValue, array.afterValue];

/** The automaton that reports the record's keys. */
export const TABLE: Int32Array = joinRows();
/** The automaton without actions for keys. */
export const KEYLESS_TABLE: Int32Array = TABLE.map((entry) => {
  const action = entry >>> ACTION_SHIFT;
  return action === Action.keyStart || action === Action.keyEnd ? entry & STATE_MASK : entry;
});

function joinRows(): Int32Array {
  const table = new Int32Array(rows.length << 8);
  for (const [index, row] of rows.entries()) table.set(row, index << 8);
  return table;
}

/** Whether a place is inside a string. */
function isInString({ name }: Spot): boolean {
  return STRING_SPOTS.some((spot) => spot === name);
}

/** The place in the grammar of a state. */
export function spotOf(state: number): Spot {
  return spots[state >>> 8] as Spot;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The state in which to skip what follows a byte that is refused at `spot`. Strings and escapes continue. */
export function stateBehind(spot: Spot, byte: number): number {
  if (!isInString(spot)) return PASSED_OVER;
  if (byte === NEWLINE || byte === RETURN) return PASSED_BROKEN_OFF;
  return spot.name === 'escape' || spot.name === 'pairU' ? PASSED_ESCAPE : PASSED_STRING;
}
