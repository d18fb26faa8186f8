import { DataError, type DataProblem, MAX_PROBLEMS } from '../errors.ts';
import { MISSING } from '../records/record.ts';
import type { Tolerance } from './context.ts';
import type { Rejects } from './rejects.ts';
import { findMisfits, type Haystack, type Misfits } from './search.ts';

/** What was read for a staging table, as far as the decision needs it. */
export interface ReadTable extends Haystack {
  /** Files that cannot be loaded. */
  readonly problems: readonly DataProblem[];
  /** The records that are kept out. */
  readonly rejects: Rejects;
}

const NOTHING_LOADED = 'nothing was loaded';

/** What to do about bad records, and about files that are broken as a whole. */
const KEEP_OUT =
  'Correct the records listed above and run again, or skip them: --max-errors N, or --quarantine (docs/bad-records.md).';
const SET_ASIDE =
  'Correct the files listed above and run again, or set them aside with --quarantine. --max-errors does not cover a broken file, because it is not known how many records it holds (docs/bad-records.md).';

/**
 * Throws DataError if the records read cannot be loaded: if there are any bad ones, or more than are tolerated. It
 * lists the first of them.
 */
export async function refuseBadRecords(
  tolerance: Tolerance | undefined,
  prepared: readonly ReadTable[],
): Promise<void> {
  const broken = prepared.flatMap(({ problems }) => problems);
  if (tolerance === undefined) {
    if (broken.length > 0) {
      // All bad records, not only the first of each file that could not be read.
      throw badRecords(await findMisfits(prepared, MAX_PROBLEMS));
    }
    return;
  }
  const bad = prepared.reduce((sum, { rejects }) => sum + rejects.count, 0);
  if (broken.length > 0) {
    throw brokenFiles(broken);
  }
  if (bad + (tolerance.spent ?? 0) > tolerance.maxErrors) {
    throw tooMany(bad, tolerance, prepared);
  }
}

/** The number of records in a list of problems, which may have been cut. */
function countRecords({ problems, holdBroken }: Misfits): string {
  const records = new Set(problems.map(({ file, line }) => JSON.stringify([file, line]))).size;
  const atLeast = holdBroken || problems.length >= MAX_PROBLEMS ? 'at least ' : '';
  return records === 1 ? `${atLeast}one record` : `${atLeast}${records} records`;
}

/** The error for records that cannot be loaded. It lists the first ones, malformed or with values that do not fit. */
export function badRecords(misfits: Misfits, cause?: unknown): DataError {
  const { problems, holdBroken } = misfits;
  const swapped = looksSwapped(problems) ? ' Or are two sources swapped in dwh.cfg?' : '';
  return new DataError(`${countRecords(misfits)} cannot be loaded`, problems, {
    outcome: NOTHING_LOADED,
    next: holdBroken ? SET_ASIDE : `${KEEP_OUT}${swapped}`,
    cause,
  });
}

/** Whether all problems are missing keys, as when files of one kind are loaded as the other. */
function looksSwapped(problems: readonly DataProblem[]): boolean {
  return problems.every(({ reason }) => reason === MISSING);
}

function brokenFiles(broken: readonly DataProblem[]): DataError {
  const files = broken.length === 1 ? 'one file is' : `${broken.length} files are`;
  return new DataError(`${files} broken as a whole`, broken.slice(0, MAX_PROBLEMS), {
    outcome: NOTHING_LOADED,
    next: SET_ASIDE,
  });
}

function tooMany(bad: number, { maxErrors, spent = 0 }: Tolerance, prepared: readonly ReadTable[]): DataError {
  const problems = prepared.flatMap(({ rejects }) => rejects.problems).slice(0, MAX_PROBLEMS);
  const all = bad + spent;
  const listed = all > problems.length ? ` (the first ${problems.length} are listed)` : '';
  const records = all === 1 ? 'one record is' : `${all} records are`;
  return new DataError(
    `${records} bad, but only ${maxErrors} ${maxErrors === 1 ? 'is' : 'are'} allowed${listed}`,
    problems,
    {
      outcome: NOTHING_LOADED,
      next: 'Correct the records listed above and run again, or allow more with --max-errors.',
    },
  );
}
