import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SHARED_GROUNDS } from '../support/grounds.ts';
import { postgresTarget } from '../support/postgres-engine.ts';
import { sharedStandin, stopSharedStandin } from '../support/redshift-engine.ts';
import { until } from '../support/until.ts';
import { stopAt } from '../torture/faults.ts';
import { Life } from '../torture/life.ts';
import { type Loader, startLoader } from '../torture/loader.ts';
import { dataApiFaults, isLoad } from '../torture/redshift.ts';
import { Relay } from '../torture/relay.ts';
import { Tally } from '../torture/tally.ts';

afterAll(stopSharedStandin);

/** A load that is in the middle of its transaction and stays there, and what lets it go on. */
interface Midway {
  readonly loader: Loader;
  readonly end: () => Promise<void>;
}

/** Whether a request to cancel comes through. */
type Cancels = 'cancels' | 'cannot cancel';

const MIDWAY: Readonly<Record<string, (life: Life, cancels: Cancels) => Promise<Midway>>> = {
  // Held up as a whole: signals wait with it, and arrive when it is let go.
  duckdb: async (life) => ({ loader: await stopAt(life.place, '^~ INSERT INTO .*\\bsongs\\b'), end: async () => {} }),
  postgres: async (life, cancels) => {
    const relay = await Relay.to((await postgresTarget()).port);
    const release = await life.ground.block?.(life.site);
    const loader = startLoader(life.newPlace({ via: { warehouse: relay.port } }));
    await until(() => loader.marks.some((mark) => /^~ DELETE FROM .*\bsongs\b/.test(mark)));
    relay.isDown = cancels === 'cannot cancel';
    return {
      loader,
      end: async () => {
        await release?.();
        await relay.close();
      },
    };
  },
  redshift: async (life, cancels) => {
    dataApiFaults.injected = (call) => {
      if (call.operation === 'CancelStatement' && cancels === 'cannot cancel') {
        return { kind: 'delay', milliseconds: 3000 };
      }
      return isLoad(call) ? { kind: 'stuck', at: 12 } : undefined;
    };
    const loader = startLoader(life.place);
    await until(
      () => loader.marks.includes('< BatchExecuteStatement') && loader.marks.at(-1) === '~ DescribeStatement',
    );
    return {
      loader,
      end: async () => {
        dataApiFaults.injected = () => undefined;
        // A second signal may end the loader before its request to cancel is sent: the statement would be stuck for ever.
        for (const statement of (await sharedStandin()).dataApi.statements) statement.cancel();
      },
    };
  },
};

describe.each(Object.keys(SHARED_GROUNDS))('a load on %s that is told to stop', (engine) => {
  const tally = new Tally(engine);
  let life: Life;

  beforeAll(async () => {
    const ground = await (SHARED_GROUNDS[engine] as (typeof SHARED_GROUNDS)[string])();
    life = await Life.begin(ground, { tally, seed: 1 });
    life.deliver();
  });
  // There is none when the set-up failed, which is then the failure to be told.
  afterAll(() => (life as Life | undefined)?.forget());

  async function withLoad(cancels: Cancels, action: (loader: Loader) => Promise<void>): Promise<void> {
    const { loader, end } = await (MIDWAY[engine] as (typeof MIDWAY)[string])(life, cancels);
    try {
      await action(loader);
    } finally {
      loader.child.kill('SIGKILL');
      await end();
    }
    await life.checkEither('a signal');
    expect(tally.differences).toEqual([]);
    expect(await isEmpty()).toBe(true);
  }

  async function isEmpty(): Promise<boolean> {
    const { staged } = await life.look();
    return staged.versions === 0;
  }
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s cancels its statement, leaves nothing behind and ends with %i',
    (signal, code) =>
      withLoad('cancels', async ({ child, ended }) => {
        child.kill(signal);
        child.kill('SIGCONT');
        const { stderr, ...rest } = await ended;
        expect({ stderr, ...rest }).toMatchObject({ code });
        expect(stderr).toContain(`stopped by ${signal}; nothing was committed`);
        await until(async () => (await life.site.leftovers()).length === 0);
      }),
    60_000,
  );

  test(
    'a second time ends at once, while the first signal is still being handled',
    () =>
      withLoad('cannot cancel', async ({ child, said, ended }) => {
        child.kill('SIGINT');
        await until(() => engine === 'duckdb' || said().includes('SIGINT: stopping'));
        // DuckDB's is still held up: another signal, since two of one kind are one while they wait.
        child.kill(engine === 'duckdb' ? 'SIGTERM' : 'SIGINT');
        child.kill('SIGCONT');
        const { code, stderr } = await ended;
        // The signal itself ends it, which a shell reports as 130 or 143.
        // Signals that were held up come at once: the first may then have cancelled the statement before the second counts.
        const codes = engine === 'duckdb' ? [null, 130, 143] : [null];
        expect({ stderr, ended: codes.includes(code) }).toMatchObject({ ended: true });
        expect(code === null && stderr.includes('stopped by')).toBe(false);
        expect(stderr).not.toMatch(/\n {4}at /);
      }),
    60_000,
  );

  test('loads the next time', async () => {
    await life.recover('signals');
    await life.check('signals');
    expect(tally.differences).toEqual([]);
    expect(await isEmpty()).toBe(false);
  }, 60_000);
});
