import { expect, test } from '@jest/globals';
import { examine } from '../../src/doctor/examine.ts';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { quoteIdentifier } from '../../src/sql/render.ts';
import { engines } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { loaderOf, readStar } from '../support/loader.ts';
import {
  countForeignUsers,
  dropsNoRowsThatComeMeanwhile,
  leavesNeighboursAlone,
  makeForeignUsers,
  openOwn,
} from '../support/neighbour-trials.ts';
import { withSharedDatabase } from '../support/shared-database.ts';
import { testEach } from '../support/skips.ts';
import { override, writeSample } from '../support/trials.ts';

const model = loadModel();
const ALL = model.tables.map(({ name }) => name);

const failureOf = (action: Promise<unknown>) => action.then(() => undefined).catch((error: unknown) => error);

test.each(engines)('create-tables and etl leave the tables of other schemas alone on $name', (engine) =>
  leavesNeighboursAlone(engine),
);

test.each(engines)('a load does not go into the tables of another schema where its own has none on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    await createTables(model, await database.open(database.others));
    const loader = loaderOf(await openOwn(engine, database), database.folder);
    writeSample(loader);
    expect(await failureOf(etl(loader.context))).toMatchObject({
      kind: 'missing-table',
      next: expect.stringContaining('create-tables'),
    });
    const other = await database.open(database.others);
    expect((await other.query('SELECT COUNT(*) FROM staging_events')).rows).toEqual([[0]]);
  }),
);

test.each(engines)(
  'tables of others in the schema itself are refused by name, with --force or not, on $name',
  (engine) =>
    withSharedDatabase(engine, async (database) => {
      await makeForeignUsers(database, database.own);
      await database.admin(`CREATE VIEW "${database.own}".songplays AS SELECT 1 AS songplay_id`);
      for (const force of [false, true]) {
        const warehouse = await openOwn(engine, database);
        expect(await failureOf(createTables(model, warehouse, { force }))).toMatchObject({
          message: expect.stringMatching(/songplays \(view, .*users \(table, has no column user_id/),
          next: expect.stringContaining('--replace-foreign'),
        });
        expect(await existing(warehouse, ALL)).toEqual(new Set(['users', 'songplays']));
      }
      expect(await countForeignUsers(database, database.own)).toBe(1000);
    }),
);

test.each(engines)('--replace-foreign drops them, their rows with --force only, on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    await makeForeignUsers(database, database.own);
    await database.admin(`CREATE VIEW "${database.own}".songplays AS SELECT 1 AS songplay_id`);
    if (database.user !== undefined) {
      await database.admin(`ALTER VIEW "${database.own}".songplays OWNER TO ${database.user}`);
    }
    const warehouse = await openOwn(engine, database);
    await expect(createTables(model, warehouse, { replaceForeign: true })).rejects.toThrow('users (1000 rows)');
    await createTables(model, warehouse, { replaceForeign: true, force: true });
    expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[0]]);
    await createTables(model, warehouse);
  }),
);

test.each(engines)("a ledger of somebody else's is none of Starload's on $name", (engine) =>
  withSharedDatabase(engine, async (database) => {
    await database.admin(`CREATE TABLE "${database.own}".load_ledger (entry INTEGER, amount INTEGER)`);
    const warehouse = await openOwn(engine, database);
    await expect(createTables(model, warehouse, { force: true })).rejects.toThrow(
      /load_ledger \(table, has no column run_id/,
    );
  }),
);

test.each(engines)('rows that come between the count and the lock are not dropped on $name', (engine) =>
  dropsNoRowsThatComeMeanwhile(engine),
);

test.each(engines)('two warehouses in one database know nothing of each other on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    const load = async (schema: string) => {
      const warehouse = await database.open(schema);
      await createTables(model, warehouse);
      const loader = loaderOf(warehouse, database.folder);
      const star = writeSample(loader);
      expect((await etl(loader.context)).status).toBe('loaded');
      return star;
    };
    const star = await load(database.others);
    await load(database.own);
    await createTables(model, await database.open(database.own), { force: true });
    expect(await readStar(await database.open(database.others))).toEqual(star);
  }),
);

testEach(
  engines.filter(({ name }) => name !== 'redshift'),
  'schemas of any name: only redshift is among ENGINES',
)('the schema may have any name on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    for (const name of ['MiXed Case', 'a"b.c', "it's", 'select', '{schema} $&', 'pg_temporary', 'temp']) {
      if (database.user !== undefined) {
        if (name.startsWith('pg_')) continue;
        await database.admin(`CREATE SCHEMA ${quoteIdentifier(name)} AUTHORIZATION ${database.user}`);
      }
      const warehouse = await database.open(name);
      const loader = loaderOf(warehouse, database.folder);
      await createTables(model, warehouse);
      const star = writeSample(loader);
      await etl(loader.context);
      await rebuild(loader.context);
      expect(await readStar(warehouse)).toEqual(star);
      expect((await warehouse.query('SELECT COUNT(*) FROM songplays', { asWritten: true })).rows).toEqual([[1]]);
      await createTables(model, warehouse, { force: true });
    }
  }),
);

testEach(
  engines.filter(({ name }) => name === 'duckdb'),
  'macros of others: duckdb is not among ENGINES',
)('macros of others are not met on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    for (const macro of ['md5(x)', 'length(x)', 'rtrim(x, y)', 'coalesce(x, y)', 'floor(x)', 'max(x)']) {
      await database.admin(`CREATE MACRO main.${macro} AS 'sprung'`);
    }
    const warehouse = await database.open();
    await createTables(model, warehouse);
    const loader = loaderOf(warehouse, database.folder);
    const star = writeSample(loader);
    await etl(loader.context);
    expect(await readStar(warehouse)).toEqual(star);
  }),
);

test.each(engines)('check names the tables of others before create-tables would refuse them on $name', (engine) =>
  withSharedDatabase(engine, async (database) => {
    await makeForeignUsers(database, database.own);
    const warehouse = await openOwn(engine, database);
    const { context } = loaderOf(warehouse, database.folder);
    const findings = await examine(
      {
        ...context,
        open: async () => override(warehouse, { close: async () => {} }),
        aws: undefined,
        work: undefined,
        folders: [],
        deep: false,
      },
      () => {},
    );
    expect(findings.find(({ check }) => check === 'tables')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/users \(table, has no column user_id/),
      next: expect.stringContaining('--replace-foreign'),
    });
  }),
);
