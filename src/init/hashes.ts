/** The longest share of a table of hashes that is in use. */
const MOST_FILLED = 0.6;
const FIRST_SLOTS = 1 << 10;

/**
 * A set of 64-bit hashes in typed arrays. Two values with one hash would count as repeated; among 10 million values that
 * happens once in 400,000 sets.
 */
export class HashSet {
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  /** How many slots it has, of eight bytes each. */
  get slots(): number {
    return this.#low.length;
  }

  /** Whether the next hash makes it grow to twice its size. */
  get isFull(): boolean {
    return this.#size >= this.slots * MOST_FILLED;
  }

  /** Adds a hash. Returns whether it is new. */
  add(high: number, low: number): boolean {
    if (this.isFull) this.#grow();
    // No slot in use is empty.
    const [h, l] = [high >>> 0, low === 0 && high === 0 ? 1 : low >>> 0];
    const at = slotOf(this.#high, this.#low, h, l);
    if (this.#high[at] !== 0 || this.#low[at] !== 0) return false;
    this.#high[at] = h;
    this.#low[at] = l;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const [high, low] = [new Uint32Array(this.slots * 2), new Uint32Array(this.slots * 2)];
    for (let from = 0; from < this.slots; from += 1) {
      const [h, l] = [this.#high[from] as number, this.#low[from] as number];
      if (h === 0 && l === 0) continue;
      const at = slotOf(high, low, h, l);
      high[at] = h;
      low[at] = l;
    }
    this.#high = high;
    this.#low = low;
  }
}

/** The slot that holds a hash, or the empty one where it belongs. */
function slotOf(highs: Uint32Array, lows: Uint32Array, high: number, low: number): number {
  const mask = lows.length - 1;
  let at = low & mask;
  while ((highs[at] !== 0 || lows[at] !== 0) && (highs[at] !== high || lows[at] !== low)) at = (at + 1) & mask;
  return at;
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
  into.high = h1 >>> 0;
  into.low = h2 >>> 0;
}
