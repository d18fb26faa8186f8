import { afterAll, expect, test } from '@jest/globals';
import { SHARED_GROUNDS } from '../support/grounds.ts';
import { note } from '../support/notes.ts';
import { stopSharedStandin } from '../support/redshift-engine.ts';
import { sample, scale } from '../support/scale.ts';
import { killLoaders } from './kills.ts';
import { render, Tally } from './tally.ts';

afterAll(stopSharedStandin);

// A taste of `npm run torture`, which makes hundreds of kills and every fault there is.
test.each(sample('engines tortured', Object.keys(SHARED_GROUNDS), scale.tortured))(
  'loaders killed on %s leave the star unchanged or correct, and the next load completes it',
  async (engine) => {
    const tally = new Tally(engine);
    const begun = performance.now();
    const ground = await (SHARED_GROUNDS[engine] as (typeof SHARED_GROUNDS)[string])();
    await killLoaders(ground, tally, { kills: scale.kills, seed: Number(process.env['STARLOAD_SEED'] ?? 0) });
    note('Figures', render(tally, (performance.now() - begun) / 1000));
    expect(tally.differences).toEqual([]);
    expect(tally.killed).toBe(scale.kills);
    expect(tally.rows).toBeGreaterThan(0);
  },
  600_000,
);
