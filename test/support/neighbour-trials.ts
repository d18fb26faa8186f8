import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { Engine } from './engines.ts';
import { type LoaderOptions, loaderOf, readStar, withLoader } from './loader.ts';
import { type SharedDatabase, withSharedDatabase } from './shared-database.ts';
import { beforeRun, writeSample } from './trials.ts';

/** Another application's table, with 1,000 rows, which the loader's user may drop. */
export async function makeForeignUsers({ admin, others, user }: SharedDatabase, schema = others): Promise<void> {
  await admin(`CREATE TABLE "${schema}".users (id INTEGER, email VARCHAR(64))`);
  await admin(`INSERT INTO "${schema}".users SELECT n, 'someone@example.com' FROM generate_series(1, 1000) AS g(n)`);
  if (user !== undefined) {
    await admin(`ALTER TABLE "${schema}".users OWNER TO ${user}`);
  }
}

/** How many rows it has. */
export async function countForeignUsers({ admin, others }: SharedDatabase, schema = others): Promise<number> {
  return Number((await admin(`SELECT COUNT(*) FROM "${schema}".users`))[0]?.[0]);
}

/** The warehouse in the schema that sessions make tables in, but for DuckDB and Redshift, where all have the same. */
export function openOwn({ name }: Engine, { open, own }: SharedDatabase): Promise<Warehouse> {
  return open(name === 'postgres' ? undefined : own);
}

/** The tables of another application are there as they were, though they have the names of Starload's. */
export async function leavesNeighboursAlone(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withSharedDatabase(engine, async (database) => {
    await makeForeignUsers(database);
    const loader = loaderOf(await openOwn(engine, database), database.folder, options);
    const { model, warehouse } = loader.context;
    expect(await warehouse.schema()).toBe(database.own);
    await createTables(model, warehouse);
    await createTables(model, warehouse, { force: true });
    const star = writeSample(loader);
    await etl(loader.context);
    expect(await readStar(warehouse)).toEqual(star);
    expect(await countForeignUsers(database)).toBe(1000);
  });
}

/** What another process commits after create-tables has counted rows is not dropped. */
export async function dropsNoRowsThatComeMeanwhile(engine: Engine, options: LoaderOptions = {}): Promise<void> {
  await withLoader(
    engine,
    async (loader) => {
      const { model, warehouse } = loader.context;
      const star = writeSample(loader);
      const overtaken = beforeRun(warehouse, () => etl(loader.context));
      await expect(createTables(model, overtaken)).rejects.toThrow(/would drop rows: .*staging_events \(1 rows\)/);
      expect(await readStar(warehouse)).toEqual(star);
    },
    options,
  );
}
