/** The kinds of JSON values. */
export type JsonKind = 'text' | 'integer' | 'decimal' | 'boolean' | 'object' | 'array';

/** What the records of a source hold at one place: below the same keys. */
export class KeyPlace {
  /** The keys that lead here from the record. */
  readonly path: readonly string[];
  /** The key in the bytes of a record, up to its closing quote, as it was met first. */
  readonly bytes: Uint8Array;
  /** The places below, in the order in which they were met; empty once their keys are no longer followed. */
  readonly children: KeyPlace[] = [];
  /** The same by the text of their keys in the files, in every spelling met. */
  readonly known = new Map<string, KeyPlace>();
  /** False if its values are only taken as text, because they have too many keys. */
  isFollowed = true;
  /** The number of the last record that has the place. */
  lastRecord = 0;

  /** How many values of each kind there are. NULL is none. Fields of their own are counted twice as fast. */
  texts = 0;
  integers = 0;
  decimals = 0;
  booleans = 0;
  objects = 0;
  arrays = 0;
  /** The most bytes that a value takes as text. */
  mostBytes = 0;
  /** Of the numbers: the digits before a point or an exponent. */
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  /** Whether an integer exceeds 64 bits. */
  isBeyondBigint = false;
  /** Whether a number as DOUBLE PRECISION would lose digits. */
  isInexact = false;
  /** The forms of time that the texts have (times.ts). */
  timeForms = 0;

  /** Whether values are hashed, because the place may belong to the key. */
  isHashed = false;
  /** The hash of the value in record `hashOf`. */
  high = 0;
  low = 0;
  hashOf = 0;

  constructor(path: readonly string[], bytes: Uint8Array) {
    this.path = path;
    this.bytes = bytes;
  }

  /** How many values of each kind there are. */
  get counts(): Readonly<Record<JsonKind, number>> {
    const {
      texts: text,
      integers: integer,
      decimals: decimal,
      booleans: boolean,
      objects: object,
      arrays: array,
    } = this;
    return { text, integer, decimal, boolean, object, array };
  }

  /** How many records have a value here. */
  get values(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** The kinds of its values. */
  get kinds(): readonly JsonKind[] {
    const { counts } = this;
    return (Object.keys(counts) as JsonKind[]).filter((kind) => counts[kind] > 0);
  }

  /** How people write the place: `actor.login`, and `""` for an empty key. */
  get shown(): string {
    return this.path.map((key) => (key === '' ? '""' : key)).join('.');
  }

  /** No longer follows the keys below. */
  close(): void {
    this.isFollowed = false;
    this.children.length = 0;
    this.known.clear();
  }
}
