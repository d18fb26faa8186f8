import type { ObjectStore } from '../objects/objects.ts';
import type { Model, Table } from '../sql/catalogue.ts';
import type { Timer } from '../timer.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Emit } from './events.ts';
import type { UnknownKeysPolicy } from './unknown-keys.ts';

/** Where a staging table's files are. */
export interface Source {
  readonly table: Table;
  readonly root: string;
  readonly jsonpaths: string | undefined;
}

/** What a load does with bad records. */
export interface Tolerance {
  /** The load is refused if it has more bad records than this. */
  readonly maxErrors: number;
  /** How many of them earlier runs of the same load have kept out. */
  readonly spent?: number;
  /** Whether a file with a bad record is set aside as a whole, instead of the bad record alone. */
  readonly quarantine: boolean;
  /** Whether rejected_records may hold excerpts of the records, which may be personal data. */
  readonly excerpts: boolean;
}

/** Everything a load needs. */
export interface LoadContext {
  readonly model: Model;
  readonly warehouse: Warehouse;
  readonly sources: readonly Source[];
  /** The store that holds the files of a root. */
  readonly storeOf: (root: string) => ObjectStore;
  /** The folder in which runs spool their parts. */
  readonly spoolRoot: string;
  /** The pause before the first retry of a batch; it doubles for each further one. */
  readonly firstPauseMilliseconds?: number;
  /** A load of more source bytes than this is split into several runs. */
  readonly maxRunBytes?: number | undefined;
  /** Whether runs of earlier tables are repeated in their order if create-tables kept it; true if absent. */
  readonly replays?: boolean | undefined;
  /** Whether files whose load was undone are loaded again. */
  readonly again?: boolean | undefined;
  /** Whether files that seem unchanged are read all the same. */
  readonly verify?: boolean | undefined;
  /** If absent, one bad record refuses the load. */
  readonly tolerance?: Tolerance | undefined;
  /** What to do with keys of records that no column takes; if absent, they are told. */
  readonly unknownKeys?: UnknownKeysPolicy | undefined;
  /** Whether a source without files refuses the load. */
  readonly expectFiles?: boolean;
  readonly emit: Emit;
  /** If absent, the machine's timer. */
  readonly timer?: Timer | undefined;
  /** Aborted when the user wants the load to stop. The signal's reason is thrown. */
  readonly signal: AbortSignal;
}
