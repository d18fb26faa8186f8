import { describe, expect, test } from '@jest/globals';
import type { StarloadError } from '../../src/errors.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import type { Table } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { engines } from '../support/engines.ts';
import { readEverything, readStar, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { testIf } from '../support/skips.ts';
import {
  countRows,
  loadsOnceSideBySide,
  OTHER_PLAY,
  plansAnewWhenOvertaken,
  refusesAStampThatIsNotNewer,
  survivesFailureAtAnyStep,
  writeSample,
} from '../support/trials.ts';

/** A table whose rows get a stamp that is not their transaction's. */
function stampedOtherwise(table: Table): Table {
  const sql = table.create.sql.replace('DEFAULT CURRENT_TIMESTAMP', "DEFAULT TIMESTAMP '2001-01-01 00:00:00'");
  return { ...table, create: { ...table.create, sql } };
}

describe.each(engines)('the transaction protocol on $name', (engine) => {
  testIf(
    engine.reportsLive,
    `failures at each step on ${engine.name}: steps are not reported live; redshift-faults.test.ts fails statements instead`,
  )('a load that fails after any step leaves every table unchanged, and the next load succeeds', async () => {
    expect(await survivesFailureAtAnyStep(engine)).toBeGreaterThan(25);
  });

  test('loaders side by side load each file once between them', () => loadsOnceSideBySide(engine));

  test('a loader overtaken after its plan loads what is left', () => plansAnewWhenOvertaken(engine));

  test('a stamp that is not newer than the last one is refused after a few attempts', () =>
    refusesAStampThatIsNotNewer(engine));

  test.each([
    [
      'load_ledger',
      'the copied rows do not carry the stamp of their run',
      /^Does the DEFAULT of loaded_at .* recreates them/,
    ],
    [
      'staging_events',
      'records_staged: took 1 records for staging_events, staged 0',
      /^Each rule is a file in the folder checks/,
    ],
  ])(
    'a load whose rows in %s would carry a different stamp from its run is refused, until the table is made anew',
    async (name, words, next) => {
      const model = loadModel();
      const tables = model.tables.map((table) => (table.name === name ? stampedOtherwise(table) : table));
      await withLoader(
        engine,
        async (loader) => {
          writeSample(loader);
          const before = await readEverything(loader);
          const error = await etl(loader.context).catch((thrown: StarloadError) => thrown);
          expect(String((error as StarloadError).message)).toContain(words);
          expect((error as StarloadError).next).toMatch(next);
          expect(await readEverything(loader)).toEqual(before);
          await createTables(model, loader.context.warehouse);
          expect((await etl(loader.context)).status).toBe('loaded');
        },
        { model: { ...model, tables } },
      );
    },
  );

  test('a second run loads nothing, and one new file loads only that file', () =>
    withLoader(engine, async (loader) => {
      writeSample(loader);
      await etl(loader.context);
      expect((await etl(loader.context)).status).toBe('up_to_date');
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([OTHER_PLAY]));
      const report = await etl(loader.context);
      expect(report.tables.map(({ table, files, known, records }) => [table, files, known, records])).toEqual([
        ['staging_events', 1, 1, 1],
        ['staging_songs', 0, 1, 0],
      ]);
      expect(await countRows(loader, 'songplays')).toBe(2);
    }));

  test('a load above the size of a run becomes several runs under one parent, each of which stays', () =>
    withLoader(engine, async (loader) => {
      const star = writeSample(loader);
      const context = { ...loader.context, maxRunBytes: 1 };
      const report = await etl(context);
      expect(report.status).toBe('loaded');
      expect(report.tables.map(({ files, records }) => [files, records])).toEqual([
        [1, 1],
        [1, 1],
      ]);
      expect(await readStar(context.warehouse)).toEqual(star);
      const { rows } = await context.warehouse.query('SELECT run_id FROM load_ledger ORDER BY run_id');
      expect(rows.map(([id]) => id)).toEqual([`${report.runId}.1`, `${report.runId}.2`]);
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([OTHER_PLAY]));
      loader.store.files.set(`${LOG_ROOT}/c.json`, '{"ts":"x"}');
      await expect(etl(context)).rejects.toThrow('run 1 of 2 is committed and stays');
      expect(await countRows(loader, 'songplays')).toBe(2);
      expect(loader.events.filter(({ type }) => type === 'committed')).toHaveLength(3);
    }));

  test('a rebuild that fails a check names it and changes nothing', () =>
    withLoader(engine, async (loader) => {
      const star = writeSample(loader);
      const { context } = loader;
      await etl(context);
      const refuse = `-- severity: error
SELECT CAST('the only row' AS VARCHAR(20)) AS offender, CAST(NULL AS VARCHAR(127)) AS staging_table, CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value FROM songs`;
      const checks = [
        ...context.model.checks,
        { name: 'no_songs', phase: 'star' as const, severity: 'error' as const, sql: refuse },
      ];
      const failed = rebuild({ ...context, model: { ...context.model, checks } });
      await expect(failed).rejects.toMatchObject({ exitCode: 3, problems: [{ reason: 'no_songs: the only row' }] });
      expect(await readStar(context.warehouse)).toEqual(star);
    }));
});
