import { afterEach, describe, expect, test } from '@jest/globals';
import { DataError } from '../../src/errors.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { StandinOptions } from '../../standin/standin.ts';
import { type Engine, withFolder } from '../support/engines.ts';
import { makeLoader, readEverything } from '../support/loader.ts';
import { openOnStandin, sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { sample, scale } from '../support/scale.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import {
  loadsOnceSideBySide,
  PLAY,
  plansAnewWhenOvertaken,
  refusesAStampThatIsNotNewer,
  writeSample,
} from '../support/trials.ts';

/** What nobody could establish of the real service: the loader has to work with every choice. */
const CHOICES: readonly (readonly [name: string, options: StandinOptions])[] = [
  ['no long polling', { dataApi: { longPolling: false } }],
  ['SERIALIZABLE isolation', { engine: { isolation: 'SERIALIZABLE' } }],
  ['a snapshot after LOCK', { engine: { snapshotAt: 'after-lock' } }],
  ['SERIALIZABLE with a snapshot after LOCK', { engine: { isolation: 'SERIALIZABLE', snapshotAt: 'after-lock' } }],
  ['casts that fail without the text', { engine: { uncertain: { castError: 'digit' } } }],
  ['the older name of the error view', { engine: { uncertain: { errorView: 'stl_load_errors' } } }],
  ['no STL views, as on Serverless', { engine: { stl: false } }],
  [
    'plain errors of batches, later statements SUBMITTED',
    { dataApi: { uncertain: { batchError: 'plain', afterFailure: 'SUBMITTED' } } },
  ],
  [
    'plain errors of batches, later statements FAILED',
    { dataApi: { uncertain: { batchError: 'plain', afterFailure: 'FAILED' } } },
  ],
  ['a batch that failed whose results cannot be read', { dataApi: { uncertain: { earlierResults: 'unreadable' } } }],
  ['the query id of a failed COPY', { dataApi: { uncertain: { failedCopyId: 'told' } } }],
  ['tokens that give the first answer', { dataApi: { uncertain: { sameTokenOtherRequest: 'reuse' } } }],
  ['timestamps without a zero fraction', { dataApi: { uncertain: { zeroFraction: false } } }],
  ['pages of two rows', { dataApi: { quotas: { pageRows: 2 } } }],
  ['calls per second enforced', { dataApi: { throttling: true } }],
];

const engine: Engine = {
  name: 'redshift',
  reportsLive: false,
  share: 1,
  open: ([folder = '']) => openOnStandin({ journalFolder: folder }),
};

const names = sample(
  'uncertain choices',
  CHOICES.map(([name]) => name),
  scale.uncertain,
);

describe.each(CHOICES.filter(([name]) => names.includes(name)))('a service with %s', (_, options) => {
  afterEach(stopSharedStandin);

  test('loads once, plans anew, and names bad records and failed checks', async () => {
    await sharedStandin(options);
    await loadsOnceSideBySide(engine);
    await plansAnewWhenOvertaken(engine);
    if (options.engine?.uncertain?.castError === 'digit') {
      await refusesAStampThatIsNotNewer(engine);
    }
    await namesWhatIsWrong(options.dataApi?.uncertain?.earlierResults !== 'unreadable');
  }, 120_000);
});

/** Where the offending rows cannot be read, the message has to do, which names no file. */
async function namesWhatIsWrong(isRead: boolean): Promise<void> {
  await withFolder(async (folder) => {
    const warehouse = await openOnStandin({ journalFolder: folder });
    const loader = await makeLoader(warehouse, folder);
    writeSample(loader);
    const before = await readEverything(loader);
    const bad = `${LOG_ROOT}/bad.json`;
    loader.store.files.set(bad, `${linesOf([PLAY])}\n${JSON.stringify({ ...PLAY, itemInSession: 7, userId: 'x' })}`);
    expect(await failure(loader.context)).toMatchObject({ problems: [{ file: bad, line: 2, column: 'userid' }] });
    loader.store.files.set(bad, linesOf([{ ...PLAY, itemInSession: 7, ts: 999999999999999 }]));
    const named = { problems: [{ file: bad, line: 1, column: 'ts' }] };
    const told = { message: expect.stringContaining('ts 999999999999999 of session') };
    expect(await failure(loader.context)).toMatchObject(isRead ? named : told);
    expect(await readEverything(loader)).toEqual(before);
    await warehouse.close();
  });
}

async function failure(context: Parameters<typeof etl>[0]): Promise<unknown> {
  const error = await etl(context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return error;
}
