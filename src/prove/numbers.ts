import type { SourceRecord } from './records.ts';

/** Begins the text that stands for a number. No engine takes this character in a text. */
const MARK = '\u0000';
/** What a double keeps of any number. */
const KEPT_LENGTH = 15;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[-+.\deE]*/g;
const MARKED = /(?<=[:,[]\s*)"\\u0000(-?\d[-+.\deE]*)"/g;

/**
 * The record of a JSON text. A number that JavaScript would change, such as one of twenty digits, is in it as a text that
 * `writtenNumbers` turns back.
 */
export function parseRecord(json: string): SourceRecord {
  const marked = json.replace(TOKEN, (token) => (isKept(token) ? token : JSON.stringify(`${MARK}${token}`)));
  return JSON.parse(marked) as SourceRecord;
}

function isKept(token: string): boolean {
  return token.startsWith('"') || (token.length <= KEPT_LENGTH && !/e/i.test(token)) || String(Number(token)) === token;
}

/** The JSON text of a record, each number as it was in the file. */
export function recordText(record: SourceRecord): string {
  return writtenNumbers(JSON.stringify(record));
}

/** A JSON text with the numbers of the records in it as they were in their files. */
export function writtenNumbers(json: string): string {
  return json.replace(MARKED, '$1');
}
