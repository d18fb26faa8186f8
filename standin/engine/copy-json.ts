/** A path of a jsonpaths file: keys of objects, indexes of arrays. */
export type Path = readonly (string | number)[];

/**
 * An element on the path does not exist. This is an error, whereas a missing key is NULL (page "COPY from JSON format").
 */
export class NoSuchElement extends Error {}

/** The members of an object with the text of their values: numbers and nested values keep their spelling. */
export function membersOf(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const [first, last, key] of spansOf(text)) {
    // The last of several equal keys counts; uncertain (page "COPY from JSON format").
    if (key !== undefined) members.set(JSON.parse(key) as string, text.slice(first, last));
  }
  return members;
}

/** The texts of an array's elements. */
export function elementsOf(text: string): readonly string[] {
  return [...spansOf(text)].map(([first, last]) => text.slice(first, last));
}

/** The text at a path; undefined if a key is missing. Throws NoSuchElement. */
export function follow(text: string, path: Path): string | undefined {
  let value: string | undefined = text;
  for (const step of path) {
    if (value === undefined) return undefined;
    const isArray = value.startsWith('[');
    if (typeof step === 'number') {
      const element: string | undefined = isArray ? elementsOf(value)[step] : undefined;
      if (element === undefined)
        throw new NoSuchElement('Invalid JSONPath format: Not an array or index out of range.');
      value = element;
    } else value = value.startsWith('{') ? membersOf(value).get(step) : undefined;
  }
  return value;
}

/** The first-level values of valid JSON text: the start and end of each, and the text of its key. */
function* spansOf(text: string): Generator<readonly [number, number, string | undefined]> {
  const isObject = text.startsWith('{');
  let at = skipBlanks(text, 1);
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    let key: string | undefined;
    if (isObject) {
      const end = endOfString(text, at);
      key = text.slice(at, end);
      at = skipBlanks(text, skipBlanks(text, end) + 1);
    }
    const end = endOfValue(text, at);
    yield [at, end, key];
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (' \t\r\n'.includes(text[at] ?? '-')) at += 1;
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  let at = from;
  let depth = 0;
  do {
    const character = text[at] ?? '';
    if (character === '"') at = endOfString(text, at) - 1;
    else if ('{['.includes(character)) depth += 1;
    else if (depth > 0 && '}]'.includes(character)) depth -= 1;
    at += 1;
  } while (at < text.length && (depth > 0 || !',}] \t\r\n'.includes(text[at] as string)));
  return at;
}

/** The paths in a jsonpaths file; undefined if it has no key `jsonpaths`: COPY then silently uses 'auto'. */
export function parsePaths(text: string): readonly Path[] | undefined {
  const content: unknown = JSON.parse(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new Error('not a JSON object');
  if (!('jsonpaths' in content)) return undefined;
  const paths: unknown = content.jsonpaths;
  if (!Array.isArray(paths)) throw new Error('jsonpaths is not an array');
  return paths.map((path) => parsePath(path));
}

/** Bracket or dot notation, not mixed; no wildcards. AWS: "COPY from JSON format", JSONPath expressions (page "COPY from JSON format"). */
function parsePath(path: unknown): Path {
  if (typeof path === 'string' && /^\$(?:\['[^']+'\]|\[\d+\])+$/.test(path)) {
    return [...path.matchAll(/\['([^']+)'\]|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  }
  if (typeof path === 'string' && /^\$(?:\.[^.[\]*'"\s]+(?:\[\d+\])*)+$/.test(path)) {
    return [...path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  }
  throw new Error(`Invalid JSONPath format. Supported notations are 'dot-notation' and 'bracket-notation': ${path}`);
}
