import type { Options } from 'yargs';
import type { LoadConfig } from '../config/config.ts';
import { UsageError } from '../errors.ts';
import type { Tolerance } from '../pipeline/context.ts';

/** What the command line says of bad records. */
export interface ToleranceArgs {
  readonly maxErrors?: number | undefined;
  readonly quarantine?: boolean | undefined;
  readonly excerpts?: boolean | undefined;
}

/** `--max-errors` and `--quarantine`. */
export const TOLERANCE_OPTIONS = {
  'max-errors': {
    type: 'number',
    requiresArg: true,
    describe: 'tolerate up to this many bad records: put them into rejected_records and load the rest',
  },
  quarantine: { type: 'boolean', describe: 'set files with bad records aside as a whole and load the others' },
} as const satisfies Record<string, Options>;

/**
 * What a load does with bad records: what the command line leaves open, dwh.cfg says. Undefined when one is to refuse the
 * load. Throws UsageError on a number that is none.
 */
export function toleranceOf(load: LoadConfig, args: ToleranceArgs): Tolerance | undefined {
  const { maxErrors = load.maxErrors, quarantine = load.quarantine ?? false, excerpts = true } = args;
  if (maxErrors === undefined && !quarantine) {
    return undefined;
  }
  if (maxErrors !== undefined && !(Number.isSafeInteger(maxErrors) && maxErrors >= 0)) {
    throw new UsageError(`--max-errors is ${maxErrors}`, { next: 'Give one whole number, 0 or more.' });
  }
  return { maxErrors: maxErrors ?? Number.POSITIVE_INFINITY, quarantine, excerpts };
}
