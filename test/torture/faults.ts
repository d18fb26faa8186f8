import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '../../src/generate/random.ts';
import type { Delivery } from './data.ts';
import { Life } from './life.ts';
import { type Ended, type LoaderOptions, runLoader, startLoader } from './loader.ts';
import type { Ground, Place } from './site.ts';
import type { Tally } from './tally.ts';

/** A load during which something goes wrong around the loader. */
export interface FaultTrial {
  readonly name: string;
  /** Makes the fault; `files` have just arrived. Resolves when the load has ended and the fault is over. */
  run(life: Life, rng: Rng, files: readonly Delivery[]): Promise<Ended>;
}

const FAULTS_A_LIFE = 12;

/** Makes each fault so many times. The star is then as before or as after, the next load makes it right, and no load ends in a stack trace. */
export async function makeFaults(
  ground: Ground,
  tally: Tally,
  { faults, seed }: { readonly faults: number; readonly seed: number },
): Promise<void> {
  const rng = new Rng(seed, 0x6661756c, 3);
  const trials = [...EVERYWHERE, ...(ground.engine === 'redshift' ? [] : LOCAL), ...(ground.faults ?? [])];
  const all = Array.from({ length: faults }, () => trials).flat();
  for (let done = 0; done < all.length; done += FAULTS_A_LIFE) {
    const life = await Life.begin(ground, { tally, seed: seed * 1000 + 500 + done });
    for (const trial of all.slice(done, done + FAULTS_A_LIFE)) {
      await makeFault(life, tally, trial, rng);
    }
    await life.end();
  }
}

async function makeFault(life: Life, tally: Tally, trial: FaultTrial, rng: Rng): Promise<void> {
  const ended = await trial.run(life, rng, life.deliver());
  tally.fault(`${trial.name}: ${ended.code === 0 ? 'loaded' : `exit ${ended.code}`}`);
  tally.wrong(trial.name, crashOf(ended));
  await (ended.code === 0 ? life.check(trial.name) : life.checkEither(trial.name));
  await life.recover(trial.name);
  await life.check(trial.name);
}

/** A stack trace is for mistakes of the loader's own. */
function crashOf({ code, stderr }: Ended): readonly string[] {
  const isCrash = code === null || (code !== 0 && (/\n {4}at /.test(stderr) || !/^error: /m.test(stderr)));
  return isCrash ? [`the loader crashed (exit ${code}): ${stderr.slice(-1000)}`] : [];
}

/** How many marks an undisturbed load makes, roughly; on Redshift they are requests. */
const MARKS = { duckdb: 200, postgres: 350, redshift: 40 } as const;

/** Loads, and does something when the loader has come to a mark chosen at random. */
export async function loadAnd(place: Place, rng: Rng, action: () => Promise<void> | void): Promise<Ended> {
  const at = rng.below(MARKS[place.engine as keyof typeof MARKS]);
  let marks = 0;
  let acting: Promise<void> | undefined;
  const act = async () => action();
  const ended = await runLoader(place, {
    onMark: () => {
      marks += 1;
      if (marks > at) {
        acting ??= act();
      }
    },
  });
  await acting;
  return ended;
}

const EVERYWHERE: readonly FaultTrial[] = [
  {
    name: 'the disk is full',
    run: (life, rng) => runLoader(life.place, { fileBlocks: 1 + rng.below(rng.pick([4, 16, 64, 4096])) }),
  },
];

/** What happens to files of this machine while a loader stands between listing and reading them. */
const LOCAL: readonly FaultTrial[] = [
  {
    name: 'a file is changed after it was listed',
    run: (life, _, files) => stoppedAfterListing(life, () => life.replace(files[0]?.path ?? '')),
  },
  {
    name: 'a file is deleted after it was listed',
    run: (life, _, files) => stoppedAfterListing(life, () => life.withdraw(files[0]?.path ?? '')),
  },
];

async function stoppedAfterListing(life: Life, action: () => void): Promise<Ended> {
  const loader = await stopAt(life.place, '^planned$');
  action();
  loader.child.kill('SIGCONT');
  return loader.ended;
}

/** Starts a loader that stops, as if it hung, where a mark says; resolves when it has. */
export async function stopAt(place: Place, pattern: string, options: LoaderOptions = {}) {
  let reached = () => {};
  const stopped = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const loader = startLoader(place, {
    ...options,
    stop: { signal: 'SIGSTOP', pattern },
    onMark: (mark) => new RegExp(pattern).test(mark) && reached(),
  });
  await Promise.race([stopped, loader.ended]);
  await sleep(30);
  return loader;
}
