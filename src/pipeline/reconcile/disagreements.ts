/** Findings of one kind. */
export interface Disagreement {
  /** The kind: `missing`, or the name of a statement of a folder reconcile. */
  readonly rule: string;
  readonly count: number;
  /** The first of them, described. */
  readonly examples: readonly string[];
  /** What to do about them. */
  readonly next: string;
}

/** At most this many of each kind are named; the rest are counted. */
export const MAX_EXAMPLES = 20;

/** What to do about each kind of difference between the sources and the ledger. */
const NEXT = {
  missing: 'npm run etl loads them.',
  changed: 'npm run etl loads them as they are now.',
  gone: 'Their rows stay. Restore the files, or empty the tables with npm run create-tables -- --force and load again.',
  recounted: 'The ledger or the file was changed by hand: empty the tables with create-tables and load again.',
  unreadable: 'Correct the file: an earlier version of it is loaded, or none yet.',
} as const;

export type SourceRule = keyof typeof NEXT;

/** Collects disagreements by kind. */
export class Disagreements {
  readonly #kinds = new Map<SourceRule, { count: number; examples: string[] }>();

  add(rule: SourceRule, example: string): void {
    const kind = this.#kinds.get(rule) ?? { count: 0, examples: [] };
    kind.count += 1;
    if (kind.examples.length < MAX_EXAMPLES) {
      kind.examples.push(example);
    }
    this.#kinds.set(rule, kind);
  }

  list(): readonly Disagreement[] {
    return [...this.#kinds].map(([rule, kind]) => ({ rule, ...kind, next: NEXT[rule] }));
  }
}
