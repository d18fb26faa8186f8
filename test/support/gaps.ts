import { expect, test } from '@jest/globals';
import type { Engine } from './engines.ts';
import { note } from './notes.ts';

/** A known difference of an engine. It is listed in docs/engines.md; the named test must fail on that engine. */
export interface Gap {
  readonly engine: string;
  /** The title of its test in test/conformance. */
  readonly test: string;
  readonly reason: string;
}

export const GAPS: readonly Gap[] = [
  {
    engine: 'redshift',
    test: 'a batch reports each step before it runs, and its number of rows',
    reason:
      'a batch is one statement of the Data API: the running step is seen every 20 seconds, and the number of rows of a statement is not reported',
  },
];

/** A test that must fail on an engine with a gap. Remove the gap once it is closed. */
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
