const TWO_TO_32 = 4_294_967_296;

/**
 * The random numbers of the simulator: sfc32, integers only, so that a seed gives the same bytes on every machine.
 * (Math.random cannot be seeded, and the last bits of Math.log or Math.sin differ between builds of the runtime.)
 */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    // sfc32 needs about a dozen rounds until similar seeds give unrelated numbers.
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** The next 32 bits, as a number from 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.next() / TWO_TO_32;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** True with the probability `share`. */
  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** An integer in [0, bound) that is usually small, as in a popularity distribution with a head and a long tail. */
  skewed(bound: number): number {
    const unit = this.unit();
    return Math.floor(unit * unit * bound);
  }

  /** Like `skewed`, with a heavier head and a longer tail. */
  verySkewed(bound: number): number {
    const unit = this.unit();
    return Math.floor(unit * unit * unit * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** One of the values, in proportion to its weight. */
  weighted<T>(choices: readonly (readonly [value: T, weight: number])[]): T {
    let left = this.unit() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return (choices.at(-1) as readonly [T, number])[0];
  }
}

/** The purpose of a stream of random numbers. Streams of different purposes never share their numbers. */
export const PURPOSE = {
  song: 1,
  artist: 2,
  place: 3,
  track: 4,
  user: 5,
  session: 6,
  hour: 7,
  day: 8,
  order: 9,
  id: 10,
  area: 11,
  account: 12,
  repository: 13,
  organization: 14,
  activity: 15,
} as const;

/**
 * The random numbers of one item. They are the same for the same seed, purpose and index, whatever was drawn before. So
 * any song, artist or user can be recomputed on demand instead of being kept in memory.
 */
export function streamOf(seed: number, purpose: number, index: number): Rng {
  const a = mix(low(seed) ^ Math.imul(purpose, 0x9e3779b1));
  const b = mix(a ^ high(seed) ^ Math.imul(low(index), 0x85ebca6b));
  return new Rng(a, b, mix(b ^ high(index) ^ 0x51ed270b));
}

/**
 * A permutation of [0, size): the numbers in an order that looks random, computed instead of stored. `variant`
 * distinguishes permutations of one seed.
 */
export function scatter(seed: number, variant: number, size: number): (index: number) => number {
  const rng = streamOf(seed, PURPOSE.order, variant);
  const offset = rng.below(size);
  let stride = Math.max(1, Math.floor(size * (0.3 + rng.unit() * 0.4)));
  while (gcd(stride, size) > 1) stride += 1;
  return (index) => (index * stride + offset) % size;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The finalizer of MurmurHash3: every bit of the input changes half the bits of the output. */
function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

function low(value: number): number {
  return value | 0;
}

function high(value: number): number {
  return Math.floor(value / TWO_TO_32) | 0;
}
