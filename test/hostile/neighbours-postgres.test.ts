import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { rebuild } from '../../src/pipeline/rebuild.ts';
import { ddlFor } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { checkOf } from '../support/doctor.ts';
import { engines } from '../support/engines.ts';
import { loaderOf, readStar } from '../support/loader.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { type SharedDatabase, withSharedDatabase } from '../support/shared-database.ts';
import { testIf } from '../support/skips.ts';
import { PLAY, writeSample } from '../support/trials.ts';

const model = loadModel();
const postgres = engines.find(({ name }) => name === 'postgres');

/** Tests of what only PostgreSQL has. */
const testPostgres = testIf(postgres !== undefined, 'neighbours in a database: postgres is not among ENGINES');
const onPostgres = (title: string, action: (database: SharedDatabase) => Promise<void>) =>
  testPostgres(title, () => withSharedDatabase(postgres as never, action));

/** Loads a sample into fresh tables; the star must be right. */
async function loadsRight(warehouse: Warehouse, { folder }: SharedDatabase): Promise<void> {
  await createTables(model, warehouse);
  const loader = loaderOf(warehouse, folder);
  const star = writeSample(loader);
  await etl(loader.context);
  expect(await readStar(warehouse)).toEqual(star);
}

onPostgres('grants are carried over where the search path says which schema it is', async (database) => {
  const { admin, own, open } = database;
  const analyst = `analyst_${own.slice(-12)}`;
  const warehouse = await open();
  await createTables(model, warehouse);
  await admin(
    `CREATE ROLE "${analyst}"; GRANT USAGE ON SCHEMA "${own}" TO "${analyst}"; GRANT SELECT ON "${own}".songplays TO "${analyst}"`,
  );
  await createTables(model, warehouse);
  expect(await admin(`SELECT has_table_privilege('${analyst}', '"${own}".songplays', 'SELECT')`)).toEqual([[true]]);
  await admin(`DROP OWNED BY "${analyst}"; DROP ROLE "${analyst}"`);
});

onPostgres(
  'the new tables keep the privileges of the old ones, including those on columns and rows',
  async (database) => {
    const { admin, own, open, user } = database;
    const [analyst, stranger] = [`analyst_${own.slice(-12)}`, `stranger_${own.slice(-12)}`];
    const warehouse = await open();
    await createTables(model, warehouse);
    await admin(`CREATE ROLE "${analyst}"; CREATE ROLE "${stranger}"; SET ROLE ${user}; SET search_path = "${own}";
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO "${stranger}", PUBLIC;
CREATE FUNCTION paid(text) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = ''paid''';
GRANT USAGE ON SCHEMA "${own}" TO "${analyst}"; GRANT SELECT (title), UPDATE (title) ON songs TO "${analyst}";
GRANT SELECT, INSERT ON users TO "${analyst}"; ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE time FORCE ROW LEVEL SECURITY;
CREATE POLICY "the paying" ON users FOR SELECT TO "${analyst}" USING (paid(level));
CREATE POLICY none ON users AS RESTRICTIVE TO PUBLIC USING (level <> 'it''s %s') WITH CHECK (false)`);
    const privileges = () =>
      admin(`SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, MIN(CAST(COALESCE(c.relacl, acldefault('r', c.relowner)) AS TEXT)),
  array_agg(DISTINCT a.attname || ' ' || CAST(a.attacl AS TEXT)) FILTER (WHERE a.attacl IS NOT NULL),
  (SELECT array_agg(CAST(ROW (policyname, permissive, roles, cmd, qual, with_check) AS TEXT) ORDER BY policyname)
   FROM pg_policies WHERE schemaname = n.nspname AND tablename = c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = '${own}' AND c.relname IN ('songs', 'users', 'time') GROUP BY 1, 2, 3, n.nspname ORDER BY 1`);
    const before = await privileges();
    await createTables(model, warehouse);
    expect(await privileges()).toEqual(before);
    expect(await admin(`SELECT has_table_privilege('${stranger}', '"${own}".songs', 'SELECT')`)).toEqual([[false]]);
    await admin(
      `DROP OWNED BY "${analyst}"; SET ROLE ${user}; ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM "${stranger}", PUBLIC; RESET ROLE; DROP OWNED BY "${stranger}"; DROP ROLE "${analyst}", "${stranger}"`,
    );
  },
);

onPostgres(
  'a schema that another user has put into the search path is refused, and used if DB_SCHEMA names it',
  async (database) => {
    const { admin, own, open, user } = database;
    const mallory = `mallory_${own.slice(-12)}`;
    await admin(
      `CREATE ROLE "${mallory}"; ALTER SCHEMA "${own}" OWNER TO "${mallory}"; GRANT ALL ON SCHEMA "${own}" TO PUBLIC`,
    );
    await expect((await open()).schema()).rejects.toMatchObject({
      message: expect.stringContaining(`schema ${own}, which belongs to ${mallory}`),
      next: expect.stringMatching(/^Name the schema to use: DB_SCHEMA/),
    });
    await loadsRight(await open(own), database);
    await admin(`ALTER SCHEMA "${own}" OWNER TO ${user}; DROP ROLE "${mallory}"`);
  },
);

onPostgres(
  'a history that does not belong to the owner of the ledger is refused before it is read',
  async (database) => {
    const { admin, own, open } = database;
    const mallory = `mallory_${own.slice(-12)}`;
    const warehouse = await open();
    await createTables(model, warehouse);
    await admin(`DROP TABLE "${own}".load_history;
CREATE VIEW "${own}".load_history AS SELECT CAST('a' AS VARCHAR) AS run_id, 'staging_events' AS staging_table, 'a' AS uri, 'a' AS version,
  1 AS size_bytes, CAST(now() AS TIMESTAMP) AS loaded_at; GRANT ALL ON "${own}".load_history TO PUBLIC`);
    const loader = loaderOf(warehouse, database.folder);
    writeSample(loader);
    await expect(etl(loader.context)).rejects.toThrow('load_history (view, not an ordinary table)');
    await expect(warehouse.query('SELECT 1', { tables: ['load_ledger', 'load_history'] })).rejects.toMatchObject({
      next: 'npm run create-tables says what is in its place.',
    });
    await expect(createTables(model, warehouse)).rejects.toThrow('load_history (view, not an ordinary table)');
    await admin(`DROP VIEW "${own}".load_history;
CREATE TABLE "${own}".load_history AS SELECT run_id, staging_table, uri, version, size_bytes, loaded_at, CAST(0 AS BIGINT) AS generation
FROM "${own}".load_ledger; GRANT ALL ON "${own}".load_history TO PUBLIC;
CREATE ROLE "${mallory}"; ALTER TABLE "${own}".load_history OWNER TO "${mallory}"`);
    await expect(etl(loader.context)).rejects.toThrow(`load_history (table, of the user ${mallory})`);
    await admin(`DROP TABLE "${own}".load_history; DROP ROLE "${mallory}"`);
    await etl(loader.context);
  },
);

onPostgres('look-alike tables of another user are refused, for every user who loads', async (database) => {
  const { admin, own, open, user } = database;
  const mallory = `mallory_${own.slice(-12)}`;
  await admin(`CREATE ROLE "${mallory}"; GRANT CREATE ON SCHEMA public TO "${mallory}"`);
  const tables = model.tables.map((table) =>
    ddlFor(table, 'postgres').replace('CREATE TABLE ', 'CREATE TABLE public.'),
  );
  await admin(
    `SET ROLE "${mallory}"; ${tables.map((sql) => sql.replaceAll(/ ON (\w+) (?=USING|\()/g, ' ON public.$1 ')).join('; ')}`,
  );
  await admin(`SET ROLE "${mallory}"; CREATE TABLE public.sprung (by_user TEXT);
CREATE FUNCTION public.spring() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.sprung SELECT current_user; RETURN NEW; END';
INSERT INTO public.load_run SELECT now(), now();
CREATE TRIGGER t BEFORE UPDATE ON public.load_run FOR EACH ROW EXECUTE FUNCTION public.spring(); GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC`);
  const refused = (warehouse: Warehouse) =>
    expect(createTables(model, warehouse, { force: true })).rejects.toThrow(`users (table, of the user ${mallory})`);
  await refused(await open('public'));
  await admin(`ALTER ROLE ${user} SUPERUSER`);
  await refused(await open('public'));
  expect(await admin('SELECT * FROM public.sprung')).toEqual([]);
  await admin(`DROP OWNED BY "${mallory}"; DROP ROLE "${mallory}"`);
});

onPostgres(
  'the tables may belong to the owner of the schema, or to a role of which the user is a member',
  async ({ admin, own, open, user }) => {
    const team = `team_${own.slice(-12)}`;
    await createTables(model, await open());
    await admin(
      `CREATE ROLE "${team}"; GRANT "${team}" TO ${user}; ALTER TABLE "${own}".users OWNER TO "${team}"; GRANT CREATE ON SCHEMA "${own}" TO "${team}"`,
    );
    await createTables(model, await open());
    await admin(`DROP OWNED BY "${team}"; DROP ROLE "${team}"`);
  },
);

onPostgres('an object of any kind with the name of a table is refused, and dropped on request', async (database) => {
  const { admin, own, open, user } = database;
  await admin(`SET ROLE ${user}; SET search_path = "${own}";
CREATE MATERIALIZED VIEW songs AS SELECT 1 AS a; CREATE SEQUENCE users; CREATE TABLE artists (a INT) PARTITION BY LIST (a);
CREATE TABLE another (a INT); CREATE INDEX time ON another (a); CREATE TYPE songplays AS (a INT); CREATE VIEW load_run AS SELECT 1 AS a;
CREATE DOMAIN staging_songs AS INT; CREATE TYPE staging_events AS ENUM ('a')`);
  const warehouse = await open();
  await expect(createTables(model, warehouse, { force: true })).rejects.toThrow(
    /load_run \(view, .*staging_events \(type, .*staging_songs \(domain, .*artists \(partitioned table, .*songplays \(type, .*songs \(materialized view, .*time \(index, .*users \(sequence, /,
  );
  await createTables(model, warehouse, { replaceForeign: true });
  await loadsRight(warehouse, database);
  expect(await admin(`SELECT COUNT(*) FROM "${own}".another`)).toEqual([['0']]);
});

onPostgres('a user who may create nowhere is told so, and creates once an owner has granted it', async (database) => {
  const { admin, user, open, own } = database;
  await admin(`REVOKE CREATE ON SCHEMA public FROM ${user}`);
  const warehouse = await open('public');
  await expect(createTables(model, warehouse)).rejects.toMatchObject({
    message: expect.stringContaining('permission denied for schema public'),
    next: expect.stringMatching(/^Ask an owner to GRANT the missing privilege, or name your own schema with DB_SCHEMA/),
  });
  const missing = await open('nowhere');
  await expect(createTables(model, missing)).rejects.toThrow('permission denied for database');
  await createTables(model, await open(own));
  await admin(`GRANT CREATE ON SCHEMA public TO ${user}`);
  await loadsRight(warehouse, database);
});

onPostgres('a search path without a schema to work in is refused, with what to do', async ({ admin, user, open }) => {
  for (const path of ['nowhere', "''", 'pg_catalog', 'pg_temp, public', 'information_schema']) {
    await admin(`ALTER ROLE ${user} SET search_path = ${path}`);
    await expect((await open()).schema()).rejects.toMatchObject({
      message: expect.stringContaining('search path'),
      next: expect.stringMatching(/^Name a schema for them: DB_SCHEMA/),
    });
    expect(await (await open('public')).schema()).toBe('public');
  }
});

onPostgres('functions that come before those of PostgreSQL in the search path are not used', async (database) => {
  const { admin, user, open } = database;
  await admin(`CREATE FUNCTION public.current_schema() RETURNS name LANGUAGE sql AS 'SELECT CAST(''elsewhere'' AS name)';
CREATE FUNCTION public.pg_size_bytes(text) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''sprung''; END';
CREATE FUNCTION public.md5(text) RETURNS text LANGUAGE sql AS 'SELECT CAST(''sprung'' AS text)';
CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT CAST(''sprung'' AS text)'`);
  await admin(`ALTER ROLE ${user} SET search_path = public, pg_catalog`);
  const warehouse = await open();
  expect(await warehouse.schema()).toBe('public');
  await loadsRight(warehouse, database);
});

onPostgres('the schema stays the one that was found first, whatever comes into the search path', async (database) => {
  const { admin, own, user, open } = database;
  await admin(`DROP SCHEMA "${own}"`);
  const warehouse = await open();
  await createTables(model, warehouse);
  expect(await warehouse.schema()).toBe('public');
  await admin(`CREATE SCHEMA "${own}" AUTHORIZATION ${user}`);
  await loadsRight(warehouse, database);
  expect(await admin(`SELECT COUNT(*) FROM pg_class WHERE relnamespace = '"${own}"'::regnamespace`)).toEqual([['0']]);
});

onPostgres(
  "a user's own SQL finds the tables by their plain names, and only those of the schema",
  async ({ admin, own, open }) => {
    const warehouse = await open();
    await createTables(model, warehouse);
    await admin('CREATE TABLE public.elsewhere (a INT)');
    const ask = (sql: string) => warehouse.query(sql, { asWritten: true });
    expect((await ask('SELECT COUNT(*) FROM songplays')).rows).toEqual([[0]]);
    await expect(ask('SELECT * FROM elsewhere')).rejects.toThrow('does not exist');
    const write = { name: 'write', locks: false, asWritten: true } as const;
    await warehouse.run({
      ...write,
      steps: [{ kind: 'sql', name: 'write', sql: 'CREATE TABLE mine AS SELECT * FROM users' }],
    });
    expect(await admin(`SELECT COUNT(*) FROM "${own}".mine`)).toEqual([['0']]);
    const changes = { kind: 'sql', name: 'write', sql: 'SELECT add_one()' } as const;
    await admin(`CREATE FUNCTION "${own}".add_one() RETURNS void LANGUAGE sql AS 'INSERT INTO "${own}".mine (user_id) SELECT 1';
GRANT INSERT ON "${own}".mine TO PUBLIC`);
    await expect(ask(changes.sql)).rejects.toMatchObject({ next: 'Add --write to let it change data.' });
    await warehouse.run({ ...write, steps: [changes] });
    expect(await admin(`SELECT COUNT(*) FROM "${own}".mine`)).toEqual([['1']]);
  },
);

/** What analysts attach to `users`, the words that name it, and the statement that takes it away. */
const ATTACHED: readonly (readonly [string, string, string])[] = [
  [
    `CREATE TABLE notes (user_id BIGINT REFERENCES users (user_id) ON DELETE CASCADE, note TEXT);
INSERT INTO notes VALUES (39, 'mine')`,
    'the foreign key notes_user_id_fkey of',
    'ALTER TABLE {own}.notes DROP CONSTRAINT notes_user_id_fkey;',
  ],
  [
    `CREATE TABLE notes (user_id BIGINT REFERENCES users (user_id) ON DELETE SET NULL, note TEXT);
INSERT INTO notes VALUES (39, 'mine')`,
    'the foreign key notes_user_id_fkey of',
    'ALTER TABLE {own}.notes DROP CONSTRAINT notes_user_id_fkey;',
  ],
  [
    `CREATE TABLE notes (note TEXT) INHERITS (users); INSERT INTO notes (user_id, note) VALUES (39, 'mine')`,
    'that inherits from it',
    'ALTER TABLE {own}.notes NO INHERIT {own}.users;',
  ],
  [
    `CREATE TABLE notes (note TEXT); INSERT INTO notes VALUES ('mine');
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM {own}.notes; RETURN OLD; END';
CREATE TRIGGER "Forget it" AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION forget()`,
    'the trigger "Forget it" on deletion',
    'DROP TRIGGER "Forget it" ON {own}.users;',
  ],
  [
    `CREATE TABLE notes (note TEXT); INSERT INTO notes VALUES ('mine');
CREATE RULE forget AS ON DELETE TO users DO ALSO DELETE FROM {own}.notes`,
    'the rule forget on deletion',
    'DROP RULE forget ON {own}.users;',
  ],
];

onPostgres(
  'anything that would carry deletions over to tables of others is refused by name before anything is deleted',
  async (database) => {
    const { admin, own, open, folder, user } = database;
    const warehouse = await open();
    await createTables(model, warehouse);
    const loader = loaderOf(warehouse, folder);
    const star = writeSample(loader);
    await etl(loader.context);
    const asUser = (sql: string) =>
      admin(`SET ROLE ${user}; SET search_path = "${own}"; ${sql.replaceAll('{own}', `"${own}"`)}`);
    await asUser('ALTER TABLE users ADD UNIQUE (user_id)');
    loader.store.files.set(`${LOG_ROOT}/b.json`, linesOf([{ ...PLAY, ts: PLAY.ts + 1 }]));
    for (const [attach, words, cure] of ATTACHED) {
      await asUser(attach);
      expect(await checkOf(loader, 'tables')).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining(`users has ${words.startsWith('that') ? 'the table' : words}`),
      });
      for (const action of [() => etl(loader.context), () => rebuild(loader.context)]) {
        const error = await action().then(
          () => undefined,
          (thrown) => thrown,
        );
        expect(error).toMatchObject({
          exitCode: 1,
          headline: expect.stringMatching(/^users has .*; nothing was changed$/),
        });
        expect(error.headline).toContain(words);
        expect(error.next).toMatch(/^Remove it, and keep such data in tables that hold only the key/);
        expect(error.next.replaceAll('"', '')).toContain(cure.replaceAll('{own}', own).replaceAll('"', ''));
      }
      expect(await asUser('SELECT note FROM notes')).toContainEqual(['mine']);
      await asUser(cure);
      await rebuild(loader.context);
      expect(await asUser('SELECT note FROM notes')).toContainEqual(['mine']);
      await asUser('DROP TABLE notes; DROP FUNCTION IF EXISTS forget()');
    }
    expect(await readStar(warehouse)).toEqual(star);
    expect((await etl(loader.context)).status).toBe('loaded');
    // A foreign key that acts on nothing holds the load up, until it may wait for the commit.
    await asUser(`CREATE TABLE notes (user_id BIGINT CONSTRAINT noted REFERENCES users (user_id), note TEXT);
INSERT INTO notes VALUES (39, 'mine')`);
    await expect(rebuild(loader.context)).rejects.toMatchObject({
      next: expect.stringMatching(/^A load deletes rows and inserts them again.*DEFERRABLE INITIALLY DEFERRED/),
    });
    await asUser('ALTER TABLE notes ALTER CONSTRAINT noted DEFERRABLE INITIALLY DEFERRED');
    await rebuild(loader.context);
  },
);
