import type { DataProblem } from '../errors.ts';
import type { Judge } from '../objects/sift.ts';
import { judgeOf } from '../pipeline/rejects.ts';
import { loadedColumns } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { formerTable, type TableChange } from './compare.ts';

/** Judges records of files that are read again, and knows which of its problems are those of records that were loaded. */
export interface ChangeJudge {
  readonly judge: Judge;
  readonly isMisfit: (problem: DataProblem) => boolean;
}

/** Judges records as the load did that read them, by the columns that there were, and then by those of the model. */
export function judgeOfChange(change: TableChange, paths: readonly JsonPath[] | undefined): ChangeJudge {
  const former = formerTable(change);
  const names = loadedColumns(change.table).map(({ name }) => name);
  const formerPaths = former.columns.map(({ name }) => paths?.[names.indexOf(name)] ?? []);
  const wasRefused = judgeOf(former, paths && formerPaths);
  const fits = judgeOf(change.table, paths);
  const reasons = new Set<string>();
  const noted = (problem: DataProblem | undefined) => {
    if (problem !== undefined) reasons.add(problem.reason);
    return problem;
  };
  return {
    judge: (...record) => wasRefused(...record) ?? noted(fits(...record)),
    isMisfit: ({ reason }) => reasons.has(reason),
  };
}
