import { type PassedOver, passedOver } from '../objects/objects.ts';
import type { KeyCounts } from '../records/key-tally.ts';
import type { Offender } from './checks.ts';
import type { KeptOut } from './kept-out.ts';
import type { TablePlan } from './plan.ts';
import type { MissingVersion } from './replay.ts';
import type { UnknownKeysOfTable } from './unknown-keys.ts';
import type { VanishedKeysOfTable } from './vanished-keys.ts';

/** What a load did. */
export interface LoadReport extends KeptOut {
  readonly status: 'loaded' | 'up_to_date';
  readonly runId: string | undefined;
  readonly tables: readonly TableReport[];
  /** Rows of each table after the run; empty if nothing was loaded. */
  readonly rows: ReadonlyMap<string, number>;
  readonly warnings: readonly Offender[];
  /** For a replay: versions of files that were loaded once and no longer exist. */
  readonly missing: readonly MissingVersion[];
  /** The keys of the records loaded that no column takes; undefined if only the warehouse has read the records. */
  readonly unknownKeys: readonly UnknownKeysOfTable[] | undefined;
  /** The keys of columns that whole files lack and earlier ones had; undefined if only the warehouse has read them. */
  readonly vanishedKeys: readonly VanishedKeysOfTable[] | undefined;
}

/** What a load would do. */
export interface DryRun {
  /** Every statement it would run, in order; empty if there is nothing to load. */
  readonly statements: readonly string[];
  /** The number of runs it would be split into. Each runs these statements for its own files. */
  readonly runs: number;
  /** What it would keep out. */
  readonly kept: KeptOut;
  /** As in LoadReport. */
  readonly unknownKeys: readonly UnknownKeysOfTable[] | undefined;
  readonly vanishedKeys: readonly VanishedKeysOfTable[] | undefined;
}

/** What a load did with one staging table's source. */
export interface TableReport {
  readonly table: string;
  /** The number of files loaded. */
  readonly files: number;
  readonly known: number;
  /** Files under new names whose content is already loaded. */
  readonly moved: number;
  readonly quarantined: number;
  /** Files that are not loaded, because their load was undone. */
  readonly undone: number;
  /** Files that are not data: hidden ones, and those that are passed over because of their names. */
  readonly skipped: number;
  /** Those that are passed over because of their names; null if there are none. */
  readonly passed_over: PassedOver | null;
  /** The number of records read. */
  readonly records: number;
  readonly rejected: number;
  /** The number of records that were left out, because they are of somebody who is forgotten. */
  readonly forgotten: number;
  /** What became of the keys of the records loaded; null if only the warehouse has read them, or nobody yet. */
  readonly keys: KeyCounts | null;
}

/** What a load does with a source, as far as its plan shows. */
export function tableReport({ table, known, moved, quarantined, undone, skipped, files }: TablePlan): TableReport {
  const counts = { files: files.length, known, moved: moved.length };
  const others = { skipped: skipped.length, passed_over: passedOver(skipped) ?? null };
  return {
    table: table.name,
    ...counts,
    quarantined: quarantined.length,
    undone: undone.length,
    ...others,
    records: 0,
    rejected: 0,
    forgotten: 0,
    keys: null,
  };
}
