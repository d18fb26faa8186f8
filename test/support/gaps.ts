import { expect, test } from '@jest/globals';
import type { Engine } from './engines.ts';
import { note } from './notes.ts';

/** What an engine is known not to do as the others do. Declared for docs/engines.md; the test named must fail there. */
export interface Gap {
  readonly engine: string;
  /** The title of its test in test/conformance. */
  readonly test: string;
  readonly reason: string;
}

export const GAPS: readonly Gap[] = [
  {
    engine: 'redshift',
    test: 'a batch tells of each step while it runs, and how many rows it took',
    reason:
      'a batch is one statement of the Data API: steps are seen to be done only from time to time, and how many rows a statement took is not told',
  },
];

/** A test that an engine with a gap must fail: a gap that closes is to be taken out. */
export function conforms(engine: Engine, title: string, body: () => Promise<void>): void {
  const gap = GAPS.find((one) => one.engine === engine.name && one.test === title);
  test(gap === undefined ? title : `known gap: ${title}`, async () => {
    if (gap === undefined) {
      return body();
    }
    note('Known gaps', `${engine.name}: ${title}: ${gap.reason}`);
    await expect(body()).rejects.toThrow();
  });
}
