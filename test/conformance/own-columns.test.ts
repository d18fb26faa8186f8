import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { ddlFor, tableNamed } from '../../src/sql/catalogue.ts';
import { withoutComments } from '../../src/sql/tokens.ts';
import { checkOf } from '../support/doctor.ts';
import { engines } from '../support/engines.ts';
import { type Loader, readEverything, readStar, withLoader } from '../support/loader.ts';
import { runSql, writeSample } from '../support/trials.ts';

/** Makes a table with a column of an analyst's at its end. */
async function addColumn({ context: { model, warehouse } }: Loader, table: string, column: string): Promise<void> {
  const [create = ''] = ddlFor(tableNamed(model, table), warehouse.engine).split(/(?<=\n\));\s/);
  await runSql(warehouse, `DROP TABLE ${table}`);
  await runSql(warehouse, withoutComments(create).replace('\n)', `,\n  ${column}\n)`));
}

const refusal = (column: string) => ({
  headline: `${column}, which Starload did not create, does not allow NULL and has no default, so no row can be inserted; nothing was changed`,
  next: expect.stringMatching(/ALTER TABLE \w+ ALTER COLUMN note DROP NOT NULL[\s\S]*ALTER TABLE \w+ DROP COLUMN note/),
});

describe.each(engines)('a column of an analyst on $name', (engine) => {
  test.each(['users', 'staging_events', 'load_ledger'])(
    'of %s that takes no NULL is named by check and by the load that fails on it',
    (table) =>
      withLoader(engine, async (loader) => {
        const { context } = loader;
        writeSample(loader);
        await addColumn(loader, table, 'note VARCHAR(9) NOT NULL');
        const { headline, next } = refusal(`${table}.note`);
        expect(await checkOf(loader, 'tables')).toMatchObject({
          status: 'failed',
          reason: headline.replace('; nothing was changed', ''),
          next,
        });
        const before = await readEverything(loader);
        await expect(etl(context)).rejects.toMatchObject({ headline, next });
        expect(await readEverything(loader)).toEqual(before);
        // The stand-in imitates no ALTER.
        await (context.warehouse.engine === 'redshift'
          ? addColumn(loader, table, 'note VARCHAR(9)')
          : runSql(context.warehouse, `ALTER TABLE ${table} ALTER COLUMN note DROP NOT NULL`));
        expect((await etl(context)).status).toBe('loaded');
      }),
  );

  test('of the star that takes no NULL is named by rebuild, too', () =>
    withLoader(engine, async (loader) => {
      const star = writeSample(loader);
      await etl(loader.context);
      await addColumn(loader, 'songs', 'note VARCHAR(9) NOT NULL');
      await expect(rebuild(loader.context)).rejects.toMatchObject(refusal('songs.note'));
      await addColumn(loader, 'songs', "note VARCHAR(9) DEFAULT 'x' NOT NULL");
      expect(await checkOf(loader, 'tables')).toMatchObject({ status: 'ok' });
      await rebuild(loader.context);
      await addColumn(loader, 'songs', 'note VARCHAR(9)');
      await rebuild(loader.context);
      const { songs } = await readStar(loader.context.warehouse);
      expect(songs).toEqual(star.songs.map((row) => [...row, null]));
    }));
});
