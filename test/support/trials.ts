import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { StepResult, Warehouse } from '../../src/warehouse/warehouse.ts';
import type { Engine } from './engines.ts';
import { type Loader, type LoaderOptions, readEverything, readStar, withLoader } from './loader.ts';
import { expectedStar } from './oracle.ts';
import { OTHER_PLAY, PLAY, SONG } from './records.ts';
import { sample, scale, upTo } from './scale.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from './scenario.ts';

export { OTHER_PLAY, PLAY, SONG } from './records.ts';

/** Writes a log file with one play and a song file; the star they must give. */
export function writeSample({ store }: Loader): ReturnType<typeof expectedStar> {
  store.files.set(`${LOG_ROOT}/a.json`, linesOf([PLAY]));
  store.files.set(`${SONG_ROOT}/a.json`, linesOf([SONG]));
  return expectedStar([{ events: [PLAY], songs: [SONG] }]);
}

/**
 * I1, I3: a load that fails after any of its steps leaves every table as it was, and the next one makes it right. Returns
 * how many steps there are.
 */
export async function survivesFailureAtAnyStep(engine: Engine, options: LoaderOptions = {}): Promise<number> {
  const steps = await stepsOfALoad(engine, options);
  for (const failing of sample('failing steps', upTo(steps), scale.faultyStatements)) {
    await withLoader(
      engine,
      async (loader) => {
        const star = writeSample(loader);
        const before = await readEverything(loader);
        const failed = etl({ ...loader.context, emit: failAfter(failing, steps) });
        await expect(failed).rejects.toThrow('injected');
        expect(await readEverything(loader)).toEqual(before);
        expect((await etl(loader.context)).status).toBe('loaded');
        expect(await readStar(loader.context.warehouse)).toEqual(star);
      },
      options,
    );
  }
  return steps;
}

function stepsOfALoad(engine: Engine, options: LoaderOptions): Promise<number> {
  return withLoader(
    engine,
    async (loader) => {
      writeSample(loader);
      await etl(loader.context);
      return loader.events.filter(({ type }) => type === 'step').length;
    },
    options,
  );
}

/** Fails when what follows the step is about to begin: the next one, or the commit. */
export function failAfter(step: number, steps: number): Loader['context']['emit'] {
  return (event) => {
    if (event.type === 'step' ? event.at === step + 1 : event.type === 'committing' && step === steps) {
      throw new Error('injected');
    }
  };
}

/** I1: loaders that run at the same time load each file once between them. */
export async function loadsOnceSideBySide(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const star = writeSample(loader);
      const reports = await Promise.all([1, 2, 3].map(() => etl(loader.context)));
      expect(reports.map(({ status }) => status).sort()).toEqual(['loaded', 'up_to_date', 'up_to_date']);
      expect(await readStar(loader.context.warehouse)).toEqual(star);
      expect(await countRows(loader, 'staging_events')).toBe(1);
    },
    options,
  );
}

/** I1: a loader that is overtaken between its plan and its batch plans anew, and loads what is left. */
export async function plansAnewWhenOvertaken(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      writeSample(loader);
      const slow = { ...loader.context, warehouse: beforeRun(loader.context.warehouse, () => etl(loader.context)) };
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([OTHER_PLAY]));
      await etl(slow);
      expect(await countRows(loader, 'staging_events')).toBe(2);
      expect(await countRows(loader, 'load_ledger')).toBe(3);
      expect(await readStar(loader.context.warehouse)).toEqual(
        expectedStar([{ events: [PLAY, OTHER_PLAY], songs: [SONG] }]),
      );
    },
    options,
  );
}

/** A load that was planned before create-tables begins anew, in the order of the history. */
export async function beginsAnewInNewTables(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async ({ context, store }) => {
      const levels = ['first', 'second', 'third'];
      for (const level of levels.slice(0, 2)) {
        store.files.set(`${LOG_ROOT}/${level}.json`, linesOf([{ ...PLAY, level }]));
        await etl(context);
      }
      store.files.set(`${LOG_ROOT}/third.json`, linesOf([{ ...PLAY, level: 'third' }]));
      const remake = () => createTables(context.model, context.warehouse, { force: true });
      const { tables } = await etl({ ...context, warehouse: beforeRun(context.warehouse, remake) });
      expect(tables[0]?.files).toBe(levels.length);
      const { rows } = await context.warehouse.query(
        'SELECT level, (SELECT COUNT(*) FROM staging_events) AS staged FROM songplays',
      );
      expect(rows.map(([level, staged]) => [level, Number(staged)])).toEqual([['third', levels.length]]);
    },
    options,
  );
}

/** A run's stamp must be newer than the last one's, or corrections would lose against what they correct. */
export async function refusesAStampThatIsNotNewer(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      writeSample(loader);
      await runSql(loader.context.warehouse, "UPDATE load_run SET stamp = TIMESTAMP '2999-01-01 00:00:00'");
      const before = await readEverything(loader);
      const hurried = { ...loader.context, firstPauseMilliseconds: 1 };
      await expect(etl(hurried)).rejects.toThrow(/not newer than the last one/);
      expect(await readEverything(loader)).toEqual(before);
    },
    options,
  );
}

export async function countRows({ context: { warehouse } }: Loader, table: string): Promise<number> {
  const { rows } = await warehouse.query(`SELECT COUNT(*) FROM ${table}`);
  return Number(rows[0]?.[0]);
}

export async function runSql(warehouse: Warehouse, sql: string): Promise<readonly StepResult[]> {
  return warehouse.run({ name: `test-${randomUUID()}`, locks: false, steps: [{ kind: 'sql', name: 'test', sql }] });
}

/** A warehouse before whose first batch something else happens. */
export function beforeRun(warehouse: Warehouse, action: () => Promise<unknown>): Warehouse {
  let first = true;
  return override(warehouse, {
    run: async (batch, onMoment) => {
      if (first) {
        first = false;
        await action();
      }
      return warehouse.run(batch, onMoment);
    },
  });
}

/** A warehouse on which batches end at a step, counted from 1 over all of them. */
export function endingAt(warehouse: Warehouse, last: number): Warehouse {
  let step = 0;
  return override(warehouse, {
    run: (batch, onMoment) =>
      warehouse.run(batch, (moment) => {
        onMoment?.(moment);
        step += moment.kind === 'step' ? 1 : 0;
        if (step === last) throw new Error('the process is gone');
      }),
  });
}

/** A warehouse with some methods replaced. */
export function override(warehouse: Warehouse, methods: Partial<Warehouse>): Warehouse {
  return {
    engine: warehouse.engine,
    location: warehouse.location,
    now: warehouse.now,
    reads: warehouse.reads,
    loads: warehouse.loads,
    ...(warehouse.statementLimit === undefined ? {} : { statementLimit: warehouse.statementLimit }),
    schema: () => warehouse.schema(),
    query: (sql, options) => warehouse.query(sql, options),
    pages: (sql, options) => warehouse.pages(sql, options),
    relations: (names) => warehouse.relations(names),
    running: () => warehouse.running(),
    explain: (batch) => warehouse.explain(batch),
    run: (batch, onMoment) => warehouse.run(batch, onMoment),
    settle: () => warehouse.settle(),
    cancel: () => warehouse.cancel(),
    close: () => warehouse.close(),
    ...methods,
  };
}
