import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { StarloadError } from '../../src/errors.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { status } from '../../src/pipeline/status.ts';
import { StepFailed, WarehouseError } from '../../src/warehouse/errors.ts';
import { ROOT } from '../support/cli.ts';
import { engines } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, override, PLAY } from '../support/trials.ts';

const STEP = { kind: 'sql', name: 'songs_insert', sql: '' } as const;
const BAD = '{"ts":"no time"}';
const TOLERANT = { maxErrors: 9, quarantine: false, excerpts: true };
const play = (item: number) => linesOf([{ ...PLAY, itemInSession: item }]);

/** Four files, each of which has a run of its own. */
function write({ store }: Loader): void {
  for (const item of [0, 1, 2, 3]) {
    store.files.set(`${LOG_ROOT}/${item}.json`, play(item));
  }
}

/** A split load in whose second run something fails, each time it is tried. */
function failing({ context, store }: Loader, how: Failure): LoadContext {
  let runs = 0;
  const warehouse = override(context.warehouse, {
    run: async (batch, onMoment) => {
      runs += 1;
      if (runs >= 2 && how.batch !== undefined) {
        throw how.batch;
      }
      return context.warehouse.run(batch, onMoment);
    },
    query: (sql, options) =>
      runs >= 1 && how.query !== undefined ? Promise.reject(how.query) : context.warehouse.query(sql, options),
  });
  const storeOf: LoadContext['storeOf'] = () => ({
    list: (root) => store.list(root),
    read: (object) => {
      if (object.uri.endsWith('/1.json') && how.read !== undefined) {
        throw how.read;
      }
      return store.read(object);
    },
  });
  return { ...context, warehouse, storeOf, maxRunBytes: 1, firstPauseMilliseconds: 1 };
}

interface Failure {
  readonly batch?: Error;
  readonly read?: Error;
  readonly query?: Error;
}

const refused = (kind: WarehouseError['kind'], text: string) =>
  new StepFailed(STEP, new WarehouseError(kind, text, { next: 'Do something.' }), []);

const FAILURES: Readonly<Record<string, Failure>> = {
  'another writer in the way each time': { batch: refused('conflict', 'could not serialize access') },
  'a statement that is refused': { batch: refused('refused', 'permission denied for table songs') },
  'a lock that is not to be had': { batch: new WarehouseError('busy', 'canceling statement due to lock timeout') },
  'a connection that is lost': { batch: new WarehouseError('unreachable', 'Connection terminated unexpectedly') },
  'a mistake of our own': { batch: new TypeError('x is not a function') },
  'a file that cannot be read': { read: new StarloadError('cannot read it', { outcome: 'nothing was loaded' }) },
  'a disk that is full': { read: new StarloadError('cannot write it: ENOSPC', { next: 'Free some space.' }) },
  'a ledger that cannot be read once the load is planned anew': {
    batch: new StepFailed({ ...STEP, name: 'load_guard' }, new WarehouseError('refused', "Value 'm'"), []),
    query: new WarehouseError('unreachable', 'Connection terminated unexpectedly'),
  },
};

describe.each(engines)('a split load on $name that is ended in run 2 of 4 by', (engine) => {
  test.each(Object.entries(FAILURES))('%s says only that run 1 is committed and stays', (_, how) =>
    withLoader(engine, async (loader) => {
      write(loader);
      const error = await failureOf(etl(failing(loader, how)));
      expect(error.committed).toMatchObject({ runs: 1, of: 4, files: 1, records: 1, rejected: 0 });
      for (const shown of [error, error.withoutExcerpts()]) {
        expect(shown.headline).toContain('run 1 of 4 is committed and stays (1 file, 1 record)');
        expect(`${shown.message} ${shown.next}`).not.toMatch(/nothing was|as it was/);
      }
      expect((await status(loader.context)).runs.map(({ runId }) => runId)).toEqual([`${error.committed?.run_id}.1`]);
      expect((await etl(loader.context)).tables[0]).toMatchObject({ files: 3, known: 1 });
      expect(await countRows(loader, 'staging_events')).toBe(4);
    }),
  );

  test('a bad record says what was kept out of the runs before it', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      loader.store.files.set(`${LOG_ROOT}/0.json`, `${play(0)}\n${BAD}`);
      loader.store.files.set(`${LOG_ROOT}/1.json`, `${BAD}\n${BAD}`);
      const split = { ...loader.context, maxRunBytes: 1 };
      const error = await failureOf(etl({ ...split, tolerance: { ...TOLERANT, maxErrors: 2 } }));
      expect(error.committed).toMatchObject({ runs: 1, files: 1, records: 1, rejected: 1 });
      expect(error.headline).toContain('run 1 of 4 is committed and stays (1 file, 1 record, 1 rejected)');
      loader.store.files.set(`${LOG_ROOT}/3.json`, BAD);
      const again = await failureOf(etl({ ...split, tolerance: { ...TOLERANT, maxErrors: 2 } }));
      expect(again.committed).toMatchObject({ runs: 2, files: 2, records: 1, rejected: 2 });
    }));

  test('a refusal does not call loaded what run 1 set aside', () =>
    withLoader(engine, async (loader) => {
      write(loader);
      loader.store.files.set(`${LOG_ROOT}/0.json`, `${play(0)}\n${BAD}`);
      const tolerance = { ...TOLERANT, maxErrors: Number.POSITIVE_INFINITY, quarantine: true };
      const failed = failing(loader, { batch: refused('refused', 'permission denied') });
      const error = await failureOf(etl({ ...failed, tolerance }));
      expect(error.headline).toContain('run 1 of 4 is committed and stays (0 files, 0 records, 2 rejected)');
    }));

  test('a restore, under the ids of the runs that were made again', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      for (const item of [0, 1, 2]) {
        store.files.set(`${LOG_ROOT}/${item}.json`, play(item));
        await etl(context);
      }
      await createTables(context.model, context.warehouse, { force: true });
      const failed = failing(loader, { batch: refused('refused', 'permission denied') });
      const error = await failureOf(etl({ ...failed, maxRunBytes: undefined }));
      expect(error.committed).toMatchObject({ runs: 1, of: 3 });
      expect((await status(context)).runs.map(({ runId }) => runId)).toEqual([error.committed?.run_id]);
      const { runId } = await etl(context);
      expect((await status(context)).runs[0]?.runId).toBe(runId);
    }));
});

test('no advice says that nothing was loaded or changed: earlier runs of the same load may be committed', () => {
  const document = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const sections = document.split(/^### /m).filter((text) => !text.startsWith('Provisioning'));
  const advice = sections.flatMap((text) => text.match(/^ *→ .*$/gm) ?? []);
  expect(advice.length).toBeGreaterThan(100);
  expect(advice.filter((line) => /nothing was (loaded|changed|committed)/i.test(line))).toEqual([]);
});
