import { describe, expect, test } from '@jest/globals';
import { StepFailed, WarehouseError } from '../../src/warehouse/errors.ts';
import type { Batch, Step, Warehouse } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { existing } from '../support/existing.ts';
import { conforms } from '../support/gaps.ts';
import { makeGate } from '../support/gate.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { runSql } from '../support/trials.ts';
import { uniqueName } from '../support/unique.ts';
import { until } from '../support/until.ts';

/** A batch of statements, named step1, step2 and so on; the rows of SELECTs are wanted. */
function batchOf(locks: boolean, ...statements: readonly string[]): Batch {
  const steps = statements.map((sql, index): Step => {
    const wanted = sql.startsWith('SELECT') ? 'always' : undefined;
    return { kind: 'sql', name: `step${index + 1}`, sql, wanted };
  });
  return { name: uniqueName('contract', '-'), locks, steps };
}

const INSERT = "INSERT INTO users (user_id, level) SELECT 1, 'free'";
const COUNT = 'SELECT COUNT(*) AS n FROM users';

const HUNDRED = `SELECT a.n * 10 + b.n AS n FROM (${digits()}) a CROSS JOIN (${digits()}) b`;
const TEN_THOUSAND = `SELECT a.n AS a, b.n AS b FROM (${HUNDRED}) a CROSS JOIN (${HUNDRED}) b ORDER BY 1, 2`;

function digits(): string {
  return Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ');
}

async function countUsers({ context }: Loader): Promise<number> {
  return Number((await context.warehouse.query(COUNT)).rows[0]?.[0]);
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function kindOf(error: unknown): unknown {
  const failure = error instanceof StepFailed ? error.failure : error;
  return failure instanceof WarehouseError ? failure.kind : failure;
}

describe.each(engines)('the contract of a warehouse on $name', (engine) => {
  test('a batch returns a result a step, with rows where they are wanted', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const results = await warehouse.run(batchOf(true, INSERT, COUNT, INSERT, COUNT));
      expect(results.map(({ name }) => name)).toEqual(['step1', 'step2', 'step3', 'step4']);
      expect(results[1]?.result).toEqual({ columns: ['n'], rows: [[1]] });
      expect(results[3]?.result?.rows).toEqual([[2]]);
    }));

  conforms(engine, 'a batch reports each step before it runs, and its number of rows', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const told: string[] = [];
      const results = await warehouse.run(batchOf(true, INSERT, INSERT), (moment) => {
        if (moment.kind !== 'locking') {
          told.push(moment.kind === 'step' ? `${moment.at} ${moment.name}` : moment.kind);
        }
      });
      expect(told).toEqual(['1 step1', '2 step2', 'committing']);
      expect(results.map(({ affected }) => affected)).toEqual([1, 1]);
    }),
  );

  test('a batch that fails leaves nothing, and tells the step and what came before it', () =>
    withLoader(engine, async (loader) => {
      const failed = await failureOf(
        loader.context.warehouse.run(batchOf(true, INSERT, COUNT, "SELECT CAST('x' AS INTEGER) AS x", INSERT)),
      );
      expect(failed).toBeInstanceOf(StepFailed);
      const { step, failure, results } = failed as StepFailed;
      expect([step.name, failure.kind]).toEqual(['step3', 'refused']);
      expect(results.find(({ name }) => name === 'step2')?.result?.rows).toEqual([[1]]);
      expect(await countUsers(loader)).toBe(0);
    }));

  test('a table that is missing is told so, with the command that makes it', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const failed = await failureOf(warehouse.query('SELECT * FROM nowhere'));
      expect(failed).toBeInstanceOf(WarehouseError);
      expect(failed).toMatchObject({ kind: 'missing-table', next: expect.stringContaining('create-tables') });
    }));

  test.each([INSERT, 'DELETE FROM users', 'UPDATE users SET level = NULL', 'DROP TABLE users'])(
    'a query may not write: %s',
    (sql) =>
      withLoader(engine, async (loader) => {
        await runSql(loader.context.warehouse, INSERT);
        await expect(loader.context.warehouse.query(sql)).rejects.toThrow();
        await expect(loader.context.warehouse.query(`SELECT 1; ${sql}`)).rejects.toThrow();
        expect(await countUsers(loader)).toBe(1);
      }),
  );

  test('a query has any number of rows, in pages; one whose reader stops is over', () =>
    withLoader(engine, async (loader) => {
      const { warehouse } = loader.context;
      const pages = [];
      for await (const page of warehouse.pages(TEN_THOUSAND)) {
        pages.push(page);
      }
      expect(new Set(pages.map(({ columns }) => columns.join()))).toEqual(new Set(['a,b']));
      const rows = pages.flatMap((page) => page.rows);
      expect(rows.map(([a, b]) => Number(a) * 100 + Number(b))).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
      expect(Math.max(...pages.map((page) => page.rows.length))).toBeLessThan(5000);
      for await (const page of warehouse.pages(TEN_THOUSAND)) {
        expect(page.columns).toEqual(['a', 'b']);
        break;
      }
      expect(await warehouse.running()).toEqual([]);
      expect(await countUsers(loader)).toBe(0);
    }));

  test('a query without rows has a page that tells its columns', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const pages = [];
      for await (const page of warehouse.pages('SELECT user_id, level FROM users')) {
        pages.push(page);
      }
      expect(pages[0]?.columns).toEqual(['user_id', 'level']);
      expect(pages.flatMap(({ rows }) => rows)).toEqual([]);
    }));

  test('a query of ordinary tables reads nothing where one of them is a view, or missing', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      await runSql(warehouse, 'CREATE VIEW payers AS SELECT user_id FROM users');
      expect((await warehouse.query(COUNT, { tables: ['users', 'songs'] })).rows).toEqual([[0]]);
      for (const other of ['payers', 'nowhere']) {
        const failed = await failureOf(warehouse.query(COUNT, { tables: ['users', other] }));
        expect(kindOf(failed)).toBe('refused');
      }
    }));

  test("a user's own statement gives its rows, or how many it changed", () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const write = async (sql: string) => {
        const steps = [{ kind: 'sql', name: 'query', sql, wanted: 'always' } as const];
        const [done] = await warehouse.run({ name: uniqueName('write', '-'), locks: false, asWritten: true, steps });
        return [done?.affected, done?.result?.rows];
      };
      expect(await write(`${INSERT} UNION ALL ${INSERT.slice(INSERT.indexOf('SELECT'))}`)).toEqual([2, undefined]);
      expect(await write("UPDATE users SET level = 'paid'")).toEqual([2, undefined]);
      expect((await write('CREATE VIEW payers AS SELECT user_id FROM users'))[1]).toBeUndefined();
      expect((await write('SELECT COUNT(*) AS n FROM payers'))[1]).toEqual([[2]]);
      expect((await write('SELECT user_id FROM payers WHERE FALSE'))[1]).toEqual([]);
    }));

  test('all statements of a transaction have one stamp, in UTC, which is also the DEFAULT of loaded_at', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const insert = `INSERT INTO staging_songs (artist_id, song_id) SELECT 'a', CAST(${warehouse.now} AS VARCHAR(32))`;
      await warehouse.run(batchOf(true, insert, insert));
      const { rows } = await warehouse.query(
        'SELECT song_id, CAST(loaded_at AS VARCHAR(32)), loaded_at FROM staging_songs',
      );
      expect(new Set(rows.flatMap((row) => row.slice(0, 2))).size).toBe(1);
      const age = Date.now() - Date.parse(`${String(rows[0]?.[2]).replace(' ', 'T')}Z`);
      expect(Math.abs(age)).toBeLessThan(10 * 60 * 1000);
    }));

  test('values come back alike', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const { columns, rows } = await warehouse.query(`SELECT
  1 = 1 AS yes, 42 AS small, CAST(9007199254740993 AS BIGINT) AS large, CAST(7 AS BIGINT) AS seven,
  CAST(0.1 AS DOUBLE PRECISION) AS real, CAST(12.50 AS DECIMAL(8, 2)) AS exact,
  CAST(12345678901234567890.25 AS DECIMAL(30, 2)) AS long, TIMESTAMP '2018-11-01 21:01:46.7' AS at,
  CAST('é😀' AS VARCHAR(16)) AS words, CAST('' AS VARCHAR(16)) AS nothing, CAST(NULL AS BIGINT) AS missing`);
      expect(columns).toEqual('yes small large seven real exact long at words nothing missing'.split(' '));
      expect(rows).toEqual([
        [
          true,
          42,
          9007199254740993n,
          7,
          0.1,
          12.5,
          '12345678901234567890.25',
          '2018-11-01 21:01:46.700',
          'é😀',
          '',
          null,
        ],
      ]);
    }));

  test('the tables that exist are told from those that do not', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      expect(await existing(warehouse, ['users', 'nowhere', 'time'])).toEqual(new Set(['users', 'time']));
    }));

  test('locking batches take their turns', () =>
    withLoader(engine, async ({ context }) => {
      const { warehouse } = context;
      const move = `UPDATE load_run SET previous_stamp = stamp, stamp = ${warehouse.now}`;
      const insert = 'INSERT INTO users (user_id) SELECT COUNT(*) FROM users';
      const runs = [1, 2, 3].map(() => untilItSucceeds(warehouse, () => batchOf(true, move, insert)));
      await Promise.all(runs);
      const { rows } = await warehouse.query('SELECT user_id FROM users ORDER BY user_id');
      expect(rows).toEqual([[0], [1], [2]]);
    }));

  test('a batch that runs is shown, and when it is cancelled it leaves nothing', () =>
    withLoader(engine, async (loader) => {
      const { warehouse } = loader.context;
      const many = Array.from({ length: 9 }, () => 'INSERT INTO users (user_id) SELECT user_id + 1 FROM users');
      await warehouse.run(batchOf(false, INSERT, ...many));
      const endless =
        'SELECT COUNT(*) AS n FROM users a, users b, users c, users d WHERE a.user_id + b.user_id + c.user_id + d.user_id < 0';
      const batch = batchOf(true, INSERT, endless);
      const begun = makeGate();
      const failing = failureOf(warehouse.run(batch, () => begun.open()));
      await (engine.reportsLive ? begun.opened : until(async () => (await warehouse.running()).length > 0));
      const running = await warehouse.running();
      // On DuckDB nobody else can have the file, and who has it is told when it is opened.
      expect(running.map(({ name }) => name)).toEqual(engine.name === 'duckdb' ? [] : [batch.name]);
      expect(running.map(({ holdsLock }) => holdsLock)).toEqual(
        engine.name === 'duckdb' ? [] : [engine.name === 'postgres' ? true : undefined],
      );
      await warehouse.cancel();
      expect(kindOf(await failing)).toBe('cancelled');
      expect(await countUsers(loader)).toBe(512);
    }));

  test('a batch can be shown before it is run, and closing twice does no harm', () =>
    withLoader(engine, async ({ context: { warehouse } }) => {
      const shown = (await warehouse.explain(batchOf(true, INSERT, COUNT))).join('\n');
      const table = `"${await warehouse.schema()}".users`;
      expect(shown).toMatch(new RegExp(`INSERT INTO .*${table} `));
      expect(shown).toMatch(new RegExp(`COUNT.*FROM .*${table}`));
      await warehouse.close();
    }));
});

/** Runs a batch until nobody is in its way, as the pipeline does. */
async function untilItSucceeds(warehouse: Warehouse, makeBatch: () => Batch): Promise<void> {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const failed = await failureOf(warehouse.run(makeBatch()));
    if (failed === undefined) return;
    if (kindOf(failed) !== 'conflict') throw failed;
  }
  throw new Error('ten conflicts in a row');
}
