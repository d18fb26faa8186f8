import { count } from '../counts.ts';
import type { DataProblem } from '../errors.ts';
import type { KeySearch } from './keys.ts';

/** What a source and its tables are called. */
export interface SourceNames {
  /** The key in dwh.cfg. */
  readonly key: string;
  /** The name of its star table, and what follows staging_ and current_. */
  readonly table: string;
}

/** A source to read. */
export interface GivenSource {
  readonly root: string;
  readonly names: SourceNames;
  /** The columns of its key, if the user names them. */
  readonly key: readonly string[] | undefined;
}

/** What was read of a source. */
export interface ReadSource {
  /** The folder or file, as dwh.cfg names it. */
  readonly root: string;
  readonly names: SourceNames;
  readonly search: KeySearch;
  readonly files: number;
  readonly bytes: number;
  /** How many records a load would refuse, and the first of them. */
  readonly bad: number;
  readonly firstBad: DataProblem | undefined;
}

/** `720,000 records in 3 files`. */
export function sizeOf({ search, files }: ReadSource): string {
  const { records } = search;
  return `${count(records)} ${records === 1 ? 'record' : 'records'} in ${count(files)} ${files === 1 ? 'file' : 'files'}`;
}
