import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { engines } from '../support/engines.ts';
import { EXAMPLES } from '../support/examples.ts';
import { withLoader } from '../support/loader.ts';
import { note } from '../support/notes.ts';
import { converges, holdsThroughHistory, restores } from '../support/properties.ts';
import { casesFor, scale } from '../support/scale.ts';
import { additions, agreements, CLASSES, classesOf, historyOf, renamings, scenarios } from '../support/scenario.ts';

const LEAST_SHARE = 0.05;
const SAMPLED = 2000;

test('histories hold enough of every class that can go wrong', () => {
  const histories = fc
    .sample(scenarios, { numRuns: SAMPLED, seed: 1 })
    .map((scenario) => classesOf(historyOf(scenario)));
  const shares = CLASSES.map(
    (name) => [name, histories.filter((classes) => classes.has(name)).length / SAMPLED] as const,
  );
  note('Figures', `histories: ${shares.map(([name, share]) => `${name} ${(share * 100).toFixed(1)} %`).join(', ')}`);
  expect(shares.filter(([, share]) => share < LEAST_SHARE)).toEqual([]);
});

describe.each(engines)('the invariants on $name', (engine) => {
  test.each(casesFor(engine, 'examples of the invariants', EXAMPLES, ({ name }) => name))(
    '$name: as the oracle has it',
    async ({ scenario }) => {
      await withLoader(engine, (loader) => holdsThroughHistory(loader, scenario));
    },
  );

  test('any history of new, changed and restored files gives the star of the oracle, and so does rebuild', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, (scenario) => withLoader(engine, (loader) => holdsThroughHistory(loader, scenario))),
      { numRuns: Math.ceil(scale.histories * engine.share), endOnFailure: true },
    );
  }, 300_000);

  test('any partition, order and repetition of the same records gives the star of one full load', async () => {
    await fc.assert(
      fc.asyncProperty(agreements, (agreement) =>
        withLoader(engine, (first) =>
          withLoader(engine, (second) => withLoader(engine, (full) => converges([first, second, full], agreement))),
        ),
      ),
      { numRuns: Math.ceil(scale.partitions * engine.share), endOnFailure: true },
    );
  }, 300_000);

  test.each([
    ['files that are only added, and may be moved before it, gives the star of the history', additions],
    ['any files gives what is still there, in the order of the history', scenarios],
  ])(
    'a restore from %s',
    async (_, histories) => {
      await fc.assert(
        fc.asyncProperty(histories, renamings, (scenario, renames) =>
          withLoader(engine, (loader) => restores(loader, scenario, renames)),
        ),
        { numRuns: Math.ceil(scale.restores * engine.share), endOnFailure: true },
      );
    },
    300_000,
  );
});
