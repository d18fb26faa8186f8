import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';

/** Which part of everything is compared. The same seed selects the same part on every engine. */
export interface Sample {
  readonly percent: number;
  readonly seed: number;
}

const BUCKETS = 2 ** 32;

/** The sample of the command line's options. Throws UsageError if a number is not valid. */
export function toSample(percent: number | undefined, seed: number): Sample | undefined {
  if (percent === undefined) {
    return undefined;
  }
  if (!(percent > 0 && percent <= 100)) {
    throw new UsageError(`--sample is ${percent}`, {
      next: 'Give a percentage above 0 and up to 100, such as 1 or 0.1.',
    });
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError(`--seed is ${seed}`, { next: 'Give one whole number, 0 or more.' });
  }
  return { percent, seed };
}

/** Digests whose first eight digits are below this value belong to the sample; undefined if all do. */
export function firstDigestOutside({ percent }: Sample): string | undefined {
  const bucket = Math.floor((percent / 100) * BUCKETS);
  return bucket >= BUCKETS ? undefined : bucket.toString(16).padStart(8, '0');
}

/** Whether a sample includes a text, such as a file's URI. */
export function isSampled(text: string, sample: Sample | undefined): boolean {
  const outside = sample && firstDigestOutside(sample);
  const digest = createHash('md5').update(`${sample?.seed}|${text}`).digest('hex').slice(0, 8);
  return outside === undefined || digest < outside;
}
