import { expect, test } from '@jest/globals';
import { migrate } from '../../src/migrate/migrate.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { duckdb } from '../support/engines.ts';
import { FIRST_RELEASE } from '../support/first-release.ts';
import { readTables, withLoader } from '../support/loader.ts';
import { contentOf, freshContent, loadRuns, type RunFiles } from '../support/migrations.ts';
import { OTHER_PLAY, PLAY, SONG } from '../support/records.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

const RUNS: readonly RunFiles[] = [
  [[`${SONG_ROOT}/a.json`, linesOf([SONG])]],
  [[`${LOG_ROOT}/a.json`, linesOf([PLAY, OTHER_PLAY])]],
];
const LATER: RunFiles = [[`${LOG_ROOT}/b.json`, linesOf([{ ...PLAY, level: 'paid' }])]];

/** Gives the tables the form that they had in version 0.1.0, with their rows. */
async function makeEarlier(warehouse: Warehouse): Promise<void> {
  for (const create of FIRST_RELEASE) {
    const [, name = '', list = ''] = /^CREATE TABLE (\w+) \((.*)\)$/.exec(create) ?? [];
    const columns = list
      .split(', ')
      .map((column) => `"${column.split(' ')[0]}"`)
      .join(', ');
    await runSql(warehouse, `ALTER TABLE ${name} RENAME TO later_${name}`);
    await runSql(warehouse, create);
    await runSql(warehouse, `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM later_${name}`);
    await runSql(warehouse, `DROP TABLE later_${name}`);
  }
}

test('a warehouse of version 0.1.0 migrates: it then has what a fresh load gives, and loads go on', () =>
  withLoader(duckdb, async (loader) => {
    const { context } = loader;
    await loadRuns(loader, RUNS);
    await runSql(
      context.warehouse,
      'INSERT INTO load_history SELECT run_id, staging_table, uri, version, size_bytes, loaded_at, 1 FROM load_ledger',
    );
    await makeEarlier(context.warehouse);
    const ledger = 'SELECT run_id, uri, version, records, loaded_at FROM load_ledger ORDER BY uri';
    const before = (await context.warehouse.query(ledger)).rows;
    await expect(etl(context)).rejects.toMatchObject({
      message: expect.stringContaining('load_ledger.keys_met is missing'),
      next: expect.stringContaining('npm run migrate makes the tables those of the model'),
    });
    expect((await migrate(context)).status).toBe('migrated');
    expect((await context.warehouse.query(ledger)).rows).toEqual(before);
    const { load_history: past } = await readTables(context.warehouse, ['load_history']);
    expect(past.map((row) => row.at(-1))).toEqual([1, 1]);
    await loadRuns(loader, [LATER]);
    expect(await contentOf(context)).toEqual(await freshContent(duckdb, context.model, [...RUNS, LATER]));
    expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
    expect((await migrate(context)).status).toBe('up_to_date');
  }));
