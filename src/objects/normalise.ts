/** What a record's value is for: text, a whole number, or anything else. */
export type ValueKind = 'text' | 'whole' | 'any';

/**
 * A record whose values mean the same to every engine: a value for text that is no string becomes a string of its source
 * text, a whole number loses its fraction of zeros, and what is no whole number becomes a string, which no engine
 * takes for one. The record must be well-formed and without line breaks; `kindOf` gets a first-level key, decoded.
 */
export function normaliseRecord(record: string, kindOf: (key: string) => ValueKind): string {
  const members: string[] = [];
  let at = skipBlanks(record, 1);
  while (record[at] !== '}') {
    const keyEnd = endOfString(record, at);
    const from = skipBlanks(record, skipBlanks(record, keyEnd) + 1);
    const to = endOfValue(record, from);
    const key = record.slice(at, keyEnd);
    members.push(`${key}:${normaliseValue(record.slice(from, to), kindOf(JSON.parse(key)))}`);
    at = skipBlanks(record, to);
    if (record[at] === ',') at = skipBlanks(record, at + 1);
  }
  return `{${members.join(',')}}`;
}

function normaliseValue(value: string, kind: ValueKind): string {
  if (kind === 'any' || value === 'null' || value.startsWith('"')) return value;
  if (kind === 'text') return JSON.stringify(value);
  const digits = /^(-?\d+)(?:\.0+)?$/.exec(value)?.[1];
  return digits ?? JSON.stringify(value);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** Behind the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text[first - 1] === '\\') first -= 1;
  return (quote - first) % 2 === 1;
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  if (text[from] === '{' || text[from] === '[') return endOfContainer(text, from);
  let at = from;
  while (!', \t}]'.includes(text[at] as string)) at += 1;
  return at;
}

function endOfContainer(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const character = text[at] as string;
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at = character === '"' ? endOfString(text, at) : at + 1;
  } while (depth > 0);
  return at;
}
