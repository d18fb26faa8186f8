/**
 * How many keys of records were met, and what became of them. What is met is loaded, rescued, ignored or unknown. A key
 * that occurs twice in a record counts twice. Where paths lead below a key, it counts as what is found there.
 */
export interface KeyCounts {
  readonly met: number;
  /** Those that a column takes. */
  readonly loaded: number;
  /** Those that no column takes and that are kept in the column for such. */
  readonly rescued: number;
  /** Those that the model leaves out on purpose. */
  readonly ignored: number;
  /** Those that no column takes. Their values are not loaded. */
  readonly unknown: number;
}

/** The counts of nothing. */
export const NO_KEYS: KeyCounts = { met: 0, loaded: 0, rescued: 0, ignored: 0, unknown: 0 };

/** The sums of counts. */
export function addedUp(counts: Iterable<KeyCounts | undefined>): KeyCounts {
  const sum = { ...NO_KEYS };
  for (const one of counts) {
    if (one === undefined) continue;
    for (const what of Object.keys(sum) as (keyof KeyCounts)[]) sum[what] += one[what];
  }
  return sum;
}

/**
 * Counts the keys of the current file. Each is counted as met where it begins, and again where it is known what becomes of
 * it, so that a key that is forgotten makes the counts disagree. It is called for every key, so its fields are plain.
 */
export class KeyTally {
  met = 0;
  loaded = 0;
  ignored = 0;
  unknown = 0;
  /** The counts before the current record. */
  #before = [0, 0, 0, 0] as [number, number, number, number];

  startRecord(): void {
    const before = this.#before;
    before[0] = this.met;
    before[1] = this.loaded;
    before[2] = this.ignored;
    before[3] = this.unknown;
  }

  dropRecord(): void {
    [this.met, this.loaded, this.ignored, this.unknown] = this.#before;
  }

  /** The counts since the last call. */
  take(): Omit<KeyCounts, 'rescued'> {
    const { met, loaded, ignored, unknown } = this;
    this.met = this.loaded = this.ignored = this.unknown = 0;
    this.startRecord();
    return { met, loaded, ignored, unknown };
  }
}
