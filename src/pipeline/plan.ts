import type { SkippedObject, SourceObject } from '../objects/objects.ts';
import type { Table } from '../sql/catalogue.ts';
import type { FolderCopy } from './batches.ts';
import type { Source } from './context.ts';
import { Ledger } from './ledger.ts';

/**
 * Why a file is loaded. `new`: it was never loaded. `copied`: it is new and has the content of another loaded file.
 * `changed`: its newest loaded version is a different one. `quarantined`: a run that set aside whole files set it
 * aside, and this run would not. `undone`: its load was undone, and this run is told to load it again.
 */
export type Reason = 'new' | 'copied' | 'changed' | 'quarantined' | 'undone';

/** A file a run would load. */
export interface PlannedFile {
  readonly object: SourceObject;
  readonly reason: Reason;
}

/** A file whose content was loaded under a name that no longer holds it. It is recorded, not loaded again. */
export interface MovedFile {
  readonly object: SourceObject;
  readonly version: string;
  /** The URI under which it was loaded. */
  readonly from: string;
  /** The record count of the content, from the ledger. */
  readonly records: number;
  readonly rejected: number;
}

/** What a run would load into a staging table. */
export interface TablePlan {
  readonly table: Table;
  readonly source: Source;
  readonly files: readonly PlannedFile[];
  /** Files that are not loaded again, but recorded under their new names. */
  readonly moved: readonly MovedFile[];
  /** Files that are loaded and unchanged. */
  readonly known: number;
  /** Files that an earlier run set aside and that are unchanged since. They must be corrected. */
  readonly quarantined: readonly SourceObject[];
  /** Files that are not loaded, because their load was undone. */
  readonly undone: readonly SourceObject[];
  readonly skipped: readonly SkippedObject[];
  /** If the source has no files, how many files of this table the ledger knows; else 0. */
  readonly emptied: number;
  /** The source as a whole, if the warehouse loads only folders. */
  readonly folder?: FolderCopy | undefined;
}

/** A source's listing, to be compared with the ledger. `skipped` is complete once all pages are read. */
export interface Listed {
  readonly pages: AsyncIterable<readonly SourceObject[]>;
  readonly skipped: readonly SkippedObject[];
  readonly ledger: Ledger;
}

/** The result of comparing a source with the ledger. */
export type Compared = Pick<TablePlan, 'files' | 'moved' | 'known' | 'quarantined' | 'undone' | 'folder'>;

/** What a run would load, and the ledger at the time of planning. */
export interface LoadPlan {
  readonly ledger: Ledger;
  readonly tables: readonly TablePlan[];
}

/** A plan that loads these files as if nothing were loaded yet. */
export function planOf(
  files: readonly { readonly source: Source; readonly objects: readonly SourceObject[] }[],
): LoadPlan {
  return {
    ledger: new Ledger(),
    tables: files.map(({ source, objects }) => ({
      table: source.table,
      source,
      files: objects.map((object) => ({ object, reason: 'new' })),
      moved: [],
      known: 0,
      quarantined: [],
      undone: [],
      skipped: [],
      emptied: 0,
    })),
  };
}

/** All files of a plan. */
export function plannedFiles({ tables }: LoadPlan): readonly PlannedFile[] {
  return tables.flatMap(({ files }) => files);
}

/** All files of a plan that were only moved. */
export function movedFiles({ tables }: LoadPlan): readonly MovedFile[] {
  return tables.flatMap(({ moved }) => moved);
}

/** Whether a plan has anything to write. */
export function isEmpty(plan: LoadPlan): boolean {
  return plannedFiles(plan).length === 0 && movedFiles(plan).length === 0;
}

/** A plan without the files that were only moved. */
export function withoutMoved({ ledger, tables }: LoadPlan): LoadPlan {
  return { ledger, tables: tables.map((table) => ({ ...table, moved: [] })) };
}

/**
 * Splits a plan into plans of at most `maxBytes` source bytes each. It goes file by file in the plan's order, but takes
 * the smaller sources first: if songs are loaded before their plays, they need not be matched with all plays later. A
 * larger file gets a plan of its own.
 */
export function splitPlan(plan: LoadPlan, maxBytes: number): readonly LoadPlan[] {
  const groups: PlannedFile[][] = [];
  let bytes = 0;
  for (const file of smallerFirst(plan)) {
    if (groups.length === 0 || bytes + file.object.size > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(file);
    bytes += file.object.size;
  }
  const runs = groups.length === 0 && movedFiles(plan).length > 0 ? [[]] : groups;
  return runs.map((group, index) => onlyFiles(index === 0 ? plan : withoutMoved(plan), new Set(group)));
}

function smallerFirst({ tables }: LoadPlan): readonly PlannedFile[] {
  const bytesOf = ({ files }: TablePlan) => files.reduce((sum, { object }) => sum + object.size, 0);
  return tables.toSorted((a, b) => bytesOf(a) - bytesOf(b)).flatMap(({ files }) => files);
}

/** A plan with only some of its files. */
export function onlyFiles({ ledger, tables }: LoadPlan, wanted: ReadonlySet<PlannedFile>): LoadPlan {
  return {
    ledger,
    tables: tables.map((table) => ({ ...table, files: table.files.filter((file) => wanted.has(file)) })),
  };
}
