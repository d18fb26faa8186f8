import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { status } from '../../src/pipeline/status.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { engines } from '../support/engines.ts';
import { loaderOf, readStar } from '../support/loader.ts';
import { type SharedDatabase, withSharedDatabase } from '../support/shared-database.ts';
import { testEach } from '../support/skips.ts';
import { writeSample } from '../support/trials.ts';

const model = loadModel();
const servers = engines.filter(({ name }) => name !== 'duckdb');

/** What the loader's SQL calls, with argument types that fit text columns better than those of PostgreSQL's own. */
function trapsFor(type: string): string {
  const bodies = [
    ...[
      'length',
      'md5',
      'upper',
      'lower',
      'octet_length',
      'version',
      'pg_size_bytes',
      'current_setting',
      'to_regclass',
    ],
  ].map(
    (name) =>
      `CREATE FUNCTION public.${name}(${type}) RETURNS integer LANGUAGE plpgsql AS 'BEGIN PERFORM public.spring(); RETURN 1; END'`,
  );
  const pairs = ['rtrim', 'ltrim', 'left', 'strpos', 'has_table_privilege', 'trapped_operator'].map(
    (name) =>
      `CREATE FUNCTION public.${name}(${type}, ${type}) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM public.spring(); RETURN TRUE; END'`,
  );
  const operators = ['||', '=', '<>', '<', '>', '~~'].map(
    (operator) =>
      `CREATE OPERATOR public.${operator} (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = public.trapped_operator)`,
  );
  const state = `CREATE FUNCTION public.keep(${type}, ${type}) RETURNS ${type} LANGUAGE plpgsql AS 'BEGIN PERFORM public.spring(); RETURN $1; END'`;
  const aggregates = ['min', 'max'].map(
    (name) => `CREATE AGGREGATE public.${name}(${type}) (SFUNC = public.keep, STYPE = ${type})`,
  );
  return [...bodies, ...pairs, ...operators, state, ...aggregates].join('; ');
}

/** Somebody who may make things in `public` lays traps there; each that is sprung leaves a row. */
async function layTraps({ admin }: SharedDatabase): Promise<void> {
  await admin('CREATE TABLE public.sprung (by_user VARCHAR(128))');
  await admin(
    "CREATE FUNCTION public.spring() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO public.sprung SELECT session_user'",
  );
  for (const type of ['varchar', 'bpchar']) {
    await admin(trapsFor(type));
  }
  for (const table of [
    'run_current_events',
    'run_current_songs',
    'affected_songplays',
    'affected_time',
    'changed_current_songs',
    'run_offenders',
    'incoming_staging_events',
  ]) {
    await admin(`CREATE TABLE public.${table} (event_id VARCHAR(32))`);
  }
}

const sprung = async ({ admin }: SharedDatabase) => (await admin('SELECT * FROM public.sprung')).length;

testEach(servers, 'functions of others: only duckdb is among ENGINES')(
  'functions, operators and tables that others create in public are not used on $name',
  (engine) =>
    withSharedDatabase(engine, async (database) => {
      await layTraps(database);
      await database.admin("SET search_path = public; SELECT length(CAST('x' AS varchar))");
      expect(await sprung(database)).toBe(1);
      const warehouse = await database.open('public');
      await createTables(model, warehouse);
      const { context, ...rest } = loaderOf(warehouse, database.folder);
      const star = writeSample({ context, ...rest });
      await etl(context);
      await rebuild(context);
      await status(context);
      expect((await reconcile(context, { recounts: true })).disagreements).toEqual([]);
      expect(await readStar(warehouse)).toEqual(star);
      await createTables(model, warehouse, { force: true });
      expect(await sprung(database)).toBe(1);
    }),
);
