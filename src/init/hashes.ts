/** The longest share of a table of hashes that is in use. */
const MOST_FILLED = 0.6;
const FIRST_SLOTS = 1 << 10;
const QUICK_SLOTS = 1 << 21;

/**
 * A set of 64-bit hashes in a typed array. Two values with one hash would count as repeated; among 10 million values that
 * happens once in 400,000 sets.
 */
export class HashSet {
  /** The halves of each slot stand side by side, where the processor finds both at once. Both are 0 in an empty slot. */
  #halves = new Int32Array(FIRST_SLOTS * 2);
  #size = 0;

  /** How many slots it has, of eight bytes each. */
  get slots(): number {
    return this.#halves.length / 2;
  }

  /** How many slots it gets when it grows. Each hash is moved then, so a small set grows faster. */
  get growth(): number {
    return this.slots < QUICK_SLOTS ? 3 * this.slots : this.slots;
  }

  /** Whether the next hash makes it grow. */
  get isFull(): boolean {
    return this.#size >= this.slots * MOST_FILLED;
  }

  /** Adds a hash. Returns whether it is new. */
  add(high: number, low: number): boolean {
    if (this.isFull) this.#grow();
    const isAdded = put(this.#halves, high, low === 0 && high === 0 ? 1 : low);
    if (isAdded) this.#size += 1;
    return isAdded;
  }

  #grow(): void {
    const halves = new Int32Array(this.#halves.length + 2 * this.growth);
    for (let at = 0; at < this.#halves.length; at += 2) {
      const [high, low] = [this.#halves[at] as number, this.#halves[at + 1] as number];
      if (high !== 0 || low !== 0) put(halves, high, low);
    }
    this.#halves = halves;
  }
}

/** Puts a hash into its slot. Returns false if it is there already. */
function put(halves: Int32Array, high: number, low: number): boolean {
  const mask = halves.length - 2;
  let at = (low << 1) & mask;
  for (;;) {
    const [h, l] = [halves[at] as number, halves[at + 1] as number];
    if (h === 0 && l === 0) break;
    if (h === high && l === low) return false;
    at = (at + 2) & mask;
  }
  halves[at] = high;
  halves[at + 1] = low;
  return true;
}

/** A hash of bytes, in two halves: cyrb53 without its final cut. */
export function hashBytes(bytes: Uint8Array, from: number, to: number, into: { high: number; low: number }): void {
  let [h1, h2] = [0xdeadbeef, 0x41c6ce57];
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    h1 = Math.imul(h1 ^ byte, 0x9e3779b1);
    h2 = Math.imul(h2 ^ byte, 0x5f356495);
  }
  mix(h1, h2, into);
}

/** A hash of two hashes, in which their order counts. */
export function combine(into: { high: number; low: number }, high: number, low: number): void {
  const h1 = Math.imul(into.high ^ low, 0x9e3779b1) ^ high;
  const h2 = Math.imul(into.low ^ high, 0x5f356495) ^ Math.imul(low, 0x85ebca6b);
  mix(h1, h2, into);
}

function mix(one: number, other: number, into: { high: number; low: number }): void {
  let [h1, h2] = [one, other];
  h1 = Math.imul(h1 ^ (h1 >>> 16), 0x85ebca6b) ^ Math.imul(h2 ^ (h2 >>> 13), 0xc2b2ae35);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 0x85ebca6b) ^ Math.imul(h1 ^ (h1 >>> 13), 0xc2b2ae35);
  into.high = h1 | 0;
  into.low = h2 | 0;
}
