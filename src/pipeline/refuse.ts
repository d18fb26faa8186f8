import { DataError, type DataProblem, MAX_PROBLEMS } from '../errors.ts';
import type { Tolerance } from './context.ts';
import type { PreparedTable } from './prepare.ts';
import { findMisfits } from './search.ts';

/** What else to do about bad records. */
export const KEEP_OUT = 'or keep them out: --max-errors N, or --quarantine (docs/bad-records.md)';

/**
 * Throws DataError when records that were read cannot be loaded: any, or more than are tolerated. It lists the first of
 * them.
 */
export async function refuseBadRecords(
  tolerance: Tolerance | undefined,
  prepared: readonly PreparedTable[],
): Promise<void> {
  const broken = prepared.flatMap(({ problems }) => problems);
  if (tolerance === undefined) {
    if (broken.length > 0) {
      throw badRecords(await findAll(prepared));
    }
    return;
  }
  const bad = prepared.reduce((sum, { rejects }) => sum + rejects.count, 0);
  if (broken.length > 0) {
    throw brokenFiles(broken);
  }
  if (bad > tolerance.maxErrors) {
    throw tooMany(bad, tolerance, prepared);
  }
}

/** The bad records of all tables, not only of the files that could not be read. */
async function findAll(prepared: readonly PreparedTable[]): Promise<readonly DataProblem[]> {
  const found: DataProblem[] = [];
  for (const table of prepared) {
    if (found.length < MAX_PROBLEMS) {
      found.push(...(await findMisfits(table, MAX_PROBLEMS - found.length)));
    }
  }
  return found;
}

/** How many records a list of problems is about; it may have been cut. */
function countRecords(problems: readonly DataProblem[]): string {
  const records = new Set(problems.map(({ file, line }) => JSON.stringify([file, line]))).size;
  const atLeast = problems.length >= MAX_PROBLEMS ? 'at least ' : '';
  return records === 1 && atLeast === '' ? 'one record' : `${atLeast}${records} records`;
}

function badRecords(problems: readonly DataProblem[]): DataError {
  return new DataError(`${countRecords(problems)} cannot be loaded; nothing was loaded`, problems, {
    next: `Correct what is named above and run again, ${KEEP_OUT}.`,
  });
}

function brokenFiles(broken: readonly DataProblem[]): DataError {
  const files = broken.length === 1 ? 'one file' : `${broken.length} files`;
  return new DataError(`${files} cannot be read to the end; nothing was loaded`, broken.slice(0, MAX_PROBLEMS), {
    next: 'How many records they should hold is not known, so no number of errors covers them. Correct them, or set them aside with --quarantine.',
  });
}

function tooMany(bad: number, { maxErrors }: Tolerance, prepared: readonly PreparedTable[]): DataError {
  const problems = prepared.flatMap(({ rejects }) => rejects.problems).slice(0, MAX_PROBLEMS);
  const listed = bad > problems.length ? ` (the first ${problems.length} are listed)` : '';
  const records = bad === 1 ? 'one record is' : `${bad} records are`;
  return new DataError(`${records} bad, and ${maxErrors} may be${listed}; nothing was loaded`, problems, {
    next: 'Correct the records named above and run again, or allow more with --max-errors.',
  });
}
