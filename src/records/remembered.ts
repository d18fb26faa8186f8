/** At most so many are remembered, and longer ones not at all: keys may be data, and each as long as a record. */
const MOST_REMEMBERED = 2048;
const LONGEST_REMEMBERED = 256;

/** What was found out about keys, in bounded memory. Symbols stand for what has no key. */
export class Remembered<Value, Key extends string | symbol = string> {
  readonly #known = new Map<string | symbol, Value>();

  /** What is known of a key, or else what `find` finds. */
  of(key: Key, find: (key: Key) => Value): Value {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = find(key);
    const isShort = typeof key === 'symbol' || key.length <= LONGEST_REMEMBERED;
    if (isShort && this.#known.size < MOST_REMEMBERED) {
      this.#known.set(typeof key === 'symbol' ? key : detached(key), value);
    }
    return value;
  }
}

/** The same text in memory of its own: a part of a text keeps all of it in memory. It has no lone surrogates. */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
