/** The first-level keys of valid JSON, found without the framer. */
export function firstLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gu)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && /^\s*:/.test(text.slice(index + token.length))) keys.push(String(JSON.parse(token)));
  }
  return keys;
}

/** The wanted key that a key is, in any case. */
export function wantedKey(name: string, wanted: readonly string[]): string | undefined {
  return wanted.find((one) => new RegExp(`^${one}$`, 'i').test(name));
}

/** Whether a wanted key occurs twice at the first level of valid JSON. */
export function repeatsKey(text: string, wanted: readonly string[]): boolean {
  const found = firstLevelKeys(text)
    .map((name) => wantedKey(name, wanted))
    .filter((name) => name !== undefined);
  return new Set(found).size < found.length;
}

/** What the platform's own decoder and parser make of the bytes: an object's text, or undefined. */
export function objectIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a string of valid JSON holds half a surrogate pair. */
export function holdsLoneSurrogate(text: string): boolean {
  const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"/gu)].map(([token]) => String(JSON.parse(token)));
  return strings.some((decoded) => /\p{Surrogate}/u.test(decoded));
}

function holdsNul(text: string): boolean {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"/gu)].some(([token]) => String(JSON.parse(token)).includes('\0'));
}

/** The text of these bytes if they are one record, by the platform's parser and the rules that are documented besides. */
export function recordIn(bytes: Uint8Array, wanted: readonly string[]): string | undefined {
  const text = objectIn(bytes);
  const isFine = text !== undefined && !holdsLoneSurrogate(text) && !holdsNul(text) && !repeatsKey(text, wanted);
  return isFine ? text : undefined;
}

/** What the platform's own decoder and parser make of the bytes of a file: the texts of an array's elements, if all of them are records. */
export function recordsInArray(bytes: Uint8Array, wanted: readonly string[]): readonly string[] | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return undefined;
    const elements = value.every(isObject) ? elementsIn(text) : [];
    const records = elements
      .map((element) => recordIn(Buffer.from(element), wanted))
      .filter((one) => one !== undefined);
    return records.length === value.length ? records : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The texts of the objects in a valid array of objects. */
function elementsIn(text: string): string[] {
  const elements: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gu)) {
    if (token === '{' || token === '[') {
      depth += 1;
      if (depth === 2) from = index;
    } else if (token === '}' || token === ']') {
      depth -= 1;
      if (depth === 1) elements.push(text.slice(from, index + 1));
    }
  }
  return elements;
}
