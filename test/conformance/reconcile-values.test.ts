import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { etl } from '../../src/pipeline/etl.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { type Reconciliation, reconcile } from '../../src/pipeline/reconcile.ts';
import { type Engine, engines } from '../support/engines.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { sample, scale } from '../support/scale.ts';
import { LOG_ROOT, linesOf } from '../support/scenario.ts';
import { describeEach } from '../support/skips.ts';
import { namesTamperedColumns, TAMPERINGS, type Tampering, withSample } from '../support/tampering.ts';
import { OTHER_PLAY, runSql } from '../support/trials.ts';

const [VALUE] = TAMPERINGS as readonly [Tampering];

function tamperingsFor({ name, share }: Engine): readonly Tampering[] {
  const names = TAMPERINGS.map((one) => one.name);
  const chosen = share === 1 ? names : sample(`changes by hand on ${name}`, names, scale.tamperings);
  return TAMPERINGS.filter((one) => chosen.includes(one.name));
}

describe.each(engines)('reconcile on $name names', (engine) => {
  test.each(tamperingsFor(engine))('$name in any column of the star, the current tables and staging', (how) =>
    namesTamperedColumns(engine, how),
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

describeEach(
  engines.filter(({ name }) => name === 'postgres'),
  'a load between two statements of reconcile: postgres is not among ENGINES, and the others have snapshots only',
)('reconcile on $name', (engine) => {
  test('is not disturbed by a load that commits while it compares', () =>
    withSample(engine, VALUE, async ({ context, store }) => {
      const { host, port, database, user, password } = await postgresTarget();
      const gate = new pg.Client({ host, port, database, user, password });
      await gate.connect();
      try {
        await gate.query('SELECT pg_advisory_lock(4711)');
        const wait = { name: 'wait', sql: 'SELECT pg_advisory_lock_shared(4711)' };
        const { derivation } = context.model;
        const model = { ...context.model, derivation: { ...derivation, rebuild: [...derivation.rebuild, wait] } };
        let reconciling: Promise<Reconciliation> | undefined;
        const derived = new Promise<void>((resolve) => {
          const emit = (event: PipelineEvent) => event.type === 'step' && event.name === wait.name && resolve();
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
});
