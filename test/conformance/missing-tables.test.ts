import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createMissing } from '../../src/pipeline/create-missing.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { checkOf } from '../support/doctor.ts';
import { engines, withFolder } from '../support/engines.ts';
import { type Loader, readStar, readTables, withLoader } from '../support/loader.ts';
import { describeEach } from '../support/skips.ts';
import { endingAt, runSql, writeSample } from '../support/trials.ts';

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
        next: expect.stringContaining('npm run migrate makes the tables those of the model'),
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

  test('whose rows a check refuses are not created: a load would go on from empty tables', () =>
    withStar(engine, async (loader) => {
      await sql(loader, 'DROP TABLE users');
      const context = { ...loader.context, model: await repeating() };
      const before = await readTables(context.warehouse, ['songplays', 'current_events', 'load_run']);
      await expect(createMissing(context)).rejects.toThrow(/one_row_per_key[\s\S]*levels has \d+ rows with the key/);
      expect(await context.warehouse.relations(['levels', 'users'])).toEqual([]);
      expect(await readTables(context.warehouse, ['songplays', 'current_events', 'load_run'])).toEqual(before);
      await expect(etl(loader.context)).rejects.toThrow('users is missing');
    }));
});

describeEach(
  engines.filter(({ reportsLive }) => reportsLive),
  'what is left when create-tables --missing ends early: no engine reports its steps',
)('create-tables --missing that ends early, on $name', (engine) => {
  test('leaves everything as it was, at whatever step', () =>
    withStar(engine, async (loader) => {
      const star = await readStar(loader.context.warehouse);
      await sql(loader, 'DROP TABLE users');
      await sql(loader, 'DROP TABLE current_events');
      let made: unknown;
      for (let at = 1; made === undefined; at += 1) {
        const warehouse = endingAt(loader.context.warehouse, at);
        try {
          made = await createMissing({ ...loader.context, warehouse });
        } catch (error) {
          expect(String(error)).toContain('the process is gone');
          expect(await loader.context.warehouse.relations(['current_events', 'users'])).toEqual([]);
        }
      }
      expect(made).toMatchObject({ tables: ['current_events', 'users'] });
      expect(await readStar(loader.context.warehouse)).toEqual(star);
      expect((await reconcile(loader.context, { recounts: true })).disagreements).toEqual([]);
    }));
});

/** The built-in model with a table of which every load has several rows of one key. */
function repeating(): Promise<Model> {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    const create =
      '-- key: level\nCREATE TABLE levels (\n  level VARCHAR(256) NOT NULL\n);\n\nSELECT level FROM songplays UNION ALL SELECT level FROM songplays\n';
    writeFileSync(join(folder, 'star/levels.sql'), create);
    return loadModel(folder);
  });
}
