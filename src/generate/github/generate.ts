import { join } from 'node:path';
import { isoDate } from '../calendar.ts';
import { explained } from '../failure.ts';
import { checkNumber } from '../options.ts';
import { claimFolders } from '../song-files.ts';
import { githubEvents } from './events.ts';
import { HourFiles } from './hour-files.ts';

/** What to generate, and where. The same numbers and seed give the same records on every machine. */
export interface GithubOptions {
  readonly events: number;
  readonly seed: number;
  /** The folder that will hold github_events. */
  readonly out: string;
  readonly onProgress?: (events: number) => void;
}

/** What was generated. */
export interface GithubSummary {
  readonly events: number;
  readonly files: number;
  /** Compressed. */
  readonly bytes: number;
  readonly actors: number;
  readonly repos: number;
  /** The first and the last UTC day, as in 2024-01-01; both "" if there are no events. */
  readonly firstDay: string;
  readonly lastDay: string;
}

/** The number of events between two progress reports. */
const REPORT_EVERY = 1000;

/** The name of the folder below `out`. */
export const GITHUB_FOLDER = 'github_events';

/**
 * Writes hourly files of invented public events in the form in which GH Archive has GitHub's. An error thrown by `onProgress`
 * ends it.
 */
export async function generateGithub({ events, seed, out, onProgress }: GithubOptions): Promise<GithubSummary> {
  checkNumber('events', events, 0, 1e9);
  checkNumber('seed', seed, 0, Number.MAX_SAFE_INTEGER - 1);
  const folder = join(out, GITHUB_FOLDER);
  const files = new HourFiles(folder);
  const [actors, repos, days] = [new Set<number>(), new Set<number>(), [] as number[]];
  let done = 0;
  try {
    await claimFolders([folder]);
    for (const { ts, actor, repo, record } of githubEvents(seed, events)) {
      const written = files.add(ts, JSON.stringify(record));
      if (written !== undefined) await written;
      actors.add(actor.id);
      repos.add(repo.id);
      if (done === 0) days.push(ts);
      days[1] = ts;
      done += 1;
      if (done % REPORT_EVERY === 0) onProgress?.(done);
    }
    await files.close();
  } catch (error) {
    throw explained(error, out);
  }
  onProgress?.(done);
  const [firstDay = '', lastDay = ''] = days.map(isoDate);
  const { count, bytes } = files;
  return { events, files: count, bytes, actors: actors.size, repos: repos.size, firstDay, lastDay };
}
