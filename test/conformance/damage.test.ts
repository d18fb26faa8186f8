import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { damagedFiles } from '../support/damage.ts';
import { BROKEN_FILES, loadsWhatWasWritten, nestingEvents, refusesBrokenFiles } from '../support/damaged-loads.ts';
import { engines } from '../support/engines.ts';
import { withLoader } from '../support/loader.ts';
import { note } from '../support/notes.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT } from '../support/scenario.ts';

describe.each(engines)('a damaged file on $name', (engine) => {
  test(
    'is broken if its records cannot be separated: no number of errors covers it, and it can be set aside',
    () => withLoader(engine, (loader) => refusesBrokenFiles(loader, Object.entries(BROKEN_FILES))),
    300_000,
  );

  test(
    'loads the lines as they were written, and each other line is one error; or all of it is refused',
    () =>
      withLoader(engine, async (loader) => {
        const ends: string[] = [];
        await fc.assert(
          fc.asyncProperty(damagedFiles(nestingEvents, 4), async (file) => {
            ends.push(await loadsWhatWasWritten(loader, `${LOG_ROOT}/${ends.length}.json`, file));
          }),
          { numRuns: Math.ceil(scale.damagedLoads * engine.share), endOnFailure: true },
        );
        note('Figures', `damaged loads on ${engine.name}: ${ends.join(', ')}`);
        const { disagreements } = await reconcile(loader.context, { recounts: true });
        expect(disagreements).toEqual([]);
      }),
    1_200_000,
  );
});
