import { describe, expect, test } from '@jest/globals';
import { createTables } from '../../src/pipeline/create-tables.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { PostgresTarget } from '../../src/target.ts';
import { clientConfig } from '../../src/warehouse/postgres/client.ts';
import { connectFailure, sorted } from '../../src/warehouse/postgres/failures.ts';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import type { Blockers, RunningBatch } from '../../src/warehouse/warehouse.ts';
import { withFolder } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { withTables } from '../support/postgres-tables.ts';
import { runSql } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';
import { until } from '../support/until.ts';

const lockingBatch = (sql: string) =>
  ({ name: 'b', locks: true, steps: [{ kind: 'sql', name: 'step', sql }] }) as const;

describe('PostgreSQL', () => {
  test('takes one statement at a time, so that none ends the read-only transaction of a query', () =>
    withTables(async (warehouse) => {
      await expect(warehouse.query('SELECT 1; DROP TABLE users')).rejects.toThrow('multiple commands');
      await expect(warehouse.query('COMMIT; DROP TABLE users')).rejects.toThrow('COMMIT is not a query');
      expect(await existing(warehouse, ['users'])).toEqual(new Set(['users']));
    }));

  test('names the views that stand in the way of create-tables', () =>
    withTables(async (warehouse, admin) => {
      await admin.query('CREATE VIEW top_users AS SELECT * FROM users');
      await expect(createTables(loadModel(), warehouse)).rejects.toMatchObject({
        message: expect.stringMatching(/view \S*top_users depends on table \S*users/),
        next: expect.stringMatching(/^Drop the objects named above/),
      });
      expect(await existing(warehouse, ['users'])).toEqual(new Set(['users']));
      await admin.query('DROP VIEW top_users');
      await createTables(loadModel(), warehouse);
      await admin.query('CREATE VIEW top_users AS SELECT * FROM users');
    }));

  test('create-tables keeps what others may do with the tables', () =>
    withTables(async (warehouse, admin) => {
      const role = uniqueName('Analyst "x" ');
      const quoted = `"${role.replaceAll('"', '""')}"`;
      await admin.query(`CREATE ROLE ${quoted}`);
      await admin.query(
        `GRANT SELECT ON songplays TO ${quoted} WITH GRANT OPTION; GRANT SELECT, INSERT ON users TO PUBLIC`,
      );
      await createTables(loadModel(), warehouse);
      const { rows } = await admin.query(
        `SELECT has_table_privilege($1, 'songplays', 'SELECT WITH GRANT OPTION') AS granted,
        has_table_privilege($1, 'users', 'INSERT') AS public, has_table_privilege($1, 'users', 'DELETE') AS nothing`,
        [role],
      );
      expect(rows).toEqual([{ granted: true, public: true, nothing: false }]);
      await admin.query(`DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`);
    }));

  test('does not wait for a lock longer than its time limit; readers do not wait at all', () =>
    withTables(
      async (warehouse, admin) => {
        await admin.query('BEGIN; LOCK TABLE load_run IN ACCESS EXCLUSIVE MODE');
        await expect(warehouse.run(lockingBatch('SELECT 1'))).rejects.toMatchObject({
          kind: 'busy',
          next: expect.stringMatching(/^Another run may hold the lock: npm run status/),
        });
        expect((await warehouse.query('SELECT COUNT(*) FROM load_ledger')).rows).toEqual([[0]]);
        expect(await warehouse.running()).toMatchObject([
          {
            holdsLock: true,
            by: expect.stringMatching(/^server process \d+ of user \w+, from .*, idle in transaction$/),
          },
        ]);
        await admin.query('ROLLBACK');
        await warehouse.run(lockingBatch('SELECT 1'));
      },
      { timeoutMilliseconds: 500 },
    ));

  test.each([
    ['the lock', 'locking', 'load_run'],
    ['a lock on another table', 'step', 'users'],
  ] as const)('a batch that waits for %s is told for whom, since when and for which application', (_, kind, table) =>
    withTables(async (warehouse, admin) => {
      await admin.query("SET application_name = 'nightly report'");
      await admin.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const { rows } = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      let found: readonly RunningBatch[] = [];
      const look = async ({ blockers }: { blockers?: Blockers }): Promise<void> => {
        while (found.length === 0) {
          found = (await blockers?.()) ?? [];
        }
        await admin.query('ROLLBACK');
      };
      const looks: Promise<void>[] = [];
      await warehouse.run(lockingBatch('DELETE FROM users'), (moment) => {
        if (moment.kind === kind) {
          looks.push(look(moment));
        }
      });
      await Promise.all(looks);
      expect(found).toEqual([
        {
          name: 'nightly report',
          since: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/),
          holdsLock: true,
          by: expect.stringMatching(`^server process ${rows[0]?.pid} of user \\w+, from .*, idle in transaction$`),
        },
      ]);
    }),
  );

  test.each([
    [500, '500ms'],
    [3_600_000, '1min'],
  ])(
    'a transaction may be idle for its time limit of %i ms, but for no longer than a minute',
    (timeoutMilliseconds, idle) =>
      withTables(
        async (warehouse) => {
          const shown = await warehouse.query("SELECT current_setting('idle_in_transaction_session_timeout')");
          expect(shown.rows).toEqual([[idle]]);
        },
        { timeoutMilliseconds },
      ),
  );

  test('a batch that is stopped between its last statement and its commit is undone, and says so', () =>
    withTables(async (warehouse) => {
      const insert = { kind: 'sql', name: 'insert', sql: 'INSERT INTO users (user_id) SELECT 1' } as const;
      const failing = warehouse.run(
        { name: 'b', locks: true, steps: [insert] },
        ({ kind }) => void (kind === 'committing' && warehouse.cancel()),
      );
      await expect(failing).rejects.toMatchObject({ kind: 'cancelled' });
      expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[0]]);
    }));

  test('has an index for what later steps look for in a temporary table', () =>
    withTables(async (warehouse) => {
      const made = {
        kind: 'sql',
        name: 'run_users',
        sql: 'CREATE TEMP TABLE "run_users" AS SELECT * FROM users',
      } as const;
      const read = "SELECT indexdef FROM pg_catalog.pg_indexes WHERE tablename = 'run_users'";
      const steps = [
        { ...made, lookups: [['user_id'], ['first_name', 'level']] },
        { kind: 'sql', name: 'read', sql: read, wanted: 'always' },
      ] as const;
      const results = await warehouse.run({ name: 'b', locks: true, steps });
      expect(results.at(-1)?.result?.rows.flat()).toEqual([
        expect.stringMatching(/\.run_users USING btree \(user_id\)$/),
        expect.stringMatching(/\.run_users USING btree \(first_name, level\)$/),
      ]);
    }));

  test('goes without an index that cannot hold the values, and the planner still knows the rows', () =>
    withTables(async (warehouse) => {
      const made = {
        kind: 'sql',
        name: 'run_texts',
        // An index refuses rows of more than 2,704 bytes, and digests do not compress.
        sql: `CREATE TEMP TABLE "run_texts" AS SELECT i AS id, t AS text
FROM (SELECT 1 AS i, STRING_AGG(MD5(CAST(n AS TEXT)), '') AS t FROM generate_series(1, 200) n
UNION ALL SELECT n, 'short' FROM generate_series(2, 9) n) made`,
        lookups: [['id'], ['text'], ['id', 'text']],
      } as const;
      const read = `SELECT (SELECT STRING_AGG(indexname, ',') FROM pg_catalog.pg_indexes WHERE tablename = 'run_texts'),
  (SELECT COUNT(*) FROM pg_catalog.pg_stats WHERE tablename = 'run_texts'), (SELECT COUNT(*) FROM run_texts)`;
      const steps = [made, { kind: 'sql', name: 'read', sql: read, wanted: 'always' }] as const;
      const results = await warehouse.run({ name: 'b', locks: true, steps });
      expect(results.at(-1)?.result?.rows).toEqual([['run_texts_id_idx', 2, 9]]);
    }));

  test('a connection that the server ends is told as such, and leaves nothing', () =>
    withTables(async (warehouse, admin) => {
      const sleeping = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)'";
      const insert = { kind: 'sql', name: 'insert', sql: 'INSERT INTO users (user_id) SELECT 1' } as const;
      const sleep = { kind: 'sql', name: 'sleep', sql: 'SELECT pg_sleep(20)' } as const;
      const failing = warehouse
        .run({ name: 'b', locks: true, steps: [insert, sleep] })
        .catch((error: unknown) => error);
      await until(async () => (await admin.query(sleeping)).rows.length > 0);
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)'");
      expect(await failing).toMatchObject({
        failure: { kind: 'unreachable', next: expect.stringMatching(/^Run again when the server is up/) },
      });
      expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[0]]);
      await warehouse.run({ name: 'b', locks: true, steps: [insert] });
      expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[1]]);
    }));

  test('works in the first schema of the search path where dwh.cfg names none', () =>
    withFolder(async (folder) => {
      const target = await postgresTarget();
      const warehouse = openPostgres({ target, readable: [], scratch: folder, timeoutMilliseconds: undefined });
      expect(await warehouse.schema()).toBe('public');
      await expect(runSql(warehouse, 'INSERT INTO nowhere SELECT 1')).rejects.toThrow('nowhere');
    }));
});

describe('TLS', () => {
  const target: PostgresTarget = { host: 'localhost', port: 5432, database: 'd', user: 'u', password: 'p' };

  test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '/var/run/postgresql'])('is not asked for on %s', (host) => {
    expect(clientConfig({ ...target, host }).ssl).toBe(false);
  });

  test.each(['db.example.com', '10.0.0.1', '128.0.0.1', 'localhost.example.com'])('is verified on %s', (host) => {
    expect(clientConfig({ ...target, host }).ssl).toMatchObject({ rejectUnauthorized: true });
  });

  test('obeys SSL_MODE', () => {
    const remote = { ...target, host: 'db.example.com' };
    expect(clientConfig({ ...remote, sslMode: 'disable' }).ssl).toBe(false);
    expect(clientConfig({ ...remote, sslMode: 'require' }).ssl).toMatchObject({ rejectUnauthorized: false });
    expect(clientConfig({ ...target, sslMode: 'verify-full' }).ssl).toMatchObject({ servername: 'localhost' });
  });

  test('that the server does not speak is told, with what to do', () =>
    withFolder(async (folder) => {
      const local = { ...(await postgresTarget()), sslMode: 'require' as const };
      const warehouse = openPostgres({ target: local, readable: [], scratch: folder, timeoutMilliseconds: undefined });
      await expect(warehouse.query('SELECT 1')).rejects.toMatchObject({
        kind: 'unreachable',
        message: expect.stringContaining('does not support SSL'),
        next: expect.stringMatching(/^Connections to other hosts are encrypted.*SSL_MODE = disable/),
      });
      const plain = { ...local, sslMode: 'disable' as const };
      const trusting = openPostgres({ target: plain, readable: [], scratch: folder, timeoutMilliseconds: undefined });
      expect((await trusting.query('SELECT 1')).rows).toEqual([[1]]);
    }));
});

describe("PostgreSQL's errors", () => {
  const withCode = (code: string, message = 'words') => Object.assign(new Error(message), { code });

  test.each([
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['42P01', 'missing-table'],
    ['3F000', 'missing-table'],
    ['55P03', 'busy'],
    ['57014', 'cancelled'],
    ['25006', 'refused'],
    ['42501', 'refused'],
    ['53100', 'refused'],
    ['22P02', 'refused'],
    ['28P01', 'unreachable'],
    ['3D000', 'unreachable'],
    ['53300', 'unreachable'],
    ['57P01', 'unreachable'],
    ['57P03', 'unreachable'],
    ['25P03', 'unreachable'],
    ['08006', 'unreachable'],
    ['ECONNREFUSED', 'unreachable'],
    ['ECONNRESET', 'unreachable'],
  ])('%s is %s', (code, kind) => {
    expect(sorted(withCode(code))).toMatchObject({ kind, cause: { code } });
  });

  test('without a code are known by their words', () => {
    expect(sorted(new Error('Connection terminated unexpectedly')).kind).toBe('unreachable');
    expect(sorted(withCode('57014', 'canceling statement due to statement timeout')).kind).toBe('busy');
    expect(sorted(new Error('something else')).kind).toBe('refused');
  });

  test('of a connection name the server, and no password', () => {
    const target = { host: 'h', port: 1, database: 'd', user: 'u', password: 'marked-secret' };
    const failed = connectFailure(target, withCode('28P01', 'password authentication failed for user "u"'));
    expect(failed.message).toBe(
      'cannot connect to PostgreSQL at h:1, database d, as u: password authentication failed for user "u"',
    );
    expect(failed.next).toContain('DB_PASSWORD');
  });
});
