import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Engine, engines } from '../support/engines.ts';
import { EXAMPLES } from '../support/examples.ts';
import { type LoaderOptions, withLoader } from '../support/loader.ts';
import { MUTANTS } from '../support/mutants.ts';
import { holdsThroughHistory } from '../support/properties.ts';
import { FOR_ALL, scale } from '../support/scale.ts';
import { scenarios } from '../support/scenario.ts';
import {
  loadsOnceSideBySide,
  plansAnewWhenOvertaken,
  refusesAStampThatIsNotNewer,
  survivesFailureAtAnyStep,
} from '../support/trials.ts';

type Trial = (engine: Engine, options: LoaderOptions) => Promise<unknown>;

/** The quick ones first: a mutant need fail only one. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'loaders side by side': loadsOnceSideBySide,
  'overtaken after the plan': plansAnewWhenOvertaken,
  'stamp not newer': refusesAStampThatIsNotNewer,
  examples: async (engine, options) => {
    for (const { scenario } of EXAMPLES) {
      await withLoader(engine, (loader) => holdsThroughHistory(loader, scenario), options);
    }
  },
  histories: (engine, options) =>
    fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        await withLoader(engine, (loader) => holdsThroughHistory(loader, scenario), options);
      }),
      { numRuns: scale.mutantHistories, endOnFailure: true, seed: 7 },
    ),
  'failure at any step': (engine, options) =>
    engine.reportsLive ? survivesFailureAtAnyStep(engine, options) : Promise.resolve(),
};

const chosen = engines.filter(({ share }) => scale.mutantsOnServers || share === 1);
if (chosen.length < engines.length) {
  const left = engines.filter((engine) => !chosen.includes(engine)).map(({ name }) => name);
  console.log(`mutants do not run on ${left.join(', ')}, where they take many minutes; ${FOR_ALL}`);
}
if (chosen.length === 0) {
  test.skip('mutants: only servers are among ENGINES', () => {});
}

(chosen.length === 0 ? describe.skip : describe).each(chosen.length === 0 ? engines : chosen)(
  'a loader on $name',
  (engine) => {
    const mutants = MUTANTS.filter(({ harmlessOn }) => harmlessOn?.engine !== engine.name);
    const noticed: string[] = [];

    test('that is not mutated fails none', async () => {
      expect(await firstFailure(engine, {})).toBeUndefined();
    }, 300_000);

    test.each(mutants)(
      'that $name fails a trial',
      async ({ name, options }) => {
        const killer = await firstFailure(engine, options());
        expect(killer).toBeDefined();
        noticed.push(`${name}: ${killer}`);
      },
      300_000,
    );

    test('prints which trial notices which mutant', () => {
      console.log(noticed.join('\n'));
      expect(noticed).toHaveLength(mutants.length);
    });
  },
);

async function firstFailure(engine: Engine, options: LoaderOptions): Promise<string | undefined> {
  for (const [name, trial] of Object.entries(TRIALS)) {
    try {
      await trial(engine, options);
    } catch {
      return name;
    }
  }
  return undefined;
}
