import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../src/generate/random.ts';
import { PLAY, SONG } from '../support/records.ts';
import { linesOf } from '../support/scenario.ts';
import { type Found, rowsIn, starDifferences } from './compare.ts';
import { Life, succeed } from './life.ts';
import { startLoader } from './loader.ts';
import type { Ground } from './site.ts';
import type { Tally } from './tally.ts';

/** Loads of a history, of which each corrects what the one before has loaded. */
const RUNS = 5;
/** Restores of one history. */
const RESTORES_A_LIFE = 5;
const MOST_KILLS = 3;
const BAD_RECORD = '{"ts":"no time"}';

/** How a history is loaded and restored. */
interface Manner {
  readonly name: string;
  readonly flags: readonly string[];
  /** Below `[LOAD]` in dwh.cfg. */
  readonly section: string;
  /** What a file holds besides its records. */
  readonly bad: string;
}

const MANNERS: readonly Manner[] = [
  { name: 'plain', flags: [], section: '', bad: '' },
  { name: 'split', flags: [], section: '[LOAD]\nMAX_RUN_SIZE=1B\n', bad: '' },
  { name: 'split, with errors', flags: ['--max-errors', '9'], section: '[LOAD]\nMAX_RUN_SIZE=1B\n', bad: BAD_RECORD },
  { name: 'with files set aside', flags: ['--quarantine'], section: '', bad: BAD_RECORD },
];

/** A history of one warehouse, and where its files are. */
interface History {
  readonly life: Life;
  readonly manner: Manner;
  readonly files: Map<string, string>;
  readonly before: Found;
  readonly milliseconds: number;
}

export interface ReplayOptions {
  readonly restores: number;
  readonly seed: number;
}

/**
 * Makes the tables of warehouses with a history anew, and kills the loaders that restore them, at any moment, again and
 * again; meanwhile files are moved, and tables made anew once more. In the end the star, and what is staged, are as before.
 */
export async function killReplays(ground: Ground, tally: Tally, { restores, seed }: ReplayOptions): Promise<void> {
  const rng = new Rng(seed, 0x7265706c, 4);
  for (let done = 0; done < restores; done += RESTORES_A_LIFE) {
    const manner = MANNERS[(seed + done / RESTORES_A_LIFE) % MANNERS.length] as Manner;
    const life = await Life.begin(ground, { tally, seed: seed * 1000 + 900 + done });
    try {
      const history = await makeHistory(life, manner);
      for (let n = done; n < Math.min(restores, done + RESTORES_A_LIFE); n += 1) {
        await restore(history, tally, rng);
      }
    } finally {
      life.forget();
    }
  }
}

async function makeHistory(life: Life, manner: Manner): Promise<History> {
  appendFileSync(join(life.place.folder, 'dwh.cfg'), manner.section);
  const files = new Map<string, string>();
  for (let run = 0; run < RUNS; run += 1) {
    for (const [path, text] of filesOf(run, manner)) {
      life.site.put(path, text);
      files.set(path, text);
    }
    await succeed(life.place, ['etl', ...manner.flags]);
  }
  const before = await life.look();
  await succeed(life.place, ['create-tables', '--force']);
  return { life, manner, files, before, milliseconds: await measure(life, manner) };
}

/** How long a replay that nobody disturbs takes from its first mark. */
async function measure({ place }: Life, { flags }: Manner): Promise<number> {
  let begun = 0;
  const onMark = () => {
    begun ||= performance.now();
  };
  await startLoader(place, { command: ['etl', ...flags], onMark }).ended;
  return performance.now() - begun;
}

/** Each run corrects one play and one song of all before, and has plays of its own. */
function filesOf(run: number, { bad }: Manner): readonly (readonly [path: string, text: string])[] {
  const own = Array.from({ length: 10 }, (_, item) => ({ ...PLAY, sessionId: 100 + run, itemInSession: item }));
  return [
    [`log_data/${run}.json`, linesOf([{ ...PLAY, level: `level ${run}` }, ...own])],
    [`song_data/${run}.json`, linesOf([{ ...SONG, year: run, title: run % 2 === 0 ? SONG.title : 'Øde' }])],
    ...(bad === '' ? [] : [[`log_data/bad-${run}.json`, `${linesOf([{ ...PLAY, sessionId: 7 }])}\n${bad}`] as const]),
  ];
}

async function restore(history: History, tally: Tally, rng: Rng): Promise<void> {
  const { life, manner, before } = history;
  const command = ['etl', ...manner.flags];
  await succeed(life.place, ['create-tables', '--force']);
  for (let kills = 1 + rng.below(MOST_KILLS); kills > 0; kills -= 1) {
    const step = await killAtRandom(history, command, rng);
    if (step !== undefined) {
      tally.kill(`replay: ${step}`);
      await disturb(history, rng);
    }
  }
  const what = `a restore, ${manner.name}`;
  await succeed(life.place, command);
  const found = await life.look();
  const staged = (({ events, songs }) => ({ events, songs }))(found.staged);
  const expected = (({ events, songs }) => ({ events, songs }))(before.staged);
  const counts = JSON.stringify(staged) === JSON.stringify(expected) ? [] : [`staged ${JSON.stringify(staged)}`];
  tally.compared(what, rowsIn(found.star), [...starDifferences(found.star, before.star), ...counts]);
  await succeed(life.place, ['reconcile', '--recount']);
  await succeed(life.place, command);
  tally.restarts += 2;
}

/** Kills a replay at a moment of it. Returns where it was; undefined where it was done before. */
async function killAtRandom({ life, milliseconds }: History, command: readonly string[], rng: Rng) {
  const delay = rng.unit() * milliseconds;
  let timer: NodeJS.Timeout | undefined;
  const loader = startLoader(life.place, {
    command,
    onMark: () => {
      timer ??= setTimeout(() => loader.child.kill('SIGKILL'), delay);
    },
  });
  const ended = await loader.ended;
  clearTimeout(timer);
  return ended.code === null ? ended.mark : undefined;
}

/** What happens between two loaders. */
async function disturb({ life, files }: History, rng: Rng): Promise<void> {
  const chance = rng.below(3);
  if (chance === 0) {
    await succeed(life.place, ['create-tables', '--force']);
  }
  if (chance === 1) {
    const [path = '', text = ''] = rng.pick([...files]);
    const moved = path.replace(/(\w+_data)\/(?:moved-\d+\/)*/, `$1/moved-${rng.below(1e6)}/`);
    life.site.remove(path);
    life.site.put(moved, text);
    files.delete(path);
    files.set(moved, text);
  }
}
