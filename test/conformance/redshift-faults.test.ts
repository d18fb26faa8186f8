import { afterAll, describe, expect, test } from '@jest/globals';
import { StarloadError } from '../../src/errors.ts';
import { openStores } from '../../src/objects/stores.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { InjectedCall as Call, Fault } from '../../standin/dataapi/faults.ts';
import { withFolder } from '../support/engines.ts';
import { forgetThem } from '../support/forgetting.ts';
import { type Loader, makeLoader, readEverything, readStar } from '../support/loader.ts';
import { note } from '../support/notes.ts';
import { expectedStar } from '../support/oracle.ts';
import { openOnStandin, schemaOf, sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { sample, scale, upTo } from '../support/scale.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, PLAY, runSql, SONG, writeSample } from '../support/trials.ts';
import { until } from '../support/until.ts';

/** Set by each test; asked about every call. */
let fault: (call: Call) => Fault | undefined = () => undefined;

const standin = () => sharedStandin({ dataApi: { faults: (call) => fault(call), second: 100 } });
afterAll(stopSharedStandin);

/** Operations of one load, in their order; found out by a load without faults. */
async function callsOfALoad(): Promise<readonly string[]> {
  return withStar(callsOf);
}

async function callsOf({ context }: Loader): Promise<readonly string[]> {
  const { dataApi } = await standin();
  const before = dataApi.calls.length;
  expect((await etl(context)).status).toBe('loaded');
  return dataApi.calls.slice(before).map(({ operation }) => operation);
}

/** A wait that runs out on a busy machine is made again; that is no call more than the load needs. */
function withoutRepeatedWaits(calls: readonly string[]): readonly string[] {
  return calls.filter((name, at) => name !== 'DescribeStatement' || calls[at - 1] !== name);
}

/** An empty warehouse of its own, and a sample to be loaded into it. */
function withStar<T>(action: (loader: Loader) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await standin();
    const warehouse = await openOnStandin({ journalFolder: folder });
    try {
      const loader = await makeLoader(warehouse, folder);
      writeSample(loader);
      return await action(loader);
    } finally {
      fault = () => undefined;
      await warehouse.close();
    }
  });
}

/** Loads with a fault; whatever becomes of it, the warehouse is as it was or right, and the next load makes it right. */
async function survives(loader: Loader, injected: (call: Call) => Fault | undefined): Promise<'loaded' | 'failed'> {
  const star = expectedStar([{ events: [PLAY], songs: [SONG] }]);
  const before = await readEverything(loader);
  fault = injected;
  const outcome = await etl(loader.context).then(
    () => 'loaded' as const,
    (error: unknown) => {
      expect(error).toBeInstanceOf(StarloadError);
      return 'failed' as const;
    },
  );
  fault = () => undefined;
  // What was submitted may still be on its way to its end.
  await loader.context.warehouse.settle();
  if (outcome === 'loaded') {
    expect(await readStar(loader.context.warehouse)).toEqual(star);
  } else if ((await countRows(loader, 'load_ledger')) === 0) {
    expect(await readEverything(loader)).toEqual(before);
  }
  await etl(loader.context);
  expect(await readStar(loader.context.warehouse)).toEqual(star);
  expect([await countRows(loader, 'staging_events'), await countRows(loader, 'load_ledger')]).toEqual([1, 2]);
  return outcome;
}

/** A fault at the nth call from now on. */
function atCall(nth: number, made: Fault): (call: Call) => Fault | undefined {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === nth ? made : undefined;
  };
}

/** A fault in a load's batch: in the first one only, or in every one. */
function inBatch(made: Fault, { always = false } = {}): (call: Call) => Fault | undefined {
  let batches = 0;
  return ({ operation, body }) => {
    const isLoad = operation === 'BatchExecuteStatement' && body['StatementName'] !== 'starload-query';
    batches += isLoad ? 1 : 0;
    return isLoad && (always || batches === 1) ? made : undefined;
  };
}

/** How many statements a load's batch has. */
async function statementsOfALoad(): Promise<number> {
  const { dataApi } = await standin();
  return withStar(async (loader) => {
    await etl(loader.context);
    const sqls = dataApi.calls.flatMap(({ operation, body }) =>
      operation === 'BatchExecuteStatement' && body['StatementName'] !== 'starload-query' ? [body['Sqls']] : [],
    );
    return (sqls.at(-1) as readonly string[]).length;
  });
}

test('a forget that fails leaves no value in the work prefix', () =>
  withStar(async (loader) => {
    await etl(loader.context);
    await runSql(loader.context.warehouse, 'DROP TABLE current_events');
    await expect(forgetThem(loader, 'userid = 39')).rejects.toThrow('current_events');
    const prefix = `s3://work/${schemaOf(loader)}/`;
    const left = async () => {
      let files = 0;
      for await (const { objects, skipped } of openStores({}).storeOf(prefix).list(prefix)) {
        files += objects.length + skipped.length;
      }
      return files;
    };
    await expect(left()).rejects.toThrow('nothing is at');
    expect(await countRows(loader, 'staging_events')).toBe(1);
  }));

describe('a load through the Data API', () => {
  test('sends one BatchExecuteStatement with the load, and no more than 8 calls in all', () =>
    withStar(async (loader) => {
      const first = withoutRepeatedWaits(await callsOf(loader));
      note('Figures', `calls of a load on Redshift: ${first.join(' ')}`);
      expect(first.length).toBeLessThanOrEqual(8);
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([{ ...PLAY, sessionId: 2 }]));
      expect(withoutRepeatedWaits(await callsOf(loader)).length).toBeLessThanOrEqual(8);
    }));

  test.each<[string, Fault, boolean]>([
    ['throttling', { kind: 'throttle' }, true],
    ['an internal error before anything is done', { kind: 'internal-error', when: 'before' }, true],
    ['an internal error after everything is done', { kind: 'internal-error', when: 'after' }, true],
    ['a connection cut before', { kind: 'reset', when: 'before' }, true],
    ['a lost answer', { kind: 'reset', when: 'after' }, true],
    ['a slow answer', { kind: 'delay', milliseconds: 50 }, true],
    ['expired credentials', { kind: 'expired-token' }, false],
  ])(
    'survives %s at any of its calls',
    async (title, made, heals) => {
      const calls = await callsOfALoad();
      for (const nth of sample(`calls with ${title}`, upTo(calls.length), scale.faultyCalls)) {
        const outcome = await withStar((loader) => survives(loader, atCall(nth, made)));
        // The last two count the rows of tables that are loaded by then.
        expect([nth, outcome]).toEqual([nth, heals || nth > calls.length - 2 ? 'loaded' : 'failed']);
      }
    },
    300_000,
  );

  test('runs the whole batch again after a conflict at any of its statements', async () => {
    const statements = await statementsOfALoad();
    for (const at of sample('statements with a conflict', upTo(statements), scale.faultyStatements)) {
      const error = at % 2 === 0 ? CONFLICT_1023 : CONFLICT_SNAPSHOT;
      expect(await withStar((loader) => survives(loader, inBatch({ kind: 'fail', at, error })))).toBe('loaded');
    }
  }, 300_000);

  test('leaves everything unchanged after an error at any of its statements', async () => {
    const statements = await statementsOfALoad();
    for (const at of sample('statements with an error', upTo(statements), scale.faultyStatements)) {
      const made: Fault = at % 2 === 0 ? { kind: 'fail', at, error: 'ERROR: disk full' } : { kind: 'abort', at };
      expect(await withStar((loader) => survives(loader, inBatch(made, { always: true })))).toBe('failed');
    }
  }, 300_000);

  test(
    'gives up on a conflict that never ends, and says so',
    () =>
      withStar(async (loader) => {
        fault = inBatch({ kind: 'fail', at: 5, error: CONFLICT_1023 }, { always: true });
        await expect(etl({ ...loader.context, firstPauseMilliseconds: 1 })).rejects.toThrow(
          /another run was writing; gave up after \d attempts; nothing was changed/,
        );
      }),
    60_000,
  );

  test.each(sample('slow statements', ['start', 1, 5, 9, 20, 30, 'commit'] as const, scale.faultyCalls))(
    'waits for a statement that takes its time (%s)',
    async (at) => {
      expect(await withStar((loader) => survives(loader, inBatch({ kind: 'slow', at, milliseconds: 400 })))).toBe(
        'loaded',
      );
    },
  );

  test('is cancelled when it has not ended by its deadline, and the next one loads', () =>
    withFolder(async (folder) => {
      await standin();
      const notes: string[] = [];
      const patient = await openOnStandin({ journalFolder: folder });
      const loader = await makeLoader(patient, folder);
      const star = writeSample(loader);
      const impatient = await openOnStandin({
        journalFolder: folder,
        schema: schemaOf(loader),
        timeoutMilliseconds: 3000,
        notify: (note) => notes.push(note),
      });
      fault = inBatch({ kind: 'stuck', at: 12 });
      await expect(etl({ ...loader.context, warehouse: impatient })).rejects.toMatchObject({
        failure: { next: 'Run again at any time: nothing is loaded twice.' },
      });
      expect(notes.join()).toContain('TIMEOUT_MINUTES');
      fault = () => undefined;
      expect((await etl(loader.context)).status).toBe('loaded');
      expect(await readStar(patient)).toEqual(star);
      await Promise.all([patient.close(), impatient.close()]);
    }));

  test('is cancelled with the statement that runs, and leaves everything as it was', () =>
    withStar(async (loader) => {
      const before = await readEverything(loader);
      fault = inBatch({ kind: 'stuck', at: 12 });
      const loading = etl(loader.context);
      const cancelled = expect(loading).rejects.toThrow('cancelled');
      await until(async () => (await sharedStandin()).dataApi.statements.at(-1)?.parts[11]?.status === 'STARTED');
      await loader.context.warehouse.cancel();
      await cancelled;
      fault = () => undefined;
      const again = await openOnStandin({ journalFolder: loader.context.spoolRoot, schema: schemaOf(loader) });
      expect(await readEverything({ ...loader, context: { ...loader.context, warehouse: again } })).toEqual(before);
      await again.close();
    }));
});

const CONFLICT_1023 =
  'ERROR: 1023\n DETAIL: Serializable isolation violation on table - 12345, transactions forming the cycle are: 1, 2 (pid:3)';
const CONFLICT_SNAPSHOT = 'ERROR: could not complete because of conflict with concurrent transaction';
