import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '../../src/generate/random.ts';
import { stopAt } from './faults.ts';
import { Life } from './life.ts';
import { type Ended, runLoader, startLoader } from './loader.ts';
import type { Ground, Place } from './site.ts';
import type { Tally } from './tally.ts';

/** The time limit that loaders are given here; nobody may wait for a lock of a stuck one any longer. */
export const LIMIT_MILLISECONDS = 6000;
/** What a load takes besides waiting, on a busy machine. */
const LOAD_MILLISECONDS = 10_000;
const BUSY = /in use by another process/;
const STATUS_PAUSE_MILLISECONDS = 150;

export interface TogetherOptions {
  readonly rounds: number;
  readonly seed: number;
}

/**
 * Two to four loaders at once, each from a place of its own or all from one, some of them killed; then stuck ones and dead ones, behind
 * which another loads. `status` is asked all the while.
 */
export async function loadTogether(ground: Ground, tally: Tally, { rounds, seed }: TogetherOptions): Promise<void> {
  if (rounds === 0) {
    return;
  }
  const rng = new Rng(seed, 0x746f6765, 4);
  const life = await Life.begin(ground, { tally, seed: seed * 1000 + 900 });
  const limited = { timeoutMinutes: LIMIT_MILLISECONDS / 60_000 };
  const places = [0, 1, 2, 3].map(() => life.newPlace(limited));
  for (let round = 0; round < rounds; round += 1) {
    const several = places.slice(0, 2 + rng.below(3));
    // From several hosts, or all from the same folder of one.
    await sideBySide(life, tally, round % 2 === 0 ? several : several.map(() => life.place), rng);
    await behindAnother(life, tally, places, STUCK[ground.engine]?.[round % 2] ?? '');
    if (ground.block !== undefined) {
      await behindADeadOne(life, tally, places);
    }
  }
  await life.end();
}

async function sideBySide(life: Life, tally: Tally, places: readonly Place[], rng: Rng): Promise<void> {
  life.deliver();
  const what = `${places.length} loaders at once`;
  const stopAsking = askStatus(life, tally);
  const loads = places.map(async (place) => {
    await sleep(rng.below(200));
    const loader = startLoader(place);
    const timer = rng.chance(0.25) ? setTimeout(() => loader.child.kill('SIGKILL'), 200 + rng.below(600)) : undefined;
    const ended = await loader.ended;
    clearTimeout(timer);
    return ended;
  });
  for (const ended of await Promise.all(loads)) {
    if (ended.code === null) {
      tally.kill(ended.mark);
    } else {
      tally.fault(`${what}: ${outcome(ended)}`);
      tally.wrong(what, ended.code === 0 || isRefusedByFile(life, ended) ? [] : [ended.stderr.slice(-500)]);
    }
  }
  await stopAsking();
  await life.recover(what);
  await life.check(what);
}

/** Where a loader is stopped in each engine: with the lock, and while its records go in. */
const STUCK: Readonly<Record<string, readonly string[]>> = {
  duckdb: ['^~ INSERT INTO .*\\.songs ', '^< BEGIN'],
  postgres: ['^< LOCK', '^~ COPY'],
  redshift: ['^< BatchExecuteStatement$', '^~ S3 PUT'],
};

/** A loader that hangs keeps the next one waiting for its time limit at most, and adds nothing when it wakes up. */
async function behindAnother(life: Life, tally: Tally, places: readonly Place[], pattern: string): Promise<void> {
  life.deliver();
  const what = `a loader that hangs at ${pattern}`;
  const stuck = await stopAt(places[0] as Place, pattern);
  const stopAsking = askStatus(life, tally);
  const next = await runLoader(places[1] as Place);
  const refused = isRefusedByFile(life, next);
  tally.fault(
    `${what}: the next one ${refused ? 'is told who has the file' : `waited no longer than the limit, ${outcome(next)}`}`,
  );
  const isLate = next.milliseconds > LIMIT_MILLISECONDS + LOAD_MILLISECONDS;
  tally.wrong(what, next.code === 0 || refused ? [] : [`the next one failed: ${next.stderr.slice(-500)}`]);
  tally.wrong(what, isLate ? [`the next one took ${Math.round(next.milliseconds)} ms`] : []);
  await stopAsking();
  if (!refused) {
    await life.checkEither(what);
  }
  stuck.child.kill('SIGCONT');
  const woken = await stuck.ended;
  tally.fault(`${what}, and wakes up: ${outcome(woken)}`);
  await life.recover(what);
  await life.check(what);
}

/** The statement of a loader that is dead hangs in the warehouse: the next one's turn comes when its time limit ends it. */
async function behindADeadOne(life: Life, tally: Tally, places: readonly Place[]): Promise<void> {
  life.deliver();
  const what = 'a dead loader whose statement hangs';
  const release = await life.ground.block?.(life.site);
  const dead = startLoader(places[2] as Place);
  await sleep(2500);
  dead.child.kill('SIGKILL');
  tally.kill((await dead.ended).mark);
  const stopAsking = life.ground.engine === 'postgres' ? askStatus(life, tally) : async () => {};
  const next = startLoader(places[3] as Place);
  await sleep(LIMIT_MILLISECONDS);
  await release?.();
  const ended = await next.ended;
  await stopAsking();
  tally.fault(`${what}: the next one, ${outcome(ended)}`);
  const isLate = ended.milliseconds > LIMIT_MILLISECONDS + LOAD_MILLISECONDS;
  tally.wrong(what, isLate ? [`the next one took ${Math.round(ended.milliseconds)} ms`] : []);
  tally.wrong(what, ended.code === 0 ? [] : [ended.stderr.slice(-500)]);
  await life.recover(what);
  await life.check(what);
}

/** Asks `status` until told to stop. A DuckDB file has one user at a time: there it may be told who that is. */
function askStatus(life: Life, tally: Tally): () => Promise<void> {
  let isOver = false;
  const place = life.newPlace();
  const asking = (async () => {
    while (!isOver) {
      const ended = await runLoader(place, { command: ['status'] });
      if (ended.code === 0) {
        tally.status(ended.milliseconds);
      }
      tally.wrong('status', ended.code === 0 || isRefusedByFile(life, ended) ? [] : [ended.stderr.slice(-500)]);
      await sleep(STATUS_PAUSE_MILLISECONDS);
    }
  })();
  return () => {
    isOver = true;
    return asking;
  };
}

function isRefusedByFile(life: Life, { stderr }: Ended): boolean {
  return life.ground.engine === 'duckdb' && BUSY.test(stderr);
}

function outcome({ code, stderr }: Ended): string {
  return code === 0 ? 'loaded or up to date' : BUSY.test(stderr) ? 'told who has the file' : `exit ${code}`;
}
