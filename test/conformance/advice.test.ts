import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { duckdb } from '../support/engines.ts';
import { failureOf } from '../support/failures.ts';
import { withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { countRows, override, PLAY, writeSample } from '../support/trials.ts';

describe('following the advice leads on', () => {
  test('where another loader was faster, each time the load was planned', () =>
    withLoader(duckdb, async (loader) => {
      const { context, store } = loader;
      let files = 0;
      const another = () => {
        files += 1;
        store.files.set(`${LOG_ROOT}/${files}.json`, linesOf([{ ...PLAY, itemInSession: 100 + files }]));
      };
      writeSample(loader);
      const overtaken = override(context.warehouse, {
        run: async (batch, onMoment) => {
          await etl(context);
          another();
          return context.warehouse.run(batch, onMoment);
        },
      });
      const failure = await failureOf(etl({ ...context, warehouse: overtaken }));
      expect(failure.message).toContain('another run has loaded some of the same files meanwhile');
      expect(failure.next).toMatch(/^Run npm run etl again when no other process loads or changes these files/);
      expect((await etl(context)).status).toBe('loaded');
      expect(await countRows(loader, 'staging_events')).toBe(1 + files);
    }));

  test('where DuckDB fails a query while its rows are read, but not the second time', () =>
    withLoader(duckdb, async ({ context: { warehouse } }) => {
      /** Fails in transactions up to a number, near its end. */
      const failing = (last: number) =>
        `SELECT CAST(CASE WHEN i < 300000 OR txid_current() > ${last} THEN '1' ELSE 'x' END AS INTEGER) AS n FROM range(400000) r(i)`;
      const current = async () => Number((await warehouse.query('SELECT txid_current()')).rows[0]?.[0]);
      let last = 0;
      let outcome: unknown;
      // How many transactions a query begins before its own is DuckDB's affair.
      for (let later = 1; later < 20 && !(outcome instanceof Error); later += 1) {
        last = (await current()) + later;
        outcome = await warehouse.query(failing(last)).catch((error: Error) => error);
      }
      expect(outcome).toMatchObject({
        message: 'the statement failed while its rows were read, but not when it was tried again',
        next: 'Run it again.',
      });
      expect((await warehouse.query(failing(last))).rows).toHaveLength(400_000);
    }));
});
