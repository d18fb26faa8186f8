/** The most bytes of the names of columns that are told of a file. */
const MOST_BYTES = 4096;
/** So many different texts are kept once for all files that have them. */
const MOST_SHARED = 1000;

/** Knows of which columns the records of the current file have the keys. */
export class MetColumns {
  readonly #names: readonly string[];
  readonly #met: Uint8Array;
  readonly #shared = new Map<string, string>();

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#met = new Uint8Array(names.length);
  }

  note(index: number): void {
    this.#met[index] = 1;
  }

  /** The columns not noted since the last call, separated by commas; undefined if they are too many. */
  takeMissing(): string | undefined {
    const missing = this.#names.filter((_, index) => this.#met[index] === 0).join(',');
    this.#met.fill(0);
    if (Buffer.byteLength(missing) > MOST_BYTES) return undefined;
    const shared = this.#shared.get(missing) ?? missing;
    if (this.#shared.size < MOST_SHARED) this.#shared.set(shared, shared);
    return shared;
  }
}
