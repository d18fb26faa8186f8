import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { etl } from '../../src/pipeline/etl.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { type Reconciliation, reconcile } from '../../src/pipeline/reconcile.ts';
import { type Column, loadedColumns, type Table } from '../../src/sql/catalogue.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { sample, scale } from '../support/scale.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { changesOf, TAMPERINGS, type Tampering, tamperSample } from '../support/tampering.ts';
import { OTHER_PLAY, runSql } from '../support/trials.ts';

const [VALUE] = TAMPERINGS as readonly [Tampering];

/** One that has loaded the sample of a tampering. */
function withSample(
  engine: Engine,
  { isNullSample }: Tampering,
  action: (loader: Loader) => Promise<void>,
): Promise<void> {
  return withLoader(engine, async (loader) => {
    const { events, songs } = tamperSample(isNullSample);
    loader.store.files.set(`${LOG_ROOT}/a.json`, linesOf(events));
    loader.store.files.set(`${SONG_ROOT}/a.json`, linesOf(songs));
    await etl(loader.context);
    await action(loader);
  });
}

/** Changes one value of each column that can be changed so, each in a row of its own. Returns these columns by table. */
async function tamper(
  { context: { warehouse } }: Loader,
  tables: readonly Table[],
  columnsOf: (table: Table) => readonly Column[],
  how: Tampering,
) {
  const changes = tables.map((table) => changesOf(table, columnsOf(table), how));
  for (const { statements } of changes) {
    const steps = statements.map((sql, index) => ({ kind: 'sql' as const, name: `tamper_${index}`, sql }));
    await warehouse.run({ name: `tamper-${Math.random()}`, locks: false, steps });
  }
  return new Map(changes.map(({ table, columns }) => [table.name, columns]));
}

/** What a reconciliation names, by table: columns that differ, and rows that stand under another key than theirs. */
async function namedColumns({ context }: Loader, recounts: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  const { disagreements } = await reconcile(context, { recounts });
  const named = disagreements.map(({ rule, examples }) => [rule, examples.flatMap(columnIn)] as const);
  return new Map(named);
}

function columnIn(example: string): readonly string[] {
  const column = /: (\w+) is .+ instead of .+$/.exec(example)?.[1];
  return / 1 row missing$/.test(example) ? [] : [column ?? (/: 1 row too many$/.test(example) ? KEY : example)];
}

const KEY = 'a key';

/** Staging comes last, since the star is held to it. */
const COMPARED = [
  { roles: ['current', 'star'], columnsOf: ({ columns }: Table) => columns, recounts: false },
  { roles: ['staging'], columnsOf: loadedColumns, recounts: true },
] as const;

function tamperingsFor({ name, share }: Engine): readonly Tampering[] {
  const names = TAMPERINGS.map((one) => one.name);
  const chosen = share === 1 ? names : sample(`changes by hand on ${name}`, names, scale.tamperings);
  return TAMPERINGS.filter((one) => chosen.includes(one.name));
}

describe.each(engines)('reconcile on $name names', (engine) => {
  test.each(tamperingsFor(engine))('$name in any column of the star, the current tables and staging', (how) =>
    withSample(engine, how, async (loader) => {
      for (const { roles, columnsOf, recounts } of COMPARED) {
        const tables = loader.context.model.tables.filter(({ role }) =>
          (roles as readonly Table['role'][]).includes(role),
        );
        const changed = await tamper(loader, tables, columnsOf, how);
        const named = await namedColumns(loader, recounts);
        for (const [table, columns] of changed) {
          const expected = how.isOfKeys ? columns.map(() => KEY) : [...columns].sort();
          expect([table, [...(named.get(table) ?? [])].sort()]).toEqual([table, expected]);
        }
      }
    }),
  );

  test('the same part of a sample each time, and says what it left out', () =>
    withSample(engine, VALUE, async (loader) => {
      const { context } = loader;
      const sampled = (seed: number, recounts = false) =>
        reconcile(context, { recounts, sample: { percent: 50, seed } });
      expect(await sampled(0, true)).toMatchObject({
        disagreements: [],
        notes: ['a sample of 50 % was compared, seed 0; staging_songs as a whole'],
      });
      await runSql(context.warehouse, "UPDATE users SET level = 'gone'");
      const named = async (seed: number) => (await sampled(seed)).disagreements[0]?.examples ?? [];
      const first = await named(0);
      expect(first.length).toBeGreaterThan(0);
      expect(first.length).toBeLessThan(20);
      expect(await named(0)).toEqual(first);
      expect(await named(1)).not.toEqual(first);
    }));

  test('columns without their values where excerpts are not wanted', () =>
    withSample(engine, VALUE, async ({ context }) => {
      await runSql(context.warehouse, "UPDATE users SET level = 'marked', gender = 'marked' WHERE user_id = 100");
      const { disagreements } = await reconcile(context, { recounts: false, excerpts: false });
      expect(disagreements).toMatchObject([
        { rule: 'users', examples: ['user_id 100: gender differs, level differs'] },
      ]);
    }));
});

const onPostgres = engines.filter(({ name }) => name === 'postgres');
if (onPostgres.length === 0) {
  test.skip('a load between two statements of reconcile: DuckDB and the stand-in have snapshots only; PostgreSQL is not among ENGINES', () => {});
}

(onPostgres.length === 0 ? describe.skip : describe).each(onPostgres.length === 0 ? engines : onPostgres)(
  'reconcile on $name',
  (engine) => {
    test('is not disturbed by a load that commits while it compares', () =>
      withSample(engine, VALUE, async ({ context, store }) => {
        const { host, port, database, user, password } = await postgresTarget();
        const gate = new pg.Client({ host, port, database, user, password });
        await gate.connect();
        try {
          await gate.query('SELECT pg_advisory_lock(4711)');
          const wait = { name: '999_wait', sql: 'SELECT pg_advisory_lock_shared(4711)', skippedByRebuild: false };
          const model = { ...context.model, transforms: [...context.model.transforms, wait] };
          const last = context.model.transforms.at(-1)?.name;
          let reconciling: Promise<Reconciliation> | undefined;
          const derived = new Promise<void>((resolve) => {
            const emit = (event: PipelineEvent) => event.type === 'step' && event.name === last && resolve();
            reconciling = reconcile({ ...context, model, emit }, { recounts: false });
          });
          await derived;
          store.files.set(`${LOG_ROOT}/b.json`, linesOf([{ ...OTHER_PLAY, userId: '100' }]));
          expect((await etl(context)).status).toBe('loaded');
          await gate.query('SELECT pg_advisory_unlock(4711)');
          expect((await reconciling)?.disagreements).toEqual([]);
        } finally {
          await gate.end();
        }
      }));
  },
);
