import { join } from 'node:path';
import { InterruptedError } from '../../errors.ts';
import type { GenerateProgress } from '../../generate/generate.ts';
import type { Activity } from '../../pipeline/events.ts';
import { JSON_OPTION, toModule } from '../command.ts';
import { bytes, counted, document, result } from '../output.ts';
import { startReporter } from '../reporter.ts';
import { watchSignals } from '../signals.ts';

interface Args {
  readonly songs: number;
  readonly events: number;
  readonly seed: number;
  readonly users: number | undefined;
  readonly out: string;
  readonly json: boolean;
}

export const generateDataCommand = toModule<Args>({
  command: 'generate-data',
  describe: 'simulate song and log files in the real layout; the same seed gives the same bytes',
  options: {
    ...JSON_OPTION,
    songs: { type: 'number', default: 71, requiresArg: true, describe: 'how many songs, one file each' },
    events: {
      type: 'number',
      default: 8056,
      requiresArg: true,
      describe: 'how many events, one file a day',
    },
    seed: { type: 'number', default: 1, requiresArg: true, describe: 'seed of the random numbers' },
    users: { type: 'number', requiresArg: true, describe: 'how many users (default: depends on the events)' },
    out: { type: 'string', default: 'sample', requiresArg: true, describe: 'the folder to write into' },
  },
  examples: [
    ['npm run generate-data', 'a sample in the folder sample'],
    ['npm run generate-data -- --songs 15000 --events 1000000 --out big', 'a big one'],
  ],
  run,
});

async function run({ json, users, ...options }: Args): Promise<void> {
  const { generateData } = await import('../../generate/generate.ts');
  const { songs, events, seed, out } = options;
  const reporter = startReporter();
  const watch = await watchSignals(() => reporter.stop());
  const onProgress = (done: GenerateProgress) => {
    const { reason } = watch.signal;
    if (reason instanceof InterruptedError) {
      throw new InterruptedError(reason.signal, `; ${out} holds what was written until then`, {
        next: `Remove ${join(out, 'song_data')} and ${join(out, 'log_data')} before you generate anew.`,
      });
    }
    reporter.emit(activityOf(done, options));
  };
  const given = { songs, events, seed, out, onProgress, ...(users === undefined ? {} : { users }) };
  const summary = await generateData(given).finally(() => {
    watch.release();
    reporter.stop();
  });
  if (json) {
    document({
      command: 'generate-data',
      status: 'generated',
      out,
      seed,
      songs: summary.songs,
      song_files: summary.songFiles,
      events: summary.events,
      plays: summary.plays,
      users: summary.users,
      log_files: summary.logFiles,
      bytes: summary.bytes,
      first_day: summary.firstDay,
      last_day: summary.lastDay,
    });
    return;
  }
  const songFiles = `${counted(summary.songFiles, 'song file')} in ${out}/song_data`;
  const logFiles = `${counted(summary.events, 'event')} in ${counted(summary.logFiles, 'log file')} in ${out}/log_data`;
  result(`${songFiles}, ${logFiles} (${bytes(summary.bytes)})`);
}

/** Songs come first, then the log. */
function activityOf(done: GenerateProgress, { songs, events }: Pick<Args, 'songs' | 'events'>): Activity {
  return done.songs < songs
    ? { type: 'doing', what: 'writing song files', done: done.songs, of: songs }
    : { type: 'doing', what: 'simulating events', done: done.events, of: events };
}
