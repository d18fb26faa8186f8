import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readStar, withLoader } from '../support/loader.ts';
import { expectedStar } from '../support/oracle.ts';
import { scale } from '../support/scale.ts';
import { act, CONTENTS, type ContentName, type Day, days, TwinOracle, urisOf } from '../support/twins.ts';

const QUARANTINE = { maxErrors: Number.POSITIVE_INFINITY, quarantine: true, excerpts: false };

/** Every day ends as the oracle says: staging, the star, the reports of etl, reconcile and status. */
async function keepsCount({ context: plain, store }: Loader, history: readonly Day[]): Promise<void> {
  const [files, oracle] = [new Map<number, ContentName>(), new TwinOracle()];
  const context = { ...plain, tolerance: QUARANTINE };
  for (const { deeds, isSplit } of history) {
    for (const one of deeds) act(files, one);
    const present = urisOf(files);
    store.files.clear();
    for (const [uri, content] of present) store.files.set(uri, CONTENTS[content].bytes);
    const report = await etl(isSplit ? { ...context, maxRunBytes: 1 } : context);
    expect(report.status).toBe(oracle.load(present, isSplit) ? 'loaded' : 'up_to_date');
    expect(await stagedIn(plain)).toEqual(oracle.staged());
    expect(await readStar(plain.warehouse)).toEqual(expectedStar(oracle.runs));
    expect((await etl(context)).status).toBe('up_to_date');
    await agrees(context, oracle, present);
  }
}

/** What reconcile and status say. */
async function agrees(
  context: Loader['context'],
  oracle: TwinOracle,
  present: ReadonlyMap<string, ContentName>,
): Promise<void> {
  const { disagreements } = await reconcile(context, { recounts: true });
  const isExpected = (rule: string) => rule === 'gone' || (rule === 'events_in_no_file' && oracle.mayMiss(present));
  expect(disagreements.filter(({ rule }) => !isExpected(rule))).toEqual([]);
  expect(disagreements.find(({ rule }) => rule === 'gone')?.count ?? 0).toBe(oracle.gone(present));
  const { runs, quarantined } = await status(context);
  const staged = Object.values(oracle.staged()).reduce((sum, count) => sum + count, 0);
  expect(runs.reduce((sum, { records, rejected }) => sum + records - rejected, 0)).toBe(staged);
  const aside = [...present.keys()].filter((uri) => oracle.newest(uri)?.status === 'quarantined');
  expect(
    quarantined
      .map(({ uri }) => uri)
      .filter((uri) => present.has(uri))
      .sort(),
  ).toEqual(aside.sort());
}

async function stagedIn({ warehouse }: Loader['context']): Promise<Record<string, number>> {
  const { rows } = await warehouse.query('SELECT firstname, COUNT(*) FROM staging_events GROUP BY firstname');
  return Object.fromEntries(rows.map(([name, count]) => [String(name), Number(count)]));
}

describe.each(engines)('files with the same content on $name', (engine) => {
  test('are loaded as often as decision 0017 says, however they are copied, renamed, swapped and deleted', async () => {
    await fc.assert(
      fc.asyncProperty(days, (history) => withLoader(engine, (loader) => keepsCount(loader, history))),
      { numRuns: Math.ceil((scale.histories / 2) * engine.share) },
    );
  }, 600_000);
});
