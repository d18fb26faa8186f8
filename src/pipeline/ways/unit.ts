import type { SourceObject } from '../../objects/objects.ts';
import type { Folder } from '../../warehouse/warehouse.ts';

/** What the ledger has one entry for: a file, or a whole folder where the warehouse loads folders only. */
export interface SourceUnit {
  readonly uri: string;
  readonly label: string;
  readonly size: number;
  /** Absent where only reading tells. */
  readonly version: string | undefined;
  readonly objects: readonly SourceObject[];
  /** The folder as it is copied; absent for a file. */
  readonly folder?: Folder | undefined;
}
