import type { Offender } from './checks.ts';
import type { KeptOut } from './kept-out.ts';
import type { TablePlan } from './plan.ts';
import type { MissingVersion } from './replay.ts';

/** What a load did. */
export interface LoadReport extends KeptOut {
  readonly status: 'loaded' | 'up_to_date';
  readonly runId: string | undefined;
  readonly tables: readonly TableReport[];
  /** Rows of each table after the run; empty when nothing was loaded. */
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
  /** Of a replay: versions of files that were loaded once and are not there any more. */
  readonly missing: readonly MissingVersion[];
}

/** What a load would do. */
export interface DryRun {
  /** Every statement it would run, in order; none when there is nothing to load. */
  readonly statements: readonly string[];
  /** How many runs it would be split into, each with these statements for its own files. */
  readonly runs: number;
  /** What it would keep out of them. */
  readonly kept: KeptOut;
}

/** What a load did with one staging table's source. */
export interface TableReport {
  readonly table: string;
  /** Those that were loaded. */
  readonly files: number;
  readonly known: number;
  /** Files under new names, whose content is loaded. */
  readonly moved: number;
  readonly quarantined: number;
  readonly skipped: number;
  /** All that were read. */
  readonly records: number;
  readonly rejected: number;
}

/** What a load does with a source as far as its plan tells. */
export function tableReport({ table, known, moved, quarantined, skipped, files }: TablePlan): TableReport {
  const counts = { files: files.length, known, moved: moved.length };
  const others = { quarantined: quarantined.length, skipped: skipped.length };
  return { table: table.name, ...counts, ...others, records: 0, rejected: 0 };
}
