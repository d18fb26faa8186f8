import { join } from 'node:path';
import { isoDate } from './calendar.ts';
import { type Catalogue, openCatalogue } from './catalogue.ts';
import { DayFiles } from './day-files.ts';
import { logEvents } from './events.ts';
import { explained } from './failure.ts';
import { checkOptions, type GenerateOptions, usersFor } from './options.ts';
import { renderEvent } from './render.ts';
import { claimFolders, writeSongFiles } from './song-files.ts';

export type { GenerateOptions, GenerateProgress } from './options.ts';

/** What was generated. */
export interface GenerateSummary {
  readonly songs: number;
  readonly songFiles: number;
  readonly events: number;
  readonly logFiles: number;
  readonly bytes: number;
  /** The number of users who appear in the log logged in. */
  readonly users: number;
  /** The number of events with page NextSong. */
  readonly plays: number;
  /** The first and the last UTC day of the log, as in 2018-11-01; both "" if there are no events. */
  readonly firstDay: string;
  readonly lastDay: string;
}

/** The number of log lines between two progress reports. */
const REPORT_EVERY = 10_000;

/**
 * Writes song_data and log_data below `out`: invented music, listeners and events in the layout of the real ones. Its
 * memory use does not depend on the number of events. An error thrown by `onProgress` ends it.
 */
export async function generateData(options: GenerateOptions): Promise<GenerateSummary> {
  checkOptions(options);
  const { songs, events, seed, out, onProgress } = options;
  const folders = { songs: join(out, 'song_data'), log: join(out, 'log_data') };
  try {
    await claimFolders([folders.songs, folders.log]);
    const catalogue = openCatalogue(seed, songs);
    const songBytes = await writeSongFiles(catalogue, folders.songs, (done) =>
      onProgress?.({ songs: done, events: 0 }),
    );
    const log = await writeLog(catalogue, folders.log, options);
    return { songs, songFiles: songs, events, ...log, bytes: songBytes + log.bytes };
  } catch (error) {
    throw explained(error, out);
  }
}

type LogSummary = Pick<GenerateSummary, 'logFiles' | 'bytes' | 'users' | 'plays' | 'firstDay' | 'lastDay'>;

async function writeLog(catalogue: Catalogue, folder: string, options: GenerateOptions): Promise<LogSummary> {
  const users = options.users ?? usersFor(options.events);
  const files = new DayFiles(folder);
  const tally = new Tally(users);
  try {
    for (const event of logEvents({ catalogue, events: options.events, users })) {
      const written = files.add(event.ts, renderEvent(event));
      if (written !== undefined) await written;
      tally.count(event);
      if (tally.events % REPORT_EVERY === 0) options.onProgress?.({ songs: options.songs, events: tally.events });
    }
  } finally {
    await files.close();
  }
  options.onProgress?.({ songs: options.songs, events: tally.events });
  return { ...tally.summary(), logFiles: files.count, bytes: files.bytes };
}

/** Counts what the summary states about the log. */
class Tally {
  events = 0;
  #plays = 0;
  #users = 0;
  #first = Number.NaN;
  #last = Number.NaN;
  readonly #seen: Uint8Array;

  constructor(users: number) {
    this.#seen = new Uint8Array(users + 1);
  }

  count({ ts, page, userId }: { readonly ts: number; readonly page: string; readonly userId: string }): void {
    if (this.events === 0) this.#first = ts;
    this.events += 1;
    this.#last = ts;
    if (page === 'NextSong') this.#plays += 1;
    const user = Number(userId); // "" is 0: nobody
    if (user > 0 && this.#seen[user] === 0) {
      this.#seen[user] = 1;
      this.#users += 1;
    }
  }

  summary(): Pick<GenerateSummary, 'users' | 'plays' | 'firstDay' | 'lastDay'> {
    const day = (ts: number) => (this.events === 0 ? '' : isoDate(ts));
    return { users: this.#users, plays: this.#plays, firstDay: day(this.#first), lastDay: day(this.#last) };
  }
}
