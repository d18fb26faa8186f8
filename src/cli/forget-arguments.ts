import { UsageError } from '../errors.ts';

/**
 * Refuses a command line with several conditions: of an option that is given twice the last would count, and all who fit that
 * one alone would be removed.
 */
export function refuseConditions(args: readonly string[]): void {
  const conditions = args.filter((arg) => arg === '--where' || arg.startsWith('--where=')).length;
  if (conditions > 1) throw mistake(`forget takes one --where, and was given ${conditions}`);
}

/** The error for words that belong to no option: mostly a condition without quotes. It repeats none, they may be values. */
export function strayWords(): UsageError {
  return mistake('forget was given words or options that it does not know');
}

function mistake(what: string): UsageError {
  return new UsageError(what, {
    next: `Put the whole condition in quotes, several columns with AND: --where "userid = 91 AND firstname = 'Ann'". npm run forget -- --help lists the options.`,
  });
}
