import { expect } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { engines } from '../support/engines.ts';
import { withSharedDatabase } from '../support/shared-database.ts';
import { testIf } from '../support/skips.ts';

const postgres = engines.find(({ name }) => name === 'postgres');
const testPostgres = testIf(postgres !== undefined, 'rights on a server: postgres is not among ENGINES');

/** What somebody made, a statement that runs it, and the words that name it; the last is met by every statement. */
const CODE: readonly (readonly [string, string, string])[] = [
  ["CREATE FUNCTION acts(INT) RETURNS INT IMMUTABLE LANGUAGE sql AS 'SELECT 1'", 'SELECT acts(1)', 'function acts'],
  ["CREATE VIEW seen AS SELECT pg_read_file('PG_VERSION') AS version", 'SELECT * FROM Seen', 'relation seen'],
  ['CREATE VIEW "Odd ""é""" AS SELECT 1 AS a', 'TABLE "Odd ""é"""', 'relation "Odd ""é"""'],
  ['CREATE VIEW "größe$" AS SELECT 1 AS a', 'TABLE größe$', 'relation "größe$"'],
  [
    'CREATE DOMAIN checked AS INT CHECK (lo_unlink(CAST(VALUE AS OID)) = 1)',
    'SELECT CAST(1 AS checked)',
    'domain checked',
  ],
  [
    'CREATE OPERATOR ==> (FUNCTION = lo_export, LEFTARG = OID, RIGHTARG = TEXT)',
    "SELECT CAST(1 AS OID) ==> '/tmp/x'",
    'operator ==>',
  ],
  [
    'CREATE TABLE indexed (a INT); CREATE INDEX ON indexed (a) WHERE acts(1) = 1',
    'SELECT a FROM indexed',
    'relation indexed',
  ],
  ['CREATE TABLE checks (a INT CHECK (acts(a) = 1))', 'SELECT a FROM checks', 'relation checks'],
  [
    `CREATE FOREIGN DATA WRAPPER wrapper; CREATE SERVER remote FOREIGN DATA WRAPPER wrapper; CREATE TABLE parent (a INT);
CREATE TABLE child () INHERITS (parent); CREATE FOREIGN TABLE grandchild () INHERITS (child) SERVER remote`,
    'SELECT a FROM parent',
    'relation parent',
  ],
  [
    `CREATE TYPE pair AS (a INT); CREATE FUNCTION pair_of(TEXT) RETURNS pair LANGUAGE sql AS 'SELECT ROW (1)';
CREATE CAST (TEXT AS pair) WITH FUNCTION pair_of(TEXT) AS IMPLICIT`,
    'SELECT 1',
    'a cast to',
  ],
];

testPostgres("a user with rights on the server's files and programs runs no code of others in a query", () =>
  withSharedDatabase(postgres as never, async ({ admin, own, open, user }) => {
    const warehouse = await open();
    await createTables(loadModel(), warehouse);
    const ask = (sql: string) => warehouse.query(sql, { asWritten: true });
    const make = (sql: string) => admin(`SET search_path = "${own}"; ${sql}`);
    await make(`CREATE VIEW shown AS SELECT COUNT(*) AS plays FROM songplays; GRANT SELECT ON shown TO ${user}`);
    expect((await ask('SELECT plays FROM shown')).rows).toEqual([[0]]);
    for (const role of ['pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files']) {
      await admin(`GRANT ${role} TO ${user}`);
      await expect(ask('SELECT plays FROM shown')).rejects.toThrow('the relation shown');
      await admin(`REVOKE ${role} FROM ${user}`);
    }
    await admin(`ALTER ROLE ${user} SUPERUSER`);
    for (const [code, statement, words] of CODE) {
      await make(code);
      await expect(ask(statement)).rejects.toMatchObject({
        what: expect.stringContaining(words),
        next: expect.stringContaining('--write'),
      });
      if (words !== 'a cast to') {
        expect((await ask('SELECT COUNT(*) FROM songplays')).rows).toEqual([[0]]);
      }
    }
    await make('DROP CAST (TEXT AS pair)');
    await admin(`ALTER ROLE ${user} NOSUPERUSER`);
    expect((await ask('SELECT plays FROM shown')).rows).toEqual([[0]]);
  }),
);
