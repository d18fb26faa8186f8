import { DataError, type DataProblem, MAX_PROBLEMS, StarloadError } from '../errors.ts';
import { StepFailed } from '../warehouse/errors.ts';
import { type Offender, offenderInWords, offendersStep, refusingPhase, toOffenders } from './checks.ts';
import type { LoadContext } from './context.ts';
import type { PreparedTable } from './prepare.ts';
import { brokenRun } from './reconcile/control.ts';
import { badRecords } from './refuse.ts';
import { refusalOf } from './retry.ts';
import { findMisfits, findValue, type Misfits } from './search.ts';

const NO_MISFITS: Misfits = { problems: [], holdBroken: false };

/**
 * The error to show for a failed load. A refused COPY and a failed check are traced to the user's files and lines. Any
 * other error is returned unchanged.
 */
export async function explainFailure(
  { emit }: Pick<LoadContext, 'emit'>,
  prepared: readonly PreparedTable[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof StepFailed)) {
    return error;
  }
  emit({ type: 'doing', what: 'looking for the records to blame' });
  const refusal = refusalOf(error);
  if (refusal === 'unstamped') {
    return unstamped(error);
  }
  if (refusal === 'broken') {
    return brokenRun(error);
  }
  const phase = refusingPhase(error.step);
  if (phase !== undefined) {
    const offenders = toOffenders(error.results.find(({ name }) => name === offendersStep(phase))?.result);
    const listed = offenders.filter(({ severity }) => severity === 'error');
    return failedChecks(listed.length > 0 ? listed : offenderInWords(error.failure.message), prepared, error);
  }
  // An engine names at most one record; the search finds all of them.
  const blamed = error.failure.problems;
  const table = prepared.find((candidate) => error.step.kind === 'copy' && candidate.table === error.step.table);
  const searched = table !== undefined && error.failure.kind === 'refused';
  const found = searched ? await findMisfits(prepared, MAX_PROBLEMS) : NO_MISFITS;
  const others = found.problems.filter((problem) => !blamed.some((other) => isSamePlace(problem, other)));
  const problems = [...blamed, ...others].slice(0, MAX_PROBLEMS);
  return problems.length === 0 ? error : badRecords({ ...found, problems }, error);
}

/** A DEFAULT of the column stamps each row. A run is identified by the one stamp of all its rows. */
function unstamped(cause: unknown): StarloadError {
  return new StarloadError('the copied rows do not carry the stamp of their run', {
    outcome: 'nothing was changed',
    next: "Does the DEFAULT of loaded_at in load_ledger and the staging tables match sql/? If not, npm run create-tables recreates them. If it does, the warehouse evaluates it at a different time from the transaction's start, and cannot be loaded.",
    cause,
  });
}

function isSamePlace(one: DataProblem, other: DataProblem): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}

/** The error for failed checks of a load or, if nothing was prepared, of a rebuild. */
async function failedChecks(
  offenders: readonly Offender[],
  prepared: readonly PreparedTable[],
  error: unknown,
): Promise<DataError> {
  const problems: DataProblem[] = [];
  for (const offender of offenders.slice(0, MAX_PROBLEMS)) {
    problems.push((await findOffender(offender, prepared)) ?? inWords(offender));
  }
  if (offenders.length === 0) {
    return new DataError('a check failed, but the warehouse does not report which one or on which rows', [], {
      next: 'Load fewer files at a time (MAX_RUN_SIZE under [LOAD]) to find the file; each rule is a file in the folder checks of the model or of sql/loader.',
      outcome: 'nothing was changed',
      cause: error,
    });
  }
  const rules = new Set(offenders.map(({ rule }) => rule));
  return new DataError(
    `${rules.size === 1 ? 'a check' : `${rules.size} checks`} failed (${[...rules].join(', ')})`,
    problems,
    {
      next: 'Each rule is a file in the folder checks of the model or of sql/loader, with its reason. Correct the records and run again.',
      outcome: 'nothing was changed',
      cause: error,
    },
  );
}

async function findOffender(offender: Offender, prepared: readonly PreparedTable[]): Promise<DataProblem | undefined> {
  const { table, column, value } = offender;
  const source = prepared.find((candidate) => candidate.table.name === table);
  if (source === undefined || column === undefined || value === undefined) {
    return undefined;
  }
  return findValue(source, column, value, inWords(offender));
}

function inWords({ rule, offender }: Offender): Pick<DataProblem, 'reason' | 'plain'> & { reason: string } {
  return { reason: `${rule}: ${offender}`, plain: rule };
}
