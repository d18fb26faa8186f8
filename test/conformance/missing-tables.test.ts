import { describe, expect, test } from '@jest/globals';
import { createMissing } from '../../src/pipeline/create-missing.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { checkOf } from '../support/doctor.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readStar, withLoader } from '../support/loader.ts';
import { runSql, writeSample } from '../support/trials.ts';

const mend = async ({ context }: Loader) => (await createMissing(context)).tables;
const sql = ({ context: { warehouse } }: Loader, text: string) => runSql(warehouse, text);

/** A warehouse with a load in it. */
const withStar = (engine: (typeof engines)[number], action: (loader: Loader) => Promise<void>) =>
  withLoader(engine, async (loader) => {
    writeSample(loader);
    await etl(loader.context);
    await action(loader);
  });

describe.each(engines)('tables that are missing, on $name', (engine) => {
  test.each(['users', 'songplays', 'current_events'])('%s: check names it; --missing creates and fills it', (table) =>
    withStar(engine, async (loader) => {
      const before = await readStar(loader.context.warehouse);
      await sql(loader, `DROP TABLE ${table}`);
      expect(await checkOf(loader, 'tables')).toMatchObject({
        status: 'failed',
        reason: `${table} is missing`,
        next: expect.stringContaining('create-tables -- --missing'),
      });
      expect(await mend(loader)).toEqual([table]);
      expect(await readStar(loader.context.warehouse)).toEqual(before);
      expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
    }),
  );

  test('a table of the star that lacks a column is recreated', () =>
    withStar(engine, async (loader) => {
      const before = await readStar(loader.context.warehouse);
      await sql(loader, 'DROP TABLE users');
      await sql(loader, 'CREATE TABLE users (user_id BIGINT, first_name VARCHAR(64), last_name VARCHAR(64))');
      expect(await mend(loader)).toEqual(['users']);
      expect(await readStar(loader.context.warehouse)).toEqual(before);
    }));

  test('nothing is touched where none is missing', () =>
    withStar(engine, async (loader) => {
      expect(await mend(loader)).toEqual([]);
      expect((await etl(loader.context)).status).toBe('up_to_date');
    }));

  test.each(['staging_events', 'rejected_records'])(
    '%s is not created empty: its rows are lost, and only a load restores them',
    (table) =>
      withStar(engine, async (loader) => {
        await sql(loader, `DROP TABLE ${table}`);
        await expect(mend(loader)).rejects.toMatchObject({
          message: expect.stringContaining(
            `${table}: the rows or a column of them are lost, and only a load restores them`,
          ),
          next: expect.stringContaining('create-tables -- --force'),
        });
      }),
  );
});
