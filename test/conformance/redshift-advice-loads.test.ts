import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { status } from '../../src/pipeline/status.ts';
import type { Step } from '../../src/warehouse/warehouse.ts';
import type { InjectedCall as Call, Fault } from '../../standin/dataapi/faults.ts';
import type { StandinOptions } from '../../standin/standin.ts';
import { withFolder } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { type Loader, makeLoader, readEverything } from '../support/loader.ts';
import { openOnStandin, sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, PLAY, writeSample } from '../support/trials.ts';

let fault: (call: Call) => Fault | undefined = () => undefined;
afterEach(() => {
  fault = () => undefined;
});
afterAll(stopSharedStandin);

/** A warehouse of its own with a sample to be loaded. */
function withSample(action: (loader: Loader) => Promise<void>, options: StandinOptions = {}): Promise<void> {
  return withFolder(async (folder) => {
    await sharedStandin({ dataApi: { faults: (call) => fault(call), second: 100 }, ...options });
    const warehouse = await openOnStandin({ journalFolder: folder });
    const loader = await makeLoader(warehouse, folder);
    writeSample(loader);
    await action(loader).finally(() => warehouse.close());
  });
}

const isLoad = ({ operation, body }: Call) =>
  operation === 'BatchExecuteStatement' && /^starload-\d{8}T/.test(String(body['StatementName']));

/** A fault in calls of an operation once a load has been submitted. */
function afterLoad(operation: string, made: Fault): (call: Call) => Fault | undefined {
  let isSubmitted = false;
  return (call) => {
    isSubmitted ||= isLoad(call);
    return isSubmitted && call.operation === operation ? made : undefined;
  };
}

const selects = (count: number): readonly Step[] =>
  Array.from({ length: count }, (_, at) => ({ kind: 'sql', name: `s${at}`, sql: 'SELECT 1' }));

describe('following the advice on Redshift leads on', () => {
  test('where a file of the work prefix was deleted before COPY read it', () =>
    withSample(async (loader) => {
      const { s3 } = await sharedStandin();
      fault = (call) => {
        if (isLoad(call)) for (const key of s3.list('work')) s3.remove('work', key);
        return undefined;
      };
      const before = await readEverything(loader);
      expect((await failureOf(etl(loader.context))).next).toMatch(
        /^A file was deleted while it was being loaded. Run again/,
      );
      fault = () => undefined;
      expect(await readEverything(loader)).toEqual(before);
      expect((await etl(loader.context)).status).toBe('loaded');
    }));

  test('where the Data API refuses a call for a reason of its own', () =>
    withSample(async ({ context }) => {
      const strange: Fault = { kind: 'error', when: 'before', type: 'StrangeException', status: 400, message: 'no' };
      fault = (call) => (isLoad(call) ? strange : undefined);
      expect((await failureOf(etl(context))).next).toBe('Run again later; --debug shows where it came from.');
      fault = () => undefined;
      expect((await etl(context)).status).toBe('loaded');
    }));

  test('where the results of a load that has committed cannot be read', () =>
    withSample(async ({ context }) => {
      fault = afterLoad('GetStatementResult', { kind: 'expired-token' });
      const failure = await failureOf(etl(context));
      expect(failure.message).toContain('has committed, but its results could not be read');
      expect(failure.next).toBe('Nothing needs to be repeated: npm run status shows what is loaded.');
      fault = () => undefined;
      expect((await status(context)).runs).toMatchObject([{ files: 2 }]);
      expect((await etl(context)).status).toBe('up_to_date');
    }));

  test('where it is not known what became of a load', () =>
    withSample(async (loader) => {
      fault = afterLoad('DescribeStatement', { kind: 'expired-token' });
      const failure = await failureOf(etl(loader.context));
      expect(failure.message).toMatch(/the outcome of statement \S+ is not known/);
      expect(failure.next).toMatch(/^Renew the credentials.* Run the same command again: it waits for the statement/);
      fault = () => undefined;
      expect((await etl(loader.context)).status).toBe('up_to_date');
      expect(await countRows(loader, 'staging_events')).toBe(1);
    }));

  test('where a batch has more statements, or a statement more bytes, than the Data API takes', () =>
    withSample(async ({ context: { warehouse } }) => {
      const run = (steps: readonly Step[]) => warehouse.run({ name: 'long', locks: false, steps });
      expect((await failureOf(run(selects(38)))).next).toBe('Use fewer tables in the model.');
      expect(
        await run([{ kind: 'sql', name: 'both', sql: 'SELECT 1 UNION ALL SELECT 1' }, ...selects(36)]),
      ).toHaveLength(37);
      const long = `SELECT LEN('${'x'.repeat(60_000)}') + LEN('${'x'.repeat(60_000)}')`;
      expect((await failureOf(run([{ kind: 'sql', name: 'long', sql: long }]))).next).toBe('Split it into several.');
      expect((await failureOf(warehouse.query(long))).next).toBe('Split it into several.');
      const half: Step = { kind: 'sql', name: 'half', sql: `SELECT LEN('${'x'.repeat(60_000)}')` };
      expect(await run([half, half])).toHaveLength(2);
    }));

  test('where a check fails, and the service tells neither which one nor on which rows', async () => {
    await stopSharedStandin();
    await withSample(
      async (loader) => {
        const { context, store } = loader;
        const bad = `${LOG_ROOT}/bad.json`;
        store.files.set(bad, linesOf([{ ...PLAY, itemInSession: 7, ts: 999_999_999_999_999 }]));
        const failure = await failureOf(etl(context));
        expect(failure.message).toContain(
          'a check failed, but the warehouse does not report which one or on which rows',
        );
        expect(failure.next).toMatch(/^Load fewer files at a time \(MAX_RUN_SIZE/);
        await failureOf(etl({ ...context, maxRunBytes: 1 }));
        expect(
          (await planLoad(context)).tables.flatMap(({ files }) => files.map(({ object }) => object.uri)),
        ).toContain(bad);
        store.files.set(bad, linesOf([{ ...PLAY, itemInSession: 7 }]));
        expect((await etl(context)).status).toBe('loaded');
      },
      {
        dataApi: { uncertain: { earlierResults: 'unreadable' } },
        engine: { uncertain: { castError: 'digit' } },
      },
    );
    await stopSharedStandin();
  });
});
