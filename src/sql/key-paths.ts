import { printable } from '../errors.ts';

/**
 * The places of keys as text: `actor.url`, and `items[*]` for elements of an array. A key that is not a plain word is
 * written as in JSON: `"first name"`, `actor."a.b"`. So different places have different texts.
 */
export function keyPath(key: string, parent?: string): string {
  const text = isWord(key) ? key : printable(JSON.stringify(key));
  return parent === undefined ? text : `${parent}.${text}`;
}

/** The elements of the array at a place. */
export function elementsPath(parent: string): string {
  return `${parent}[*]`;
}

/** Whether a place is another one, or below it. */
export function isAtOrBelow(path: string, other: string): boolean {
  return path.startsWith(other) && ['', '.', '['].includes(path.charAt(other.length));
}

/**
 * The places in a list separated by commas, each as `keyPath` writes it: keys may be in quotes although they need not.
 * Undefined in the place of what is none.
 */
export function readKeyPaths(list: string): readonly (string | undefined)[] {
  return [...list.matchAll(ENTRY)].map(([, entry = '']) => readKeyPath(entry.trim()));
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
/** What stands between commas. A comma in quotes separates nothing. */
const ENTRY = new RegExp(String.raw`(?:^|,)((?:${QUOTED}|[^,"]|"(?!(?:[^"\\]|\\.)*"))*)`, 'g');
const STEP = new RegExp(String.raw`(${QUOTED})|([^\s".,[\]\\]+)`, 'y');

function readKeyPath(entry: string): string | undefined {
  let path: string | undefined;
  let at = 0;
  for (;;) {
    STEP.lastIndex = at;
    const [step, quoted, word] = STEP.exec(entry) ?? [];
    const key = quoted === undefined ? word : unquoted(quoted);
    if (step === undefined || key === undefined) return undefined;
    path = keyPath(key, path);
    at += step.length;
    for (; entry.startsWith('[*]', at); at += 3) path = elementsPath(path);
    if (at === entry.length) return path;
    if (entry[at] !== '.') return undefined;
    at += 1;
  }
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isWord(key: string): boolean {
  return /^[^\s".,[\]\\]+$/.test(key) && printable(key) === key;
}
