/** A member of an object's text: its key as written, including quotes, and the position of its value. */
export interface Member {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** The members of the object that begins at `from`. The text must be well-formed JSON without line breaks. */
export function* membersOf(text: string, from: number): Generator<Member> {
  let at = skipBlanks(text, from + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const begin = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    const end = endOfValue(text, begin);
    yield { key: text.slice(at, keyEnd), from: begin, to: end };
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
}

/**
 * The positions of the elements of the array that begins at `from`. The text must be well-formed JSON without line
 * breaks.
 */
export function* elementsOf(text: string, from: number): Generator<number> {
  let at = skipBlanks(text, from + 1);
  while (text[at] !== ']') {
    yield at;
    at = skipBlanks(text, endOfValue(text, at));
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
}

/** The position after the value that begins at `from`. */
export function endOfValue(text: string, from: number): number {
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

/** The position after the closing quote of the string that begins at `from`. */
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

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}
