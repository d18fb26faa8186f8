import { describe, expect, test } from '@jest/globals';
import { dryRunLoad } from '../../src/pipeline/dry-run.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { override, PLAY, runSql, writeSample } from '../support/trials.ts';

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
  test('refuse every load until they are restamped, in their order', () =>
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
      loader.events.length = 0;
      await expect(etl(hurried)).rejects.toMatchObject({
        message: expect.stringMatching(
          /^the newest run was stamped 2038-01-19 03:14:02, and the warehouse's clock says \d{4}-\d\d-\d\d \d\d:\d\d:\d\d; nothing was changed$/,
        ),
        next: expect.stringContaining('rebuild -- --restamp'),
      });
      // Before a file is read, and not six times.
      expect(loader.events.filter(({ type }) => type === 'read' || type === 'again')).toEqual([]);
      await expect(rebuild(hurried)).rejects.toMatchObject({ next: expect.stringContaining('rebuild -- --restamp') });
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

describe.each(engines)('a clock of the warehouse on $name', (engine) => {
  test.each([
    ['a time a year from now', "+ INTERVAL '400 days'"],
    ['a time in 2038', "+ INTERVAL '4400 days'"],
  ])('that shows %s refuses loads and rebuilds before it stamps anything', (_, shift) =>
    withLoader(engine, async (loader) => {
      const { context } = loader;
      writeSample(loader);
      await etl(context);
      loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([{ ...PLAY, ts: PLAY.ts + 1 }]));
      const before = await readEverything(loader);
      const ahead = {
        ...context,
        warehouse: override(context.warehouse, { now: `${context.warehouse.now} ${shift}` }),
      };
      const refusal = {
        message: expect.stringMatching(/^the warehouse's clock says 20[23]\d-.*, and this machine's says 20\d\d-.*/),
        next: expect.stringContaining('Set the clock that is wrong'),
      };
      await expect(etl(ahead)).rejects.toMatchObject(refusal);
      await expect(dryRunLoad(ahead)).rejects.toMatchObject(refusal);
      await expect(rebuild(ahead)).rejects.toMatchObject(refusal);
      await expect(rebuild(ahead, { restamps: true })).rejects.toMatchObject(refusal);
      expect(await readEverything(loader)).toEqual(before);
      expect((await etl(context)).status).toBe('loaded');
    }),
  );

  test('that is behind refuses nothing, and neither does one that is set right after that', () =>
    withLoader(engine, async (loader) => {
      const { context } = loader;
      const now = `${context.warehouse.now} - INTERVAL '4400 days'`;
      await rebuild({ ...context, warehouse: override(context.warehouse, { now }) });
      writeSample(loader);
      expect((await etl(context)).status).toBe('loaded');
    }));
});
