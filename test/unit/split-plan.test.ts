import { expect, test } from '@jest/globals';
import { Ledger } from '../../src/pipeline/ledger.ts';
import { type LoadPlan, plannedFiles, splitPlan } from '../../src/pipeline/plan.ts';
import { tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';

const [EVENTS, SONGS] = tablesOf(loadModel(), 'staging');

/** A plan of event and song files of these sizes. */
function planOf(events: readonly number[], songs: readonly number[]): LoadPlan {
  const tables = [
    [EVENTS, 'e', events],
    [SONGS, 's', songs],
  ] as const;
  return {
    ledger: new Ledger(),
    tables: tables.map(([table, name, sizes]) => {
      if (table === undefined) throw new Error('the model has two staging tables');
      const files = sizes.map((size, index) => {
        const uri = `${name}${index}`;
        return { object: { uri, label: uri, size, version: '1' }, reason: 'new' as const };
      });
      return {
        table,
        source: { table, root: name, jsonpaths: undefined },
        files,
        moved: [],
        known: 0,
        skipped: [],
        emptied: 0,
        quarantined: [],
      };
    }),
  } as unknown as LoadPlan;
}

test.each([
  ['one run where all fits', [5, 5], [1], 11, [['e0', 'e1', 's0']]],
  ['the smaller source first, so that songs come before their plays', [5, 5], [1, 1], 7, [['e0', 's0', 's1'], ['e1']]],
  ['a file that is larger by itself', [50, 5], [1], 7, [['s0'], ['e0'], ['e1']]],
  ['nothing', [], [], 7, []],
])('a load is cut into runs: %s', (_, events, songs, most, runs) => {
  const cut = splitPlan(planOf(events, songs), most);
  expect(cut.map((plan) => plannedFiles(plan).map(({ object }) => object.uri))).toEqual(runs);
});
