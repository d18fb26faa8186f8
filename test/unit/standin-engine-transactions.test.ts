import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { EngineOptions, StandinEngine } from '../../standin/engine/engine.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
import type { Backend } from '../../standin/executor.ts';
import { until } from '../support/until.ts';
import { backend, message, openEngine, useEngine } from './standin-engine-support.ts';

useEngine(['CREATE TABLE t (id BIGINT)']);

let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client({ ...(await sharedPostgres()) });
  await admin.connect();
});

afterAll(() => admin.end());

describe('transactions', () => {
  /** What the server beneath the stand-in says of a session: its state, and what it waits for. */
  async function activityOf({ pid }: Backend): Promise<Partial<Record<string, unknown>>> {
    const { rows } = await admin.query('SELECT state, wait_event_type FROM pg_stat_activity WHERE pid = $1', [pid]);
    return rows[0] ?? {};
  }

  async function pair(options: Partial<EngineOptions> = {}): Promise<[Backend, Backend, StandinEngine]> {
    const other = await openEngine(options);
    const first = await other.connect({ database: 'dev', user: 'ann' });
    await first.execute('CREATE TABLE run (n INT)');
    await first.execute('INSERT INTO run VALUES (0)');
    return [first, await other.connect({ database: 'dev', user: 'bob' }), other];
  }

  /** Both lock the table and change its row; the second waits for the first. */
  async function collide([first, second]: readonly Backend[]): Promise<string> {
    await first?.begin();
    await second?.begin();
    await first?.execute('LOCK run');
    const waiting = message('LOCK run', second);
    await first?.execute('UPDATE run SET n = n + 1');
    await first?.commit();
    await waiting;
    const result = await message('UPDATE run SET n = n + 1', second as Backend);
    await second?.rollback();
    return result;
  }

  test('Correlated subqueries: a snapshot taken after LOCK sees what the other one did', async () => {
    const [first, second, other] = await pair();
    expect(await collide([first, second])).toBe('accepted');
    await other.stop();
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": under SNAPSHOT a snapshot older than LOCK ends in a conflict', async () => {
    const [first, second, other] = await pair({ snapshotAt: 'begin' });
    expect(await collide([first, second])).toBe(
      'ERROR: could not complete because of conflict with concurrent transaction',
    );
    await other.stop();
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": under SERIALIZABLE it ends in error 1023', async () => {
    const [first, second, other] = await pair({ snapshotAt: 'begin', isolation: 'SERIALIZABLE' });
    expect(await collide([first, second])).toMatch(
      /^ERROR: 1023 DETAIL: Serializable isolation violation on table - [1-9]\d*, transactions forming the cycle are: \d+, \d+ \(pid:\d+\)$/,
    );
    const { rows: levels } = await first.execute('SELECT isolation_level FROM stv_db_isolation_level');
    expect(levels[0]?.[0]?.trim()).toBe('Serializable');
    await other.stop();
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": writers of a table queue, readers do not wait for them', async () => {
    const [first, second, other] = await pair();
    await first.begin();
    await first.execute('INSERT INTO run VALUES (1)');
    expect((await second.execute('SELECT COUNT(*) FROM run')).rows).toEqual([['1']]);
    const waiting = second.execute('INSERT INTO run VALUES (2)');
    await until(async () => (await activityOf(second))['wait_event_type'] === 'Lock');
    await first.commit();
    await waiting;
    await other.stop();
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": two tables locked in opposite order are a deadlock', async () => {
    const [first, second, other] = await pair();
    await first.execute('CREATE TABLE run2 (n INT)');
    await first.begin();
    await second.begin();
    await first.execute('LOCK run');
    await second.execute('LOCK run2');
    /** Whoever fails lets the other one go on. */
    const lock = async (table: string, on: Backend): Promise<string> => {
      const result = await message(`LOCK ${table}`, on);
      await on.rollback();
      return result;
    };
    const results = await Promise.all([lock('run2', first), lock('run', second)]);
    expect(results.sort()).toEqual(['ERROR: deadlock detected', 'accepted']);
    await other.stop();
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": TRUNCATE commits what came before it and cannot be rolled back', async () => {
    const [first, second, other] = await pair();
    await first.execute('CREATE TABLE kept (n INT)');
    await first.begin();
    await first.execute('INSERT INTO kept VALUES (1)');
    await first.execute('TRUNCATE run');
    await first.execute('INSERT INTO kept VALUES (2)');
    await first.rollback();
    expect((await second.execute('SELECT n FROM kept')).rows).toEqual([['1']]);
    expect((await second.execute('SELECT COUNT(*) FROM run')).rows).toEqual([['0']]);
    await other.stop();
  });

  test('a failed statement fails the transaction, refused by the gate or not', async () => {
    await backend.begin();
    expect(await message('SELECT now() FROM t')).toContain('not supported');
    expect(await message('SELECT 1')).toContain('current transaction is aborted');
    await backend.rollback();
    expect(await message('SELECT 1')).toBe('accepted');
  });

  test('pages "Serializable isolation", "TRUNCATE" and "LOCK": VACUUM does not run inside a transaction', async () => {
    await backend.begin();
    expect(await message('VACUUM t')).toContain('VACUUM cannot run inside a transaction block');
    await backend.rollback();
  });

  test('a statement that is cancelled, or runs out of time, says so', async () => {
    const slow = 'SELECT COUNT(*) FROM generate_series(1, 300000000)';
    const running = message(slow);
    await until(async () => (await activityOf(backend))['state'] === 'active');
    await backend.cancel();
    expect(await running).toMatch(/^ERROR: Query \(-?\d+\) cancelled on user's request$/);
    await backend.execute('SET statement_timeout TO 20');
    expect(await message(slow)).toMatch(/cancelled on user's request: statement timeout$/);
  });
});
