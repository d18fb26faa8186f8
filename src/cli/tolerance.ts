import type { Options } from 'yargs';
import type { LoadConfig } from '../config/config.ts';
import { UsageError } from '../errors.ts';
import type { Tolerance } from '../pipeline/context.ts';

/** The command line's options for bad records. */
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
 * What a load does with bad records. The command line takes precedence over dwh.cfg. Undefined if one bad record
 * refuses the load. Throws UsageError if a number is not valid.
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
