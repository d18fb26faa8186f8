import type { ObjectStore } from '../objects/objects.ts';
import type { Model, Table } from '../sql/catalogue.ts';
import type { Timer } from '../timer.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Emit } from './events.ts';

/** Where a staging table's files are. */
export interface Source {
  readonly table: Table;
  readonly root: string;
  readonly jsonpaths: string | undefined;
}

/** What a load does with bad records. */
export interface Tolerance {
  /** More bad records than this refuse the load. */
  readonly maxErrors: number;
  /** How many of them earlier runs of the same load have kept out. */
  readonly spent?: number;
  /** Whether a file with a bad record is set aside whole, instead of the record alone. */
  readonly quarantine: boolean;
  /** Whether rejected_records may hold text of the records, which may be personal. */
  readonly excerpts: boolean;
}

/** Everything a load works with. */
export interface LoadContext {
  readonly model: Model;
  readonly warehouse: Warehouse;
  readonly sources: readonly Source[];
  /** The store that holds the files of a root. */
  readonly storeOf: (root: string) => ObjectStore;
  /** The folder below which runs spool their parts. */
  readonly spoolRoot: string;
  /** The pause before a batch is tried again; each further one is twice as long. */
  readonly firstPauseMilliseconds?: number;
  /** A load of more source bytes than this becomes several runs. */
  readonly maxRunBytes?: number | undefined;
  /** Whether runs of earlier tables are made again in their order, where create-tables has kept it; so it is where absent. */
  readonly replays?: boolean | undefined;
  /** Absent, one bad record refuses the load. */
  readonly tolerance?: Tolerance | undefined;
  /** Whether a source without files refuses the load. */
  readonly expectFiles?: boolean;
  readonly emit: Emit;
  /** The machine's if absent. */
  readonly timer?: Timer | undefined;
  /** Aborted when the user wants the load to stop; its reason is thrown. */
  readonly signal: AbortSignal;
}
