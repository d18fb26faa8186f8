import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { PLAY, runSql, writeSample } from '../support/trials.ts';

const levels = async ({ context }: Loader) => (await context.warehouse.query('SELECT level FROM users')).rows;
const loadLevel = async ({ context, store }: Loader, level: string) => {
  store.files.set(`${LOG_ROOT}/a.json`, linesOf([{ ...PLAY, level }]));
  await etl(context);
};

const STAMPS = ['2018-01-01 00:00:00', '2038-01-19 03:14:01', '2038-01-19 03:14:02'];

/** Puts the first of three runs into the past, and the others into the year 2038. */
async function stampAhead({ context: { warehouse } }: Loader): Promise<void> {
  const { rows } = await warehouse.query(
    'SELECT DISTINCT CAST(loaded_at AS VARCHAR(32)) AS stamp FROM load_ledger ORDER BY stamp',
  );
  expect(rows).toHaveLength(STAMPS.length);
  for (const [index, stamp] of STAMPS.entries()) {
    for (const table of ['staging_events', 'staging_songs', 'load_ledger']) {
      const isOfRun = `loaded_at = TIMESTAMP '${rows[index]?.[0]}'`;
      await runSql(warehouse, `UPDATE ${table} SET loaded_at = TIMESTAMP '${stamp}' WHERE ${isOfRun}`);
    }
  }
  await runSql(warehouse, `UPDATE load_run SET stamp = TIMESTAMP '${STAMPS.at(-1)}'`);
}

describe.each(engines)('runs stamped with a clock that was ahead, on $name,', (engine) => {
  test('refuse every load until they are stamped anew, in their order', () =>
    withLoader(engine, async (loader) => {
      const { context, store } = loader;
      const hurried = { ...context, firstPauseMilliseconds: 1 };
      writeSample(loader);
      await etl(context);
      await loadLevel(loader, 'paid');
      await loadLevel(loader, 'free');
      await stampAhead(loader);
      const before = await readEverything(loader);
      const star = await readStar(context.warehouse);

      store.files.set(`${LOG_ROOT}/b.json`, linesOf([{ ...PLAY, ts: PLAY.ts + 1 }]));
      await expect(etl(hurried)).rejects.toMatchObject({ next: expect.stringContaining('rebuild -- --restamp') });
      await expect(rebuild(hurried)).rejects.toThrow('not newer than the last one');
      expect(await readEverything(loader)).toEqual(before);

      await rebuild(context, { restamps: true });
      expect(await readStar(context.warehouse)).toEqual(star);
      const [newest] = (await context.warehouse.query('SELECT MAX(loaded_at) FROM load_ledger')).rows;
      expect(Date.parse(`${newest?.[0]}Z`)).toBeLessThanOrEqual(Date.now() + 1000);

      store.files.delete(`${LOG_ROOT}/b.json`);
      expect((await etl(context)).status).toBe('up_to_date');
      expect(await levels(loader)).toEqual([['free']]);
      await loadLevel(loader, 'paid');
      expect(await levels(loader)).toEqual([['paid']]);
    }));
});
