import { expect, test } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { duckdb } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { override, PLAY, runSql, writeSample } from '../support/trials.ts';

/** A warehouse that returns rows, and what stands under names, the other way round: no engine promises an order without being asked. */
function reversed(warehouse: Warehouse): Warehouse {
  return override(warehouse, {
    query: async (sql, options) => {
      const result = await warehouse.query(sql, options);
      return { ...result, rows: [...result.rows].reverse() };
    },
    relations: async (names) => [...(await warehouse.relations(names))].reverse(),
  });
}

test('lists of tables and files have the order of the model and of the names, whatever the warehouse returns first', () =>
  withLoader(duckdb, async (loader) => {
    const { context, store } = loader;
    writeSample(loader);
    const names = ['é', 'b', 'B', 'a1', 'a'].map((name) => `${LOG_ROOT}/${name}.json`);
    for (const [item, name] of names.entries()) {
      store.files.set(name, item === 1 ? 'no JSON' : linesOf([{ ...PLAY, itemInSession: 10 + item }]));
    }
    store.files.set(`${LOG_ROOT}/Z.json`, 'no JSON');
    await etl({ ...context, tolerance: { maxErrors: 2, quarantine: true, excerpts: true } });
    for (const name of names) {
      store.files.delete(name);
    }
    const told = async (warehouse: Warehouse) => {
      const { rows, quarantined } = await status({ model: context.model, warehouse });
      const { disagreements } = await reconcile({ ...context, warehouse }, { recounts: false });
      const { message } = await failureOf(createTables(context.model, warehouse));
      return {
        rows: [...rows.keys()],
        quarantined: quarantined.map(({ uri }) => uri),
        gone: disagreements.find(({ rule }) => rule === 'gone')?.examples,
        message,
      };
    };
    const first = await told(context.warehouse);
    expect(first.rows).toEqual(
      context.model.tables.filter(({ role }) => ['staging', 'star'].includes(role)).map(({ name }) => name),
    );
    expect(first.quarantined).toEqual([`${LOG_ROOT}/Z.json`, `${LOG_ROOT}/b.json`]);
    expect(first.gone).toHaveLength(names.length - 1);
    expect(first.gone).toEqual([...(first.gone ?? [])].sort());
    expect(await told(reversed(context.warehouse))).toEqual(first);
    await runSql(context.warehouse, 'DROP TABLE load_ledger');
    const foreign = (warehouse: Warehouse) => failureOf(createTables(context.model, warehouse));
    expect((await foreign(reversed(context.warehouse))).message).toBe((await foreign(context.warehouse)).message);
  }));
