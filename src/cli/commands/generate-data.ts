import { join } from 'node:path';
import { InterruptedError } from '../../errors.ts';
import type { Amounts, Generated, SampleProgress } from '../../generate/samples.ts';
import { JSON_OPTION, SAMPLE_OPTION, toModule } from '../command.ts';
import { bytes, counted, document, result } from '../output.ts';
import { startReporter } from '../reporter.ts';
import { watchSignals } from '../signals.ts';

interface Args extends Amounts {
  readonly model: string;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
}

export const generateDataCommand = toModule<Args>({
  command: 'generate-data',
  describe: 'simulate files for a model of the package in their real layout; the same seed gives the same records',
  options: {
    ...JSON_OPTION,
    ...SAMPLE_OPTION,
    songs: { type: 'number', requiresArg: true, describe: 'how many songs, one file each (sparkify; default 71)' },
    events: {
      type: 'number',
      requiresArg: true,
      describe: 'how many events, one file a day or, of github, an hour (default 8056, of github 10500)',
    },
    seed: { type: 'number', default: 1, requiresArg: true, describe: 'seed of the random numbers' },
    users: {
      type: 'number',
      requiresArg: true,
      describe: 'how many users (sparkify; default: depends on the events)',
    },
    out: { type: 'string', default: 'sample', requiresArg: true, describe: 'the folder to write into' },
  },
  examples: [
    ['npm run generate-data', 'a sample in the folder sample'],
    ['npm run generate-data -- --songs 15000 --events 1000000 --out big', 'a big one'],
    ['npm run generate-data -- --model github', "GitHub's public events, in the folder sample too"],
  ],
  run,
});

async function run({ json, model, songs, events, users, seed, out }: Args): Promise<void> {
  const { amountsFor, sampleOf } = await import('../../generate/samples.ts');
  const sample = sampleOf(model);
  const amounts = amountsFor(sample, { songs, events, users } as Amounts);
  const reporter = startReporter();
  const watch = await watchSignals(() => reporter.stop());
  const onProgress = (progress: SampleProgress) => {
    const { reason } = watch.signal;
    if (reason instanceof InterruptedError) {
      const folders = Object.values(sample.sources).map((folder) => join(out, folder));
      throw new InterruptedError(reason.signal, `; ${out} holds what was written until then`, {
        next: `Remove ${folders.join(' and ')} before you generate anew.`,
      });
    }
    reporter.emit({ type: 'doing', ...progress });
  };
  const generated = await sample.generate({ ...amounts, seed, out, onProgress }).finally(() => {
    watch.release();
    reporter.stop();
  });
  if (json) {
    document({ command: 'generate-data', status: 'generated', model, out, seed, ...generated.figures });
  } else {
    result(described(generated, out));
  }
}

function described({ folders, bytes: size }: Generated, out: string): string {
  const parts = folders.map(
    ({ folder, holds }) => `${holds.map(([count, what]) => counted(count, what)).join(' in ')} in ${out}/${folder}`,
  );
  return `${parts.join(', ')} (${bytes(size)})`;
}
