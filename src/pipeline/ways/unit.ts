import type { SourceObject } from '../../objects/objects.ts';
import type { Folder } from '../../warehouse/warehouse.ts';

/** The unit of a ledger entry: a file, or a whole folder if the warehouse loads only folders. */
export interface SourceUnit {
  readonly uri: string;
  readonly label: string;
  readonly size: number;
  /** Absent if it is only known after reading. */
  readonly version: string | undefined;
  readonly objects: readonly SourceObject[];
  /** The folder that is copied; absent for a file. */
  readonly folder?: Folder | undefined;
}
