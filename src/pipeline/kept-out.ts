import { type DataProblem, MAX_PROBLEMS } from '../errors.ts';
import type { LoadPlan } from './plan.ts';
import type { PreparedTable } from './prepare.ts';

/** What a load keeps out of the warehouse. */
export interface KeptOut {
  /** The number of records: the bad ones, and all records of files that were set aside. */
  readonly rejected: number;
  /** The first bad records. */
  readonly rejects: readonly DataProblem[];
  /** The files that must be corrected: set aside by this load, or by an earlier one and unchanged since. */
  readonly quarantined: readonly { readonly table: string; readonly file: string }[];
}

/** What a plan, and the files read for it, keep out. */
export function keptOut({ tables }: LoadPlan, prepared: readonly PreparedTable[]): KeptOut {
  const now = prepared.flatMap(({ table, files }) =>
    files.filter(({ quarantined }) => quarantined).map(({ object }) => ({ table: table.name, file: object.label })),
  );
  // Files that this load set aside before it was planned again are reported only once.
  const isNow = new Set(now.map(({ table, file }) => JSON.stringify([table, file])));
  const earlier = tables
    .flatMap(({ table, quarantined }) => quarantined.map(({ label }) => ({ table: table.name, file: label })))
    .filter(({ table, file }) => !isNow.has(JSON.stringify([table, file])));
  return {
    rejected: prepared.reduce((sum, { files }) => sum + files.reduce((all, { rejected }) => all + rejected, 0), 0),
    rejects: prepared.flatMap(({ rejects }) => rejects.problems).slice(0, MAX_PROBLEMS),
    quarantined: [...earlier, ...now],
  };
}
