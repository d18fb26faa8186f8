import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '../../src/generate/random.ts';
import { Life } from './life.ts';
import { type Ended, runLoader, startLoader } from './loader.ts';
import type { Ground } from './site.ts';
import type { Tally } from './tally.ts';

/** Kills of one warehouse before the next is made: its tables stay small, and each end is compared with an undisturbed load. */
const KILLS_A_LIFE = 15;
/** How long a process works on after it has handed a statement to its driver, in microseconds. */
const MOST_MICROSECONDS = 3000;

/** How long the statements of a rebuild take, of a load's time. */
const REBUILD_SHARE = 0.3;

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
}

/** Kills loaders: at every step in turn, and at random moments in between. Each is restarted, and the star compared. */
export async function killLoaders(ground: Ground, tally: Tally, { kills, seed }: KillOptions): Promise<void> {
  const rng = new Rng(seed, 0x6b696c6c, 2);
  for (let done = 0; done < kills; done += KILLS_A_LIFE) {
    const life = await Life.begin(ground, { tally, seed: seed * 1000 + done });
    const { marks, milliseconds } = await measure(life);
    for (let n = done; n < Math.min(kills, done + KILLS_A_LIFE); n += 1) {
      const aim = { rng, marks, milliseconds, share: n / kills };
      await killOnce(life, tally, METHODS.slice(n % METHODS.length, (n % METHODS.length) + 1), aim);
    }
    await life.end();
  }
}

/** What an undisturbed load does, and how long it takes from its first mark. */
async function measure(life: Life): Promise<{ marks: readonly string[]; milliseconds: number }> {
  life.deliver();
  let begun = 0;
  const loader = startLoader(life.place, {
    onMark: () => {
      begun ||= performance.now();
    },
  });
  await loader.ended;
  return { marks: loader.marks, milliseconds: performance.now() - begun };
}

interface Aim {
  readonly rng: Rng;
  readonly marks: readonly string[];
  readonly milliseconds: number;
  /** How far the run has come, from 0 to 1: named steps are taken in their order. */
  readonly share: number;
}

type Method = (life: Life, aim: Aim) => Promise<{ readonly ended: Ended; readonly step: string }>;

/** One kill, what it left, and the restart. A loader that was quicker than the kill does not count, and another takes its place. */
async function killOnce(life: Life, tally: Tally, methods: readonly Method[], aim: Aim): Promise<void> {
  let killed = false;
  for (let n = 0; !killed; n += 1) {
    life.deliver();
    const { ended, step } = await (methods[n] ?? killAtRandom)(life, aim);
    killed = ended.code === null;
    if (killed) {
      tally.kill(step);
      await life.checkEither(`a kill at ${step}`);
    }
    await life.recover(`a kill at ${step}`);
    await life.check(`a kill at ${step}`);
  }
}

/** At any moment of a load, from its first mark. */
function killAtRandom(life: Life, aim: Aim): ReturnType<Method> {
  return killCommandAtRandom(life, aim, ['etl']);
}

/** At any moment of a rebuild: the star stays as it was, for the files that have arrived are not loaded by it. */
async function killRebuild(life: Life, aim: Aim): ReturnType<Method> {
  const milliseconds = aim.milliseconds * REBUILD_SHARE;
  const { ended, step } = await killCommandAtRandom(life, { ...aim, milliseconds }, ['rebuild']);
  return { ended, step: `rebuild: ${step}` };
}

async function killCommandAtRandom(
  life: Life,
  { rng, milliseconds }: Aim,
  command: readonly string[],
): ReturnType<Method> {
  const delay = rng.unit() * milliseconds;
  let timer: NodeJS.Timeout | undefined;
  const loader = startLoader(life.place, {
    command,
    onMark: (mark) => {
      // A rebuild soon comes to its statements; before them it is like any other command.
      if (mark !== 'started' || command[0] === 'etl') {
        timer ??= setTimeout(() => loader.child.kill('SIGKILL'), delay);
      }
    },
  });
  const ended = await loader.ended;
  clearTimeout(timer);
  const warehouse = life.ground.doing?.();
  return { ended, step: warehouse === undefined ? ended.mark : `… ${warehouse} (in the warehouse)` };
}

/** At a mark: before, while and after each statement or request. */
async function killAtMark(life: Life, { rng, marks, share }: Aim): ReturnType<Method> {
  const number = Math.min(marks.length - 1, Math.floor(share * marks.length) + rng.below(2));
  const microseconds = marks[number]?.startsWith('~') ? rng.below(MOST_MICROSECONDS) : 0;
  const ended = await runLoader(life.place, { stop: { signal: 'SIGKILL', number, microseconds } });
  return { ended, step: ended.mark };
}

/** While the warehouse is at a statement of the load; where it runs on by itself. */
async function killAtStatement(life: Life, aim: Aim): ReturnType<Method> {
  const { holdAt } = life.ground;
  if (holdAt === undefined) {
    return killAtMark(life, aim);
  }
  const held = holdAt(aim.share);
  const loader = startLoader(life.place);
  const step = await Promise.race([held.reached, loader.ended.then(() => 'nowhere')]);
  await sleep(aim.rng.below(40));
  loader.child.kill('SIGKILL');
  const ended = await loader.ended;
  held.release();
  return { ended, step: `… ${step} (in the warehouse)` };
}

/** Around the commit, to the microsecond: what is done and what is not is decided there. */
async function killAtCommit(life: Life, aim: Aim): ReturnType<Method> {
  if (life.ground.holdAt !== undefined) {
    return killAtStatement(life, { ...aim, share: 1 });
  }
  const pattern = aim.rng.pick(['^> COMMIT$', '^~ COMMIT$', '^~ COMMIT$', '^< COMMIT$']);
  const microseconds = aim.rng.below(MOST_MICROSECONDS);
  const ended = await runLoader(life.place, { stop: { signal: 'SIGKILL', pattern, microseconds } });
  return { ended, step: ended.mark };
}

const METHODS: readonly Method[] = [killAtMark, killAtCommit, killAtStatement, killAtRandom, killAtMark, killRebuild];
