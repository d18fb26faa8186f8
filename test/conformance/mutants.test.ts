import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { explainAll } from '../../src/pipeline/explain-statements.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { openInMemory } from '../../src/warehouse/open.ts';
import { ROOT } from '../support/cli.ts';
import { BROKEN_FILES, refusesBrokenFiles } from '../support/damaged-loads.ts';
import { type Engine, engines } from '../support/engines.ts';
import { EXAMPLES } from '../support/examples.ts';
import { forgetsForGood, leavesThemOutOfAPlannedLoad } from '../support/forgetting.ts';
import { type LoaderOptions, withLoader } from '../support/loader.ts';
import { MUTANTS } from '../support/mutants.ts';
import { dropsNoRowsThatComeMeanwhile, leavesNeighboursAlone } from '../support/neighbour-trials.ts';
import { note } from '../support/notes.ts';
import { holdsThroughHistory } from '../support/properties.ts';
import { listsPastEmptyPages, loadsTheListedVersion } from '../support/s3-trials.ts';
import { FOR_ALL, scale } from '../support/scale.ts';
import { type Scenario, scenarios } from '../support/scenario.ts';
import { describeEach } from '../support/skips.ts';
import { namesTamperedColumns, TAMPERINGS } from '../support/tampering.ts';
import {
  beginsAnewInNewTables,
  loadsOnceSideBySide,
  plansAnewWhenOvertaken,
  refusesAStampThatIsNotNewer,
  survivesFailureAtAnyStep,
} from '../support/trials.ts';
import { keepsUndoneFilesOut, takesOutOneFile } from '../support/undoing.ts';

type Trial = readonly [name: string, run: (engine: Engine, options: LoaderOptions) => Promise<unknown>];

const holds =
  (scenario: Scenario): Trial[1] =>
  (engine, options) =>
    withLoader(engine, (loader) => holdsThroughHistory(loader, scenario), options);

/** The quick ones first. */
const TRIALS: readonly Trial[] = [
  ['loaders side by side', loadsOnceSideBySide],
  ['overtaken after the plan', plansAnewWhenOvertaken],
  ['stamp not newer', refusesAStampThatIsNotNewer],
  ['tables made anew', beginsAnewInNewTables],
  ['a run undone', keepsUndoneFilesOut],
  ['somebody forgotten', forgetsForGood],
  ['somebody forgotten after the plan', leavesThemOutOfAPlannedLoad],
  ['a file undone', takesOutOneFile],
  ['an empty page in a listing', listsPastEmptyPages],
  ["a neighbour's tables", leavesNeighboursAlone],
  ['rows after the count', dropsNoRowsThatComeMeanwhile],
  ...EXAMPLES.map(({ name, scenario }): Trial => [name, holds(scenario)]),
  [
    'histories',
    (engine, options) =>
      fc.assert(
        fc.asyncProperty(scenarios, async (scenario) => {
          await holds(scenario)(engine, options);
        }),
        { numRuns: scale.mutantHistories, endOnFailure: true, seed: 7 },
      ),
  ],
  ...TAMPERINGS.filter(({ isOfKeys }) => isOfKeys !== true).map(
    (how): Trial => [`${how.name} by hand`, (engine, options) => namesTamperedColumns(engine, how, options)],
  ),
  ['a big file exchanged once it is read', loadsTheListedVersion],
  [
    'broken files',
    (engine, options) =>
      withLoader(engine, (loader) => refusesBrokenFiles(loader, Object.entries(BROKEN_FILES)), options),
  ],
  [
    'failure at any step',
    (engine, options) => (engine.reportsLive ? survivesFailureAtAnyStep(engine, options) : Promise.resolve()),
  ],
];

/** Trials that were seen to notice a mutant, as this file prints them. They are made first, which only saves time. */
const SEEN_TO_NOTICE: Readonly<Record<string, string>> = {
  'goes on in tables made anew': 'tables made anew',
  'matches only the new triples': 'a corrected song that releases its play',
  'looks up no late songs': 'a song that arrives after its play',
  'breaks no tie of events': 'versions of an event that differ within a run',
  'breaks no tie of songs': 'versions of a song that differ within a run',
  'lets the earlier version of an event win in a rebuild': 'a play that turns out to be none',
  'lets the earlier version of a song win in a rebuild': 'a corrected song that releases its play',
  'fans out plays that several songs match': 'two songs that match one play',
  'matches without the duration': 'a song of another duration',
  'takes the greatest song_id of several': 'two songs that match one play',
  'compares trailing blanks': 'blanks at the end of title and artist',
  'forgets the artists a song had before': 'a song that moves to another artist',
  'picks the spelling of an artist by song alone': 'histories',
  'takes the user from any event': 'overtaken after the plan',
  'lists users who were never logged in': 'a user who is only met logged out',
  'deletes no time': 'a song that arrives after its play',
  'deletes no songplays': 'a song that arrives after its play',
  'deletes no songs': 'a corrected song that releases its play',
  'deletes no users': 'versions of an event that differ within a run',
  'has its stamp guard off': 'stamp not newer',
  'stops listing at an empty page': 'an empty page in a listing',
  'reconciles all columns but the last of each table': 'another value by hand',
  'reconciles with =, so that NULLs vanish': 'NULL instead of a value by hand',
  'drops tables by their plain names': "a neighbour's tables",
  'counts rows before it has the lock only': 'rows after the count',
  'copies whatever version of a big file is there': 'a big file exchanged once it is read',
  'loses the lines behind a malformed record': 'broken files',
  'forgets which files were undone': 'a run undone',
  'takes moved files for loaded whose content was undone': 'a run undone',
  'loses who is forgotten': 'somebody forgotten',
  'loses who is forgotten in new tables': 'somebody forgotten',
  'leaves the forgotten in staging': 'somebody forgotten',
  'leaves bad records of the forgotten': 'somebody forgotten',
  'goes on though somebody was forgotten': 'somebody forgotten after the plan',
  'leaves a row of a file that is undone': 'a file undone',
  'takes the rows of other files of a run with those of a file that is undone': 'a file undone',
};

const chosen = engines.filter(({ share }) => scale.mutantsOnServers || share === 1);
if (chosen.length < engines.length) {
  const left = engines.filter((engine) => !chosen.includes(engine)).map(({ name }) => name);
  note('Skipped', `mutants on ${left.join(', ')}: they take many minutes there; ${FOR_ALL}`);
}

describeEach(chosen, 'mutants: only servers are among ENGINES')('a loader on $name', (engine) => {
  const mutants = MUTANTS.filter(({ harmlessOn }) => harmlessOn?.engines.includes(engine.name) !== true);
  const noticed: string[] = [];

  test('that is not mutated fails none', async () => {
    expect(await firstFailure(engine, {})).toBeUndefined();
  }, 300_000);

  test.each(mutants)(
    'that $name fails a trial',
    async ({ name, options }) => {
      const killer = await firstFailure(engine, options(), SEEN_TO_NOTICE[name]);
      expect(killer).toBeDefined();
      noticed.push(`${name}: ${killer}`);
    },
    300_000,
  );

  test('prints which trial notices which mutant', () => {
    note('Figures', `mutants noticed on ${engine.name}:\n${noticed.join('\n')}`);
    writeReport(engine, noticed);
    expect(noticed).toHaveLength(mutants.length);
  });
});

test('every mutant is SQL that can be planned: it is its result that is wrong', async () => {
  const warehouse = await openInMemory([]);
  try {
    await createTables(loadModel(), warehouse);
    for (const { name, options } of MUTANTS) {
      const { model } = options();
      const { refused } = await explainAll(model ?? loadModel(), warehouse);
      expect([name, refused]).toEqual([name, []]);
    }
  } finally {
    await warehouse.close();
  }
});

/** Where STARLOAD_MUTANTS names a folder, what docs/reliability.md is made from (scripts/mutants-table.mjs). */
function writeReport({ name }: Engine, noticed: readonly string[]): void {
  const folder = process.env['STARLOAD_MUTANTS'];
  if (folder !== undefined) {
    const harmless = MUTANTS.filter(({ harmlessOn }) => harmlessOn?.engines.includes(name) === true).map(
      (mutant) => `${mutant.name}: none: ${mutant.harmlessOn?.reason}`,
    );
    writeFileSync(join(folder, `${name}.json`), JSON.stringify([...noticed, ...harmless], null, 2));
  }
}

test('docs/reliability.md says of every mutant which trial noticed it', () => {
  const document = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');
  expect(MUTANTS.filter(({ name }) => !document.includes(`| ${name} `)).map(({ name }) => name)).toEqual([]);
});

/** The first trial that fails: a mutant need fail only one. */
async function firstFailure(engine: Engine, options: LoaderOptions, seen?: string): Promise<string | undefined> {
  const trials = [...TRIALS].sort(([a], [b]) => Number(b === seen) - Number(a === seen));
  for (const [name, run] of trials) {
    try {
      await run(engine, options);
    } catch {
      return name;
    }
  }
  return undefined;
}
