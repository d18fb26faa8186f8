import type { SourceRecord } from './records.ts';

/** Begins the text that stands for a number. No engine takes this character in a text. */
const MARK = '\u0000';
/** What a double keeps of any number. */
const KEPT_LENGTH = 15;
const NUMBER = /-?\d[-+.\deE]*/g;
const MARKED = /^"\\u0000(-?\d[-+.\deE]*)"$/;

/**
 * The record of a JSON text. A number that JavaScript would change, such as one of twenty digits, is in it as a text that
 * `writtenNumbers` turns back.
 */
export function parseRecord(json: string): SourceRecord {
  const marked = replaced(json, {
    rest: (text) => text.replace(NUMBER, (token) => (isKept(token) ? token : JSON.stringify(`${MARK}${token}`))),
  });
  return JSON.parse(marked) as SourceRecord;
}

function isKept(token: string): boolean {
  return (token.length <= KEPT_LENGTH && !/e/i.test(token)) || String(Number(token)) === token;
}

/** What becomes of the strings of a JSON text, with their quotes, and of what stands between them. */
interface Replacements {
  readonly string?: (text: string) => string;
  readonly rest?: (text: string) => string;
}

/** A JSON text with its parts replaced. Not by one expression for all: a string may have millions of characters. */
function replaced(json: string, { string = (text) => text, rest = (text) => text }: Replacements): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const from = quote === -1 ? json.length : quote;
    const to = quote === -1 ? from : endOfString(json, from);
    parts.push(rest(json.slice(at, from)), string(json.slice(from, to)));
    at = to;
  }
  return parts.join('');
}

/** The position behind the closing quote of the string that begins at `from`. */
function endOfString(json: string, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The JSON text of a record, each number as it was in the file. */
export function recordText(record: SourceRecord): string {
  return writtenNumbers(JSON.stringify(record));
}

/** A JSON text with the numbers of the records in it as they were in their files. */
export function writtenNumbers(json: string): string {
  return replaced(json, { string: (text) => MARKED.exec(text)?.[1] ?? text });
}
