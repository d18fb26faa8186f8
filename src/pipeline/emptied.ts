import { DataError } from '../errors.ts';
import { andPassedOver, describePassedOver, passedOver, type SkippedObject } from '../objects/objects.ts';
import type { Offender } from './checks.ts';
import type { LoadContext, Source } from './context.ts';
import type { LoadPlan, TablePlan } from './plan.ts';

/** What a listing found in a source. */
interface Found {
  /** The number of data files. */
  readonly files: number;
  readonly skipped: readonly SkippedObject[];
}

/** Throws DataError for a source without files if files are expected. */
export function refuseWithoutFiles(
  { expectFiles }: LoadContext,
  { root, table }: Source,
  { files, skipped }: Found,
): void {
  if (expectFiles === true && files === 0) {
    throw new DataError(
      `${root}, the source of ${table.name}, holds no files${andPassedOver(passedOver(skipped))}`,
      [],
      {
        outcome: 'nothing was loaded',
        next: 'Is it mounted, and is its name in dwh.cfg right? Leave out --expect-files if a source may be empty.',
      },
    );
  }
}

/**
 * The warnings about sources without files: `emptied_source` if the ledger has files of the table, `passed_over` if the
 * source has files that are no data according to their names.
 */
export function sourceWarnings({ tables }: LoadPlan): readonly Offender[] {
  return tables.filter(isEmpty).flatMap(({ table, source, emptied, skipped }) => {
    const nowhere = { table: table.name, column: undefined, value: undefined };
    const warning = (rule: string, offender: string): Offender => ({ rule, severity: 'warning', offender, ...nowhere });
    const over = passedOver(skipped);
    const before = `${emptied} ${emptied === 1 ? 'was' : 'were'} loaded into ${table.name} before`;
    return [
      ...(emptied === 0
        ? []
        : [warning('emptied_source', `${source.root} holds no files, and ${before}: is it mounted?`)]),
      ...(over === undefined
        ? []
        : [warning('passed_over', `${source.root} holds no files to load: ${describePassedOver(over)}`)]),
    ];
  });
}

/** The rules of these warnings. They name files and hold no values of the data. */
export const SOURCE_RULES: readonly string[] = ['emptied_source', 'passed_over'];

/** Whether a source has no data files at all. */
function isEmpty({ files, moved, known, quarantined }: TablePlan): boolean {
  return files.length + moved.length + known + quarantined.length === 0;
}
