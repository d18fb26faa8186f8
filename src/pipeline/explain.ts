import { DataError, type DataProblem, MAX_PROBLEMS } from '../errors.ts';
import { StepFailed } from '../warehouse/errors.ts';
import { type Offender, offendersStep, refusingPhase, toOffenders } from './checks.ts';
import type { PreparedTable } from './prepare.ts';
import { MISSING } from './record.ts';
import { KEEP_OUT } from './refuse.ts';
import { findMisfits, findValue } from './search.ts';

/**
 * The error to show for one that ended a load. A refused COPY and a failed check are traced to the user's files and
 * lines; anything else is returned as it is.
 */
export async function explainFailure(prepared: readonly PreparedTable[], error: unknown): Promise<unknown> {
  if (!(error instanceof StepFailed)) {
    return error;
  }
  const phase = refusingPhase(error.step);
  if (phase !== undefined) {
    const offenders = toOffenders(error.results.find(({ name }) => name === offendersStep(phase))?.result);
    return failedChecks(
      offenders.filter(({ severity }) => severity === 'error'),
      prepared,
      error,
    );
  }
  const table = prepared.find((candidate) => error.step.kind === 'copy' && candidate.table === error.step.table);
  const searched = table !== undefined && error.failure.kind === 'refused';
  const found = searched ? await findMisfits(table, MAX_PROBLEMS) : [];
  // What the engine blames is one record at most; it is asked where the search finds nothing wrong.
  const problems = found.length > 0 ? found : error.failure.problems;
  return problems.length === 0 ? error : misfits(problems, error);
}

function misfits(problems: readonly DataProblem[], error: StepFailed): DataError {
  const count =
    problems.length === MAX_PROBLEMS
      ? `at least ${MAX_PROBLEMS} values do`
      : problems.length === 1
        ? 'one value does'
        : `${problems.length} values do`;
  const name = error.step.kind === 'sql' ? error.step.name : error.step.table.name;
  return new DataError(`${count} not fit ${name}; nothing was loaded`, problems, {
    next: `Correct the records named above and run again, ${KEEP_OUT}.${looksSwapped(problems) ? ' Or are LOG_DATA and SONG_DATA swapped in dwh.cfg?' : ''}`,
    cause: error,
  });
}

/** Whether nothing but missing keys is wrong, as it is when files of one kind are loaded as the other. */
function looksSwapped(problems: readonly DataProblem[]): boolean {
  return problems.every(({ reason }) => reason === MISSING);
}

/** An error for failed checks, of a load or, with nothing prepared, of a rebuild. */
async function failedChecks(
  offenders: readonly Offender[],
  prepared: readonly PreparedTable[],
  error: unknown,
): Promise<DataError> {
  const problems: DataProblem[] = [];
  for (const offender of offenders.slice(0, MAX_PROBLEMS)) {
    problems.push((await findOffender(offender, prepared)) ?? { reason: `${offender.rule}: ${offender.offender}` });
  }
  const rules = new Set(offenders.map(({ rule }) => rule));
  return new DataError(
    `${rules.size === 1 ? 'a check' : `${rules.size} checks`} failed (${[...rules].join(', ')}); nothing was changed`,
    problems,
    {
      next: 'Each rule is a file of its own in sql/checks, with its reason. Correct the records and run again.',
      cause: error,
    },
  );
}

async function findOffender(offender: Offender, prepared: readonly PreparedTable[]): Promise<DataProblem | undefined> {
  const { rule, table, column, value } = offender;
  const source = prepared.find((candidate) => candidate.table.name === table);
  if (source === undefined || column === undefined || value === undefined) {
    return undefined;
  }
  return findValue(source, column, value, `${rule}: ${offender.offender}`);
}
