import { DataError } from '../errors.ts';
import type { Offender } from './checks.ts';
import type { LoadContext, Source } from './context.ts';
import type { LoadPlan } from './plan.ts';

/** Throws DataError for a source without files if files are expected. */
export function refuseWithoutFiles({ expectFiles }: LoadContext, { root, table }: Source, files: number): void {
  if (expectFiles === true && files === 0) {
    throw new DataError(`${root}, the source of ${table.name}, holds no files`, [], {
      outcome: 'nothing was loaded',
      next: 'Is it mounted, and is its name in dwh.cfg right? Leave out --expect-files if a source may be empty.',
    });
  }
}

/** A warning for each source that has no files although the ledger has files of its table. */
export function emptiedSources({ tables }: LoadPlan): readonly Offender[] {
  return tables
    .filter(({ emptied }) => emptied > 0)
    .map(({ table, source, emptied }) => ({
      rule: 'emptied_source',
      severity: 'warning',
      offender: `${source.root} holds no files, and ${emptied} ${emptied === 1 ? 'was' : 'were'} loaded into ${table.name} before: is it mounted?`,
      table: table.name,
      column: undefined,
      value: undefined,
    }));
}
