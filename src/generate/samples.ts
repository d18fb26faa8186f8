import { UsageError } from '../errors.ts';
import { type GenerateSummary, generateData } from './generate.ts';
import { GITHUB_FOLDER, generateGithub } from './github/generate.ts';

/** How many of each thing to make. */
export type Amounts = Readonly<Partial<Record<'songs' | 'events' | 'users', number>>>;

/** What to make, and where. */
export interface SampleOptions extends Amounts {
  readonly seed: number;
  readonly out: string;
  readonly onProgress?: (progress: SampleProgress) => void;
}

/** What is being made, and how much of it is done. */
export interface SampleProgress {
  readonly what: string;
  readonly done: number;
  readonly of: number;
}

/** What was made. */
export interface Generated {
  /** What is in each folder: numbers of things, the first in the second. */
  readonly folders: readonly { readonly folder: string; readonly holds: readonly (readonly [number, string])[] }[];
  readonly bytes: number;
  /** The same and more for programs. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** The made data of a model in the package, and what the demo shows of it. */
export interface ModelSample {
  readonly model: string;
  /** The sources, with the folders that hold their files. */
  readonly sources: Readonly<Record<string, string>>;
  /** How much is made if nothing else is said. Other amounts than these and `optional` mean nothing here. */
  readonly amounts: Amounts;
  readonly optional: readonly (keyof Amounts)[];
  /** The questions that the demo answers, and a query to try afterwards. */
  readonly questions: readonly string[];
  readonly query: string;
  generate(options: SampleOptions): Promise<Generated>;
}

const SPARKIFY: ModelSample = {
  model: 'sparkify',
  sources: { LOG_DATA: 'log_data', SONG_DATA: 'song_data' },
  amounts: { songs: 71, events: 8056 },
  optional: ['users'],
  questions: ['plays_by_level', 'busiest_hours', 'top_songs'],
  query: 'SELECT * FROM users LIMIT 5',
  generate: async ({ songs = 0, events = 0, onProgress, ...options }) => {
    const summary = await generateData({
      ...options,
      songs,
      events,
      onProgress: (done) =>
        onProgress?.(
          done.songs < songs
            ? { what: 'writing song files', done: done.songs, of: songs }
            : { what: 'simulating events', done: done.events, of: events },
        ),
    });
    return ofMusic(summary);
  },
};

function ofMusic(summary: GenerateSummary): Generated {
  const { songs, songFiles, events, plays, users, logFiles, bytes, firstDay, lastDay } = summary;
  return {
    folders: [
      { folder: 'song_data', holds: [[songFiles, 'song file']] },
      {
        folder: 'log_data',
        holds: [
          [events, 'event'],
          [logFiles, 'log file'],
        ],
      },
    ],
    bytes,
    figures: {
      songs,
      song_files: songFiles,
      events,
      plays,
      users,
      log_files: logFiles,
      bytes,
      first_day: firstDay,
      last_day: lastDay,
    },
  };
}

const GITHUB: ModelSample = {
  model: 'github',
  sources: { GITHUB_EVENTS: GITHUB_FOLDER },
  amounts: { events: 10_500 },
  optional: [],
  questions: ['events_by_type', 'most_starred_repos', 'bots_and_people'],
  query: 'SELECT * FROM days ORDER BY day',
  generate: async ({ events = 0, seed, out, onProgress }) => {
    const { files, bytes, actors, repos, firstDay, lastDay } = await generateGithub({
      events,
      seed,
      out,
      onProgress: (done) => onProgress?.({ what: 'simulating events', done, of: events }),
    });
    return {
      folders: [
        {
          folder: GITHUB_FOLDER,
          holds: [
            [events, 'event'],
            [files, 'hourly file'],
          ],
        },
      ],
      bytes,
      figures: { events, files, actors, repos, bytes, first_day: firstDay, last_day: lastDay },
    };
  },
};

/** The made data that there is. */
export const SAMPLES: readonly ModelSample[] = [SPARKIFY, GITHUB];

/** The made data of a model in the package. Throws UsageError if there is none of that name. */
export function sampleOf(model: string): ModelSample {
  const found = SAMPLES.find((sample) => sample.model === model);
  if (found === undefined) {
    throw new UsageError(`there is no made data for the model ${model}`, {
      next: `Name one of ${SAMPLES.map((sample) => sample.model).join(', ')} with --model.`,
    });
  }
  return found;
}

/** The amounts to make: those that were given, otherwise the usual ones. Throws UsageError for one that means nothing. */
export function amountsFor({ model, amounts, optional }: ModelSample, given: Amounts): Amounts {
  const names = [...Object.keys(amounts), ...optional];
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const strange = entries.find(([name]) => !names.includes(name));
  if (strange !== undefined) {
    throw new UsageError(`the made data of the model ${model} has no ${strange[0]}`, {
      next: `Leave out --${strange[0]}. There are ${names.map((name) => `--${name}`).join(', ')}.`,
    });
  }
  return { ...amounts, ...Object.fromEntries(entries) };
}
