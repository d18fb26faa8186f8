import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openPostgres } from '../../src/warehouse/postgres/warehouse.ts';
import { serverUser } from '../../standin/engine/postgres-programs.ts';
import { CAN_MOUNT, NO_MOUNT, withSmallDisk } from '../support/disks.ts';
import { withFolder } from '../support/engines.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { withTables } from '../support/postgres-tables.ts';
import { testIf } from '../support/skips.ts';
import { startTls } from '../support/tls.ts';
import { uniqueName } from '../support/unique.ts';
import { until } from '../support/until.ts';

describe('following the advice on PostgreSQL leads on', () => {
  test('a batch that the server picks to end a deadlock is undone, and runs again', () =>
    withTables(async (warehouse, admin) => {
      // Whoever waits this long asks whether there is a deadlock, and is the one that ends.
      await admin.query("SET deadlock_timeout = '1min'");
      await admin.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const emptied = (name: string) => ({ kind: 'sql', name, sql: `DELETE FROM ${name}` }) as const;
      const batch = { name: 'b', locks: false, steps: [emptied('songs'), emptied('users')] } as const;
      let others: Promise<unknown> | undefined;
      const failing = warehouse.run(batch, (moment) => {
        if (moment.kind === 'step' && moment.name === 'users') {
          others = admin.query('LOCK TABLE songs IN ACCESS EXCLUSIVE MODE');
        }
      });
      await expect(failing).rejects.toMatchObject({
        failure: { kind: 'conflict', next: 'Run again: there was a conflict with another transaction.' },
      });
      await others;
      await admin.query('ROLLBACK');
      expect(await warehouse.run(batch)).toHaveLength(2);
    }));

  test('a statement that does not wait for a lock is told to wait, and succeeds afterwards', () =>
    withTables(async (warehouse, admin) => {
      await admin.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const batch = {
        name: 'b',
        locks: false,
        asWritten: true,
        steps: [{ kind: 'sql', name: 'lock', sql: 'LOCK TABLE users NOWAIT' }],
      } as const;
      await expect(warehouse.run(batch)).rejects.toMatchObject({
        failure: { kind: 'busy', next: expect.stringMatching(/^Wait until the other process is done and run again/) },
      });
      await admin.query('ROLLBACK');
      await warehouse.run(batch);
    }));

  test('a connection that is lost during the commit leaves the outcome open; the same batch runs again', () =>
    withTables(async (warehouse, admin) => {
      // The commit waits for the lock, as it would for a slow disk.
      await admin.query(`SELECT pg_advisory_lock(4711);
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_lock(4711); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()`);
      const insert = { kind: 'sql', name: 'insert', sql: 'INSERT INTO users (user_id) SELECT 1' } as const;
      const batch = { name: 'b', locks: true, steps: [insert] } as const;
      const failing = warehouse.run(batch).catch((error: unknown) => error);
      const committing = "FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'advisory'";
      await until(async () => (await admin.query(`SELECT pid ${committing}`)).rows.length > 0);
      await admin.query(`SELECT pg_terminate_backend(pid) ${committing}`);
      expect(await failing).toMatchObject({
        kind: 'unreachable',
        message: expect.stringContaining('it is not known whether the transaction was committed'),
        next: expect.stringMatching(/^npm run status shows what is loaded; running the same command again/),
      });
      await admin.query('SELECT pg_advisory_unlock(4711)');
      expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[0]]);
      await warehouse.run(batch);
      expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[1]]);
    }));

  testIf(CAN_MOUNT && process.env['POSTGRES_URL'] === undefined, NO_MOUNT)(
    "a batch for which the server's disk has no space is undone, and runs once there is some",
    () =>
      withTables((warehouse, admin) =>
        withSmallDisk(1, async ({ path, grow }) => {
          const { uid, gid } = serverUser();
          if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
          const space = uniqueName('small');
          await admin.query(`CREATE TABLESPACE ${space} LOCATION '${path}'`);
          await admin.query(`ALTER TABLE users SET TABLESPACE ${space}`);
          const insert = 'INSERT INTO users (user_id) SELECT n FROM generate_series(1, 100000) AS g(n)';
          const batch = { name: 'b', locks: true, steps: [{ kind: 'sql', name: 'insert', sql: insert }] } as const;
          await expect(warehouse.run(batch)).rejects.toMatchObject({
            failure: { kind: 'refused', next: "The server's disk is full: free some space there and run again." },
          });
          grow(100);
          await warehouse.run(batch);
          expect((await warehouse.query('SELECT COUNT(*) FROM users')).rows).toEqual([[100_000]]);
          await admin.query('ALTER TABLE users SET TABLESPACE pg_default');
          await admin.query(`DROP TABLESPACE ${space}`);
        }),
      ),
  );

  test('a user with no connection left is told to try again later, and connects once another is closed', () =>
    withTables(async (_, admin) => {
      const user = uniqueName('alone');
      await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'alone' CONNECTION LIMIT 1`);
      const target = { ...(await postgresTarget()), user, password: 'alone' };
      const other = new pg.Client({ ...target });
      await other.connect();
      const warehouse = openPostgres({ target, readable: [], scratch: '', timeoutMilliseconds: undefined });
      await expect(warehouse.query('SELECT 1')).rejects.toMatchObject({
        kind: 'unreachable',
        next: 'The server has no connection left: try again later.',
      });
      await other.end();
      const left = `SELECT 1 FROM pg_stat_activity WHERE usename = '${user}'`;
      await until(async () => (await admin.query(left)).rows.length === 0);
      expect((await warehouse.query('SELECT 1')).rows).toEqual([[1]]);
      await warehouse.close();
      await until(async () => (await admin.query(left)).rows.length === 0);
      await admin.query(`DROP ROLE ${user}`);
    }));

  testIf(
    spawnSync('openssl', ['version']).status === 0,
    'a server with a certificate: openssl is not here to make one',
  )('a certificate that nobody known has signed is refused, until its CA is named or it need not be verified', () =>
    withFolder(async (folder) => {
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const made = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
      execFileSync('openssl', ['req', ...made.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
      const server = await postgresTarget();
      const tls = await startTls(server, { key: readFileSync(key), cert: readFileSync(cert) });
      const ask = async (sslMode: 'verify-full' | 'require') => {
        const target = { ...server, host: 'localhost', port: tls.port, sslMode };
        const warehouse = openPostgres({ target, readable: [], scratch: folder, timeoutMilliseconds: undefined });
        return (await warehouse.query('SELECT 1')).rows;
      };
      await expect(ask('verify-full')).rejects.toMatchObject({
        kind: 'unreachable',
        message: expect.stringMatching(/self.signed certificate/),
        next: expect.stringMatching(
          /^For servers on other hosts, the certificate is verified: name the CA.*PGSSLROOTCERT/,
        ),
      });
      expect(await ask('require')).toEqual([[1]]);
      process.env['PGSSLROOTCERT'] = cert;
      try {
        expect(await ask('verify-full')).toEqual([[1]]);
      } finally {
        delete process.env['PGSSLROOTCERT'];
        await tls.close();
      }
    }),
  );
});
